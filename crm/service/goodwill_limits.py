"""How much may be given, and what has to be said of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Sum
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from crm.loyalty.rule_wording import points_in_words
from crm.models import Case, Goodwill, Shop
from crm.shop_currency import shop_currency

Kind = Goodwill.Kind
COUNTED = dt.timedelta(days=90)


@dataclass(frozen=True, slots=True)
class GoodwillDraft:
    """`key` tells it from every other: a form that is sent twice gives once."""

    kind: str
    reason: str
    key: str
    points: int | None = None
    percent: int | None = None
    amount: Decimal | None = None
    gift: str = ""


def check(draft: GoodwillDraft) -> None:
    if draft.kind not in Kind.values:
        raise ValueError(_("Choose what you give."))
    if not draft.reason.strip():
        raise ValueError(_("Say why you give it: whoever looks at the costs will ask."))
    needed: Mapping[str, object] = {
        Kind.POINTS: draft.points,
        Kind.PERCENT: draft.percent if draft.percent and draft.percent <= 100 else None,
        Kind.AMOUNT: draft.amount,
        Kind.GIFT: draft.gift.strip(),
    }
    if draft.kind in needed and not needed[draft.kind]:
        raise ValueError(_("Say how much, or which gift."))


def check_limit(case: Case, draft: GoodwillDraft, at: dt.datetime) -> None:
    shop = Shop.load()
    lately = Goodwill.objects.of_customer_since(case.customer_id, at - COUNTED)
    sums = lately.aggregate(points=Sum("points"), amount=Sum("amount"))
    points, amount = (sums["points"] or 0) + (draft.points or 0), (sums["amount"] or 0) + (draft.amount or 0)
    money = f"{number_format(shop.goodwill_amount, 2, force_grouping=True)} {shop_currency()}"
    if draft.points and points > shop.goodwill_points:
        _too_much(points_in_words(shop.goodwill_points))
    if draft.amount and amount > shop.goodwill_amount:
        _too_much(money)
    if draft.percent and draft.percent > shop.goodwill_percent:
        _too_much(f"{shop.goodwill_percent}\N{NO-BREAK SPACE}%")


def _too_much(most: str) -> None:
    words = _("An agent may give a customer at most %(limit)s within 90 days. Ask a manager to give it.")
    raise ValueError(words % {"limit": most})
