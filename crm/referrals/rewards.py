"""What a recommendation is worth: given once by its key, and taken back as far as it was not used."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal

from django.db.models import Q
from django.utils.translation import gettext as _

from crm.events import record_many
from crm.loyalty import CouponDraft, PointsGift, give_points, issue_coupons, spend_points
from crm.models import (
    Coupon,
    Customer,
    Event,
    EventKind,
    PointsEntry,
    Referral,
    ReferralProgramme,
    ReferralReward,
    StaffTask,
)
from crm.service.staff_tasks import close_task, open_task

RECOMMENDER, FRIEND = "recommender", "friend"
COUPONS = {ReferralReward.PERCENT, ReferralReward.AMOUNT, ReferralReward.FREE_DELIVERY}
GIFT_WITHIN = dt.timedelta(days=7)


def key_of(referral: Referral, whose: str) -> str:
    return f"referral:{referral.pk}:{whose}"


def welcome(referral: Referral, programme: ReferralProgramme, at: dt.datetime) -> None:
    """What the friend gets before they order."""
    if programme.is_on and programme.is_friend_welcomed and referral.friend_id:
        _give(referral, programme, FRIEND, referral.friend_id, at)


def reward(referral: Referral, programme: ReferralProgramme, at: dt.datetime) -> None:
    """Both get theirs; what was a welcome is not given again."""
    _give(referral, programme, RECOMMENDER, referral.recommender_id, at)
    if referral.friend_id:
        _give(referral, programme, FRIEND, referral.friend_id, at)


def take_back(referral: Referral, at: dt.datetime) -> None:
    """Points as far as they are left, coupons that were not used. What was spent stays spent."""
    for whose in (RECOMMENDER, FRIEND):
        key = key_of(referral, whose)
        _take_points(key, at)
        unused = Coupon.objects.filter(key=key, redeemed_at=None).filter(Q(held_until=None) | Q(held_until__lte=at))
        unused.filter(Q(expires_at=None) | Q(expires_at__gt=at)).update(expires_at=at)
        for task in StaffTask.objects.open().filter(key=key):
            words = _("The recommendation does not count any more.")
            close_task(task, status=StaffTask.Status.DROPPED, outcome=words, at=at, by=None)


def _give(referral: Referral, programme: ReferralProgramme, whose: str, customer_id: int, at: dt.datetime) -> None:
    kind = getattr(programme, f"{whose}_kind")
    value = getattr(programme, f"{whose}_value")
    key = key_of(referral, whose)
    if kind == ReferralReward.POINTS:
        give_points([PointsGift(customer_id, int(value), key, at, reason=_("Recommendation"))])
    elif kind in COUPONS:
        issue_coupons([_coupon(programme, whose, customer_id, key, at)])
    elif kind == ReferralReward.GIFT:
        _ask_for_gift(programme, whose, customer_id, key, at)
    if kind != ReferralReward.NOTHING:
        record_many(_news(referral, whose, customer_id, at, kind, value))


def _ask_for_gift(programme: ReferralProgramme, whose: str, customer_id: int, key: str, at: dt.datetime) -> None:
    """By a colleague, within a week; nothing for whoever was erased."""
    customer = Customer.objects.get(pk=customer_id)
    if customer.erased_at:
        return
    open_task(
        customer,
        title=_("Gift for a recommendation: %(gift)s") % {"gift": getattr(programme, f"{whose}_gift")[:150]},
        script=_("Thank them, and hand the gift over or send it."),
        kind=StaffTask.Kind.GIFT,
        at=at,
        due_at=at + GIFT_WITHIN,
        key=key,
    )


def _coupon(programme: ReferralProgramme, whose: str, customer_id: int, key: str, at: dt.datetime) -> CouponDraft:
    kind = getattr(programme, f"{whose}_kind")
    has_value = kind in {ReferralReward.PERCENT, ReferralReward.AMOUNT}
    return CouponDraft(
        customer_id=customer_id,
        kind=kind,
        key=key,
        at=at,
        value=getattr(programme, f"{whose}_value") if has_value else None,
        term_days=programme.coupon_days,
        is_sent=True,
    )


def _news(
    referral: Referral, whose: str, customer_id: int, at: dt.datetime, kind: str, value: Decimal | None
) -> Iterator[Event]:
    yield Event(
        kind=EventKind.REFERRAL_REWARDED,
        customer_id=customer_id,
        occurred_at=at,
        source="crm",
        key=f"{key_of(referral, whose)}:rewarded",
        properties={"referral": referral.pk, "as": whose, "reward": kind, "value": str(value or "")},
    )


def _take_points(key: str, at: dt.datetime) -> None:
    given = PointsEntry.objects.select_related("customer").filter(key=key, unspent__gt=0).first()
    if given is None or given.customer.erased_at or (given.expires_at and given.expires_at <= at):
        return
    reason = _("Recommendation taken back")
    spend_points(given.customer, given.unspent, at=at, key=f"{key}:taken_back", reason=reason)
