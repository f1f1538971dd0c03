"""Why something is offered, in words that customers read too, in the active language."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.models import ProductRelation
from crm.recommendations.recommendations import Recommendation, Source

# Looked up in a language only where it is said: a batch of letters says hundreds.
OF_RELATION = {
    ProductRelation.Kind.ACCESSORY.value: gettext_lazy("Goes with your %(product)s"),
    ProductRelation.Kind.CONSUMABLE.value: gettext_lazy("For your %(product)s"),
    ProductRelation.Kind.UPGRADE.value: gettext_lazy("The step up from your %(product)s"),
    ProductRelation.Kind.SERVICE.value: gettext_lazy("A service for your %(product)s"),
}


def reason(offer: Recommendation) -> str:
    """Empty for what staff named, whose reason is theirs to write."""
    match offer.source:
        case Source.NAMED:
            return ""
        case Source.RELATED:
            return str(OF_RELATION[offer.relation]) % {"product": offer.because_of}
        case Source.AGAIN:
            return _("You may be running low")
        case Source.NEXT:
            return _("Often bought after %(product)s") % {"product": offer.because_of}
        case Source.POPULAR:
            return _("Popular with our customers")
