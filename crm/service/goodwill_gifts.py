"""What each kind of goodwill is: points, a coupon, or something that a colleague sees to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

from django.conf import settings
from django.db.models import F
from django.utils import translation
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from crm.loyalty import CouponDraft, PointsGift, give_points, issue_coupons, spend_points
from crm.loyalty.rule_wording import points_in_words
from crm.models import Coupon, Goodwill, PointsEntry, StaffTask
from crm.service.staff_tasks import close_task, open_task

Kind = Goodwill.Kind
COUPON_DAYS = 90
TASK_WITHIN = dt.timedelta(days=2)
TASKS = {Kind.GIFT: StaffTask.Kind.GIFT, Kind.CARD: StaffTask.Kind.CARD}
COUPONS = {
    Kind.PERCENT: Coupon.Kind.PERCENT,
    Kind.AMOUNT: Coupon.Kind.AMOUNT,
    Kind.FREE_DELIVERY: Coupon.Kind.FREE_DELIVERY,
}


def hand_over(goodwill: Goodwill, at: dt.datetime) -> None:
    """Once by its key, however often it is called."""
    _GIVE[Kind(goodwill.kind)](goodwill, at)


def take_back(goodwill: Goodwill, at: dt.datetime) -> None:
    if is_used(goodwill):
        raise ValueError(_("The customer has used it already, so it stays given."))
    if goodwill.kind == Kind.POINTS:
        spend_points(
            goodwill.case.customer,
            goodwill.points or 0,
            at=at,
            key=f"{gift_key(goodwill)}:undone",
            reason=_("taken back"),
        )
    elif coupon := goodwill.coupon:
        Coupon.objects.filter(pk=coupon.pk).update(expires_at=at)
    elif task := StaffTask.objects.open().filter(key=gift_key(goodwill)).first():
        close_task(task, status=StaffTask.Status.DROPPED, outcome=_("taken back"), at=at, by=None)


def is_used(goodwill: Goodwill) -> bool:
    """Nothing of it can be taken back any more."""
    return goodwill.pk in used([goodwill])


def used(goodwills: Sequence[Goodwill]) -> set[int]:
    """Those of which something was spent, redeemed or done; in two queries, with their coupons at hand."""
    by_key = {gift_key(goodwill): goodwill for goodwill in goodwills if goodwill.given_at and not goodwill.undone_at}
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


def _give_points(goodwill: Goodwill, at: dt.datetime) -> None:
    gift = PointsGift(
        goodwill.case.customer_id,
        goodwill.points or 0,
        gift_key(goodwill),
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
        gift_key(goodwill),
        at,
        value=None if value is None else Decimal(value),
        term_days=COUPON_DAYS,
        is_sent=True,
    )
    issue_coupons([draft])
    goodwill.coupon = Coupon.objects.filter(key=gift_key(goodwill)).first()


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
        key=gift_key(goodwill),
    )


_GIVE: Mapping[Kind, Callable[[Goodwill, dt.datetime], None]] = {
    Kind.POINTS: _give_points,
    Kind.PERCENT: _give_coupon,
    Kind.AMOUNT: _give_coupon,
    Kind.FREE_DELIVERY: _give_coupon,
    Kind.GIFT: _give_by_hand,
    Kind.CARD: _give_by_hand,
}


def gift_key(goodwill: Goodwill) -> str:
    return f"goodwill:{goodwill.pk}"
