"""What a customer gets for their trouble: promised with an offer, given when they accept it, or given at once.

Locks are taken in the order customer, case. Every verb may be called again and then changes nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F, Sum
from django.utils import translation
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.events import record
from crm.locks import lock_all_current, lock_fact
from crm.loyalty import CouponDraft, PointsGift, give_points, issue_coupons, spend_points
from crm.models import Case, Coupon, EventKind, Goodwill, PointsEntry, Shop, StaffTask
from crm.service.staff_tasks import close_task, open_task
from crm.shop_currency import shop_currency

Kind = Goodwill.Kind
COUNTED = dt.timedelta(days=90)
COUPON_DAYS = 90
TASK_WITHIN = dt.timedelta(days=2)
TASKS = {Kind.GIFT: StaffTask.Kind.GIFT, Kind.CARD: StaffTask.Kind.CARD}
EXCEED = "crm.exceed_goodwill"
COUPONS = {
    Kind.PERCENT: Coupon.Kind.PERCENT,
    Kind.AMOUNT: Coupon.Kind.AMOUNT,
    Kind.FREE_DELIVERY: Coupon.Kind.FREE_DELIVERY,
}


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


@transaction.atomic
def promise(case: Case, draft: GoodwillDraft, *, by: User, at: dt.datetime) -> Goodwill:
    """To be given when the customer accepts. ValueError in words when it is too much for this colleague."""
    lock_all_current([case.customer_id])
    lock_fact(case)
    known = Goodwill.objects.filter(key=draft.key).first()
    if known:
        return known
    _check(draft)
    if not by.has_perm(EXCEED):
        _check_limit(case, draft, at)
    return Goodwill.objects.create(
        case=case,
        kind=draft.kind,
        points=draft.points,
        percent=draft.percent,
        amount=draft.amount,
        gift=draft.gift[:200],
        currency=shop_currency(),
        reason=draft.reason.strip()[:300],
        given_by=by,
        promised_at=at,
        key=draft.key,
    )


@transaction.atomic
def give(goodwill: Goodwill, *, at: dt.datetime) -> Goodwill:
    """What was promised is given, once."""
    _lock(goodwill)
    if goodwill.given_at or goodwill.undone_at:
        return goodwill
    _GIVE[Kind(goodwill.kind)](goodwill, at)
    goodwill.given_at = at
    goodwill.save(update_fields=["given_at", "coupon"])
    _tell(EventKind.GOODWILL_GIVEN, goodwill, at)
    return goodwill


@transaction.atomic
def give_promised(case: Case, *, at: dt.datetime) -> list[Goodwill]:
    """The customer accepted."""
    return [give(goodwill, at=at) for goodwill in case.goodwills.promised()]


@transaction.atomic
def undo(goodwill: Goodwill, *, at: dt.datetime) -> Goodwill:
    """Take it back. ValueError in words when the customer has used it already."""
    _lock(goodwill)
    if goodwill.undone_at:
        return goodwill
    if goodwill.given_at:
        _take_back(goodwill, at)
        _tell(EventKind.GOODWILL_UNDONE, goodwill, at)
    goodwill.undone_at = at
    goodwill.save(update_fields=["undone_at"])
    return goodwill


def is_used(goodwill: Goodwill) -> bool:
    """Nothing of it can be taken back any more."""
    return goodwill.pk in used([goodwill])


def used(goodwills: Sequence[Goodwill]) -> set[int]:
    """Those of which something was spent, redeemed or done; in two queries, with their coupons at hand."""
    by_key = {_key(goodwill): goodwill for goodwill in goodwills if goodwill.given_at and not goodwill.undone_at}
    entries = PointsEntry.objects.filter(key__in=by_key).exclude(unspent=F("points"))
    tasks = StaffTask.objects.filter(key__in=by_key).exclude(status=StaffTask.Status.OPEN)
    coupons = {key for key, goodwill in by_key.items() if goodwill.coupon and _is_taken(goodwill.coupon)}
    keys = coupons.union(entries.values_list("key", flat=True), tasks.values_list("key", flat=True))
    return {by_key[key].pk for key in keys if key}


def _is_taken(coupon: Coupon) -> bool:
    return coupon.redeemed_at is not None or coupon.held_until is not None


def in_words(goodwill: Goodwill) -> str:
    """As the customer reads it, without its reason."""
    amount = f"{number_format(goodwill.amount or 0, 2, force_grouping=True)} {goodwill.currency}"
    words: Mapping[str, str] = {
        Kind.POINTS: points_in_words(goodwill.points or 0),
        Kind.PERCENT: _("a coupon: %(percent)s %% off") % {"percent": goodwill.percent},
        Kind.AMOUNT: _("a coupon: %(amount)s off") % {"amount": amount},
        Kind.FREE_DELIVERY: _("a coupon: free delivery"),
        Kind.GIFT: _("a gift: %(gift)s") % {"gift": goodwill.gift},
        Kind.CARD: _("a handwritten card"),
    }
    return words[goodwill.kind]


def points_in_words(points: int) -> str:
    words = ngettext("%(number)s point", "%(number)s points", points)
    return words % {"number": number_format(points, force_grouping=True)}


def _check(draft: GoodwillDraft) -> None:
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


def _check_limit(case: Case, draft: GoodwillDraft, at: dt.datetime) -> None:
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


def _give_points(goodwill: Goodwill, at: dt.datetime) -> None:
    gift = PointsGift(
        goodwill.case.customer_id,
        goodwill.points or 0,
        _key(goodwill),
        at,
        reason=str(goodwill.case),
        order_id=goodwill.case.order_id,
    )
    give_points([gift])


def _give_coupon(goodwill: Goodwill, at: dt.datetime) -> None:
    """The page of the offer shows it, so that its term begins now."""
    value = goodwill.percent if goodwill.kind == Kind.PERCENT else goodwill.amount
    draft = CouponDraft(
        goodwill.case.customer_id,
        COUPONS[Kind(goodwill.kind)].value,
        _key(goodwill),
        at,
        value=None if value is None else Decimal(value),
        term_days=COUPON_DAYS,
        is_sent=True,
    )
    issue_coupons([draft])
    goodwill.coupon = Coupon.objects.filter(key=_key(goodwill)).first()


def _give_by_hand(goodwill: Goodwill, at: dt.datetime) -> None:
    """A colleague sees to it, and reads it in the shop's language, whoever's press it follows."""
    case, words = goodwill.case, {"name": str(goodwill.case.customer)}
    with translation.override(settings.LANGUAGE_CODE):
        title = (_("Send a gift to %(name)s") if goodwill.kind == Kind.GIFT else _("Write a card to %(name)s")) % words
    open_task(
        case.customer,
        title=title[:200],
        at=at,
        due_at=at + TASK_WITHIN,
        kind=TASKS[Kind(goodwill.kind)],
        script="\n".join(filter(None, (goodwill.gift, goodwill.reason))),
        owner=case.owner,
        order=case.order,
        case=case,
        by=goodwill.given_by,
        key=_key(goodwill),
    )


_GIVE: Mapping[Kind, Callable[[Goodwill, dt.datetime], None]] = {
    Kind.POINTS: _give_points,
    Kind.PERCENT: _give_coupon,
    Kind.AMOUNT: _give_coupon,
    Kind.FREE_DELIVERY: _give_coupon,
    Kind.GIFT: _give_by_hand,
    Kind.CARD: _give_by_hand,
}


def _take_back(goodwill: Goodwill, at: dt.datetime) -> None:
    if is_used(goodwill):
        raise ValueError(_("The customer has used it already, so it stays given."))
    if goodwill.kind == Kind.POINTS:
        spend_points(
            goodwill.case.customer, goodwill.points or 0, at=at, key=f"{_key(goodwill)}:undone", reason=_("taken back")
        )
    elif coupon := goodwill.coupon:
        Coupon.objects.filter(pk=coupon.pk).update(expires_at=at)
    elif task := StaffTask.objects.open().filter(key=_key(goodwill)).first():
        close_task(task, status=StaffTask.Status.DROPPED, outcome=_("taken back"), at=at, by=None)


def _lock(goodwill: Goodwill) -> None:
    """Its customer and case first, as everywhere, and then what is known of it now."""
    lock_all_current([goodwill.case.customer_id])
    lock_fact(goodwill.case)
    goodwill.refresh_from_db(fields=["given_at", "undone_at", "coupon"])


def _key(goodwill: Goodwill) -> str:
    return f"goodwill:{goodwill.pk}"


def _tell(kind: EventKind, goodwill: Goodwill, at: dt.datetime) -> None:
    told = {
        "points": goodwill.points,
        "percent": goodwill.percent,
        "amount": None if goodwill.amount is None else str(goodwill.amount),
        "currency": goodwill.currency if goodwill.amount is not None else None,
    }
    record(
        kind,
        customer=goodwill.case.customer,
        order=goodwill.case.order,
        occurred_at=at,
        source="crm",
        key=f"{_key(goodwill)}:{kind.removeprefix('goodwill.')}",
        properties={"goodwill": goodwill.pk, "case": goodwill.case_id, "kind": goodwill.kind}
        | {name: value for name, value in told.items() if value is not None},
    )
