"""Pairs and traits as segments: whom to write to, in the language of rules."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from analytics.goods.wording import trait_words
from analytics.models import GoodsPair, ReturnTrait
from segments.by_rule import find_or_add
from segments.models import Segment

Part = dict[str, Any]
Kind = ReturnTrait.Kind
# Less than that is no discount that anybody gave.
SMALLEST = "0.01"


def segment_of_pair(pair: GoodsPair, now: dt.datetime) -> tuple[Segment, bool]:
    """They have the first, and never bought the other: whoever gave it back is not asked again."""
    name = _("%(first)s, not yet %(other)s") % {
        "first": pair.product or pair.category,
        "other": pair.other_product or pair.other_category,
    }
    return find_or_add(rule_of_pair(pair), name, _("From what goes with what."), now)


def segment_of_trait(trait: ReturnTrait, now: dt.datetime) -> tuple[Segment, bool]:
    name = _("First order: %(trait)s") % {"trait": trait_words(trait)}
    return find_or_add(rule_of_trait(trait), name, _("From what goes with a second order."), now)


def rule_of_pair(pair: GoodsPair) -> Part:
    if pair.product and pair.other_product:
        field, first, other = "bought_product", pair.product.sku, pair.other_product.sku
    else:
        field, first, other = "bought_category", str(pair.category_id), str(pair.other_category_id)
    return {"all": [_part(field, "has", [first]), _part(field, "not_bought", [other])]}


def rule_of_trait(trait: ReturnTrait) -> Part:
    """Whose first order has it, those whose 90 days are not over included."""
    match trait.kind:
        case Kind.SOURCE:
            return {"all": [_part("source", "is", [trait.text]), _first_order()]}
        case Kind.DISCOUNTED:
            with_discount = _first_order(_part("discount", "at_least", SMALLEST))
            return {"any": [with_discount, _first_order(_part("coupon", "known"))]}
    return {"all": [_first_order(*_asked_of_order(trait))]}


def _asked_of_order(trait: ReturnTrait) -> list[Part]:
    match trait.kind:
        case Kind.CATEGORY:
            return [_part("category", "bought", [str(trait.category_id)])]
        case Kind.PRODUCT:
            return [_part("product", "bought", [trait.product.sku if trait.product else ""])]
        case Kind.ORDER_SOURCE:
            return [_part("order_source", "is", [trait.text])]
        case Kind.TOTAL:
            most = [] if trait.most is None else [_part("total", "at_most", str(trait.most))]
            return [_part("total", "at_least", str(trait.least or Decimal(0))), *most]
        case Kind.RATED_WELL:
            return [_part("rating", "at_least", 4)]
        case Kind.RATED_BADLY:
            return [_part("rating", "at_most", 3)]
        case Kind.COMPLAINT:
            return [_part("complaint", "yes")]
    return [_part("late", "yes")]


def _first_order(*asked: Part) -> Part:
    return _part("orders_count", "at_least", 1, where=[_part("first", "yes"), *asked])


def _part(field: str, operator: str, value: Any = None, **more: Any) -> Part:
    return {"field": field, "operator": operator} | ({} if value is None else {"value": value}) | more
