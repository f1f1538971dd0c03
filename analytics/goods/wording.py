"""A trait of a first order in words."""

from __future__ import annotations

from django.utils.translation import gettext as _

from analytics.models import ReturnTrait
from crm.figures.wording import money

Kind = ReturnTrait.Kind


def trait_words(trait: ReturnTrait) -> str:
    match trait.kind:
        case Kind.CATEGORY:
            return _("something of “%(category)s”") % {"category": trait.category}
        case Kind.PRODUCT:
            return str(trait.product)
        case Kind.SOURCE:
            return _("came from “%(source)s”") % {"source": trait.text}
        case Kind.ORDER_SOURCE:
            return _("ordered through “%(source)s”") % {"source": trait.text}
        case Kind.TOTAL:
            return _total(trait)
        case Kind.DISCOUNTED:
            return _("with a discount or a coupon")
    return str(Kind(trait.kind).label)


def _total(trait: ReturnTrait) -> str:
    if trait.most is None:
        return _("for %(least)s or more") % {"least": money(trait.least)}
    if not trait.least:
        return _("for %(most)s or less") % {"most": money(trait.most)}
    return _("for %(least)s to %(most)s") % {"least": money(trait.least), "most": money(trait.most)}
