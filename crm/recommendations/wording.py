"""Why something is offered, in words that customers read too, in the active language."""

from __future__ import annotations

from django.utils.translation import gettext as _

from crm.models import ProductRelation
from crm.recommendations.recommendations import Recommendation, Source


def reason(offer: Recommendation) -> str:
    """Empty for what staff named, whose reason is theirs to write."""
    match offer.source:
        case Source.NAMED:
            return ""
        case Source.RELATED:
            return _of_relation(offer.relation) % {"product": offer.because_of}
        case Source.AGAIN:
            return _("You may be running low")
        case Source.NEXT:
            return _("Often bought after %(product)s") % {"product": offer.because_of}
        case Source.POPULAR:
            return _("Popular with our customers")


def _of_relation(kind: str) -> str:
    words = {
        ProductRelation.Kind.ACCESSORY: _("Goes with your %(product)s"),
        ProductRelation.Kind.CONSUMABLE: _("For your %(product)s"),
        ProductRelation.Kind.UPGRADE: _("The step up from your %(product)s"),
        ProductRelation.Kind.SERVICE: _("A service for your %(product)s"),
    }
    return words[ProductRelation.Kind(kind)]
