"""What a coupon is good for, as a form: its value fits its kind, its scope is one thing, and an agent has limits."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import AnonymousUser, User
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from crm.models import Coupon, Shop
from crm.service.goodwill import EXCEED
from crm.shop_currency import shop_currency

Kind = Coupon.Kind
VALUED = [str(one) for one in (Kind.PERCENT, Kind.AMOUNT, Kind.POINTS)]
SHOWN_WHEN = {"value": [{"kind": VALUED}], "gift": [{"kind": [str(Kind.GIFT)]}]}
HUNDRED = Decimal(100)


def terms_mistakes(facts: dict[str, Any]) -> Iterator[tuple[str, str]]:
    kind, value = facts.get("kind"), facts.get("value")
    if kind in VALUED and not value:
        yield "value", _("Say how much it gives.")
    if value and value <= 0:
        yield "value", _("Say how much it gives.")
    if kind == Kind.PERCENT and value and value > HUNDRED:
        yield "value", _("A discount is at most 100 %.")
    if kind == Kind.POINTS and value and value != int(value):
        yield "value", _("Points are whole numbers.")
    if kind == Kind.GIFT and not facts.get("gift"):
        yield "gift", _("Say what the gift is.")
    if facts.get("category") and facts.get("product"):
        yield "product", _("Choose a category or a product, not both.")
    if facts.get("starts_at") and facts.get("expires_at") and facts["expires_at"] <= facts["starts_at"]:
        yield "ends_on", _("It would end before it begins.")


def fitting(facts: dict[str, Any]) -> dict[str, Any]:
    """What was typed for another kind, before that was changed, does not count."""
    kind = facts.get("kind")
    return {
        **facts,
        "value": facts.get("value") if kind in VALUED else None,
        "gift": facts.get("gift", "") if kind == Kind.GIFT else "",
        "minimum": facts.get("minimum") or Decimal(0),
    }


def beyond_limits(facts: dict[str, Any], user: User | AnonymousUser) -> Iterator[tuple[str, str]]:
    """What support may not give by itself."""
    if has_no_limits(user):
        return
    shop, value = Shop.load(), facts.get("value") or 0
    if facts.get("kind") == Kind.PERCENT and value > shop.goodwill_percent:
        yield "value", _("You may give up to %(most)s %%. A manager may give more.") % {"most": shop.goodwill_percent}
    if facts.get("kind") == Kind.AMOUNT and value > shop.goodwill_amount:
        most = f"{number_format(shop.goodwill_amount, 2, force_grouping=True)} {shop_currency()}"
        yield "value", _("You may give up to %(most)s. A manager may give more.") % {"most": most}
    if facts.get("kind") == Kind.POINTS and value > shop.goodwill_points:
        yield "value", too_many_points(shop)
    if facts.get("kind") == Kind.GIFT:
        yield "kind", _("A manager gives presents; ask one, or give something else.")


def too_many_points(shop: Shop) -> str:
    most = number_format(shop.goodwill_points, force_grouping=True)
    return _("You may give or take up to %(most)s points at once. A manager may do more.") % {"most": most}


def has_no_limits(user: User | AnonymousUser) -> bool:
    return user.has_perm(EXCEED)
