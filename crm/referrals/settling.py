"""The moment comes: rewards are given, or the order was cancelled or came back, or none was ever placed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal

from django.db import transaction
from django.db.models import DecimalField, ExpressionWrapper, F, Q, QuerySet, Value

from crm.models import LoyaltySettings, Order, Referral, ReferralProgramme
from crm.referrals.rewards import reward, take_back
from crm.referrals.verdicts import locked, tell_end, void

BATCH = 500
MONTH = dt.timedelta(days=30)
# An order may come back after the reward; for so long it is looked at.
LOOKED_AFTER = dt.timedelta(days=365)
CountsAt = ReferralProgramme.CountsAt
Settle = Callable[[Referral, ReferralProgramme, dt.datetime], bool]
Status, Why, Doubt = Referral.Status, Referral.Why, Referral.Doubt


def settle_all(now: dt.datetime) -> dict[str, int]:
    """Decide everything that is due; each in a transaction of its own, so that one trouble holds up no other."""
    programme = ReferralProgramme.load()
    return {
        "void": _each(_lost(programme), now, programme, _void_lost),
        "rewarded": _each(_ripe(programme, now), now, programme, _reward),
        "reversed": _each(_came_back(now), now, programme, _reverse),
        "late": _each(_late(programme, now), now, programme, _void_late),
    }


def _each(found: QuerySet[Referral], now: dt.datetime, programme: ReferralProgramme, settle: Settle) -> int:
    done = 0
    for referral in found.order_by("joined_at", "pk")[:BATCH]:
        with transaction.atomic():
            done += settle(locked(referral), programme, now)
    return done


def why_lost(order: Order | None, programme: ReferralProgramme) -> Referral.Why:
    """Why this first order does not count any more; nothing while it does."""
    if order is None:
        return Why.NONE
    if order.cancelled_at:
        return Why.CANCELLED
    left = (order.total - order.refunded) * order.rate
    if order.returned_at and (left <= 0 or left < programme.minimum):
        return Why.RETURNED
    return Why.NONE


def is_ripe(order: Order, programme: ReferralProgramme, now: dt.datetime) -> bool:
    if programme.counts_at == CountsAt.PAID:
        return order.paid_at is not None
    if order.delivered_at is None:
        return False
    held = _time_to_return() if programme.counts_at == CountsAt.KEPT else dt.timedelta()
    return order.delivered_at + held <= now


def _lost(programme: ReferralProgramme) -> QuerySet[Referral]:
    undecided = Referral.objects.filter(status__in=[Status.HELD, Status.REVIEW])
    return undecided.filter(Q(order__cancelled_at__isnull=False) | _mostly_returned(programme.minimum))


def _mostly_returned(minimum: Decimal) -> Q:
    """Nothing is left of it, or less than the smallest first order. Asked once more under the lock."""
    least = Value(minimum, DecimalField(max_digits=20, decimal_places=2))
    left = Q(order__refunded__gte=F("order__total")) | Q(
        order__total__lt=F("order__refunded") + ExpressionWrapper(least / F("order__rate"), DecimalField())
    )
    return Q(order__returned_at__isnull=False) & left


def _ripe(programme: ReferralProgramme, now: dt.datetime) -> QuerySet[Referral]:
    held = Referral.objects.held()
    match programme.counts_at:
        case CountsAt.PAID:
            return held.filter(order__paid_at__isnull=False)
        case CountsAt.DELIVERED:
            return held.filter(order__delivered_at__lte=now)
    return held.filter(order__delivered_at__lte=now - _time_to_return())


def _time_to_return() -> dt.timedelta:
    """Of points and recommendations alike."""
    return dt.timedelta(days=LoyaltySettings.load().pending_days)


def _came_back(now: dt.datetime) -> QuerySet[Referral]:
    """Rewarded, and the order was cancelled or came back since; or both were merged into one."""
    rewarded = Referral.objects.filter(status=Status.REWARDED, rewarded_at__gt=now - LOOKED_AFTER)
    undone = Q(order__cancelled_at__isnull=False) | Q(order__returned_at__gt=F("rewarded_at")) | Q(friend=None)
    return rewarded.filter(undone)


def _late(programme: ReferralProgramme, now: dt.datetime) -> QuerySet[Referral]:
    """A day more than the window: orders are told late."""
    until = now - dt.timedelta(days=programme.window_days + 1)
    return Referral.objects.awaiting_order().filter(joined_at__lt=until)


def _void_lost(referral: Referral, programme: ReferralProgramme, now: dt.datetime) -> bool:
    why = why_lost(referral.order, programme)
    if referral.status not in {Status.HELD, Status.REVIEW} or not why:
        return False
    void(referral, why, now)
    return True


def _void_late(referral: Referral, programme: ReferralProgramme, now: dt.datetime) -> bool:
    if referral.status != Status.JOINED:
        return False
    void(referral, Why.LATE, now)
    return True


def _reward(referral: Referral, programme: ReferralProgramme, now: dt.datetime) -> bool:
    """Under the lock; what has become doubtful since waits for a person, unless one has looked at it."""
    order = referral.order
    if referral.status != Status.HELD or order is None or why_lost(order, programme):
        return False
    if not is_ripe(order, programme, now):
        return False
    if doubts := _last_doubts(referral, programme, now):
        referral.status, referral.doubts = Status.REVIEW, [*referral.doubts, *doubts]
        referral.save(update_fields=["status", "doubts"])
        return False
    referral.status, referral.rewarded_at = Status.REWARDED, now
    referral.save(update_fields=["status", "rewarded_at"])
    reward(referral, programme, now)
    return True


def _last_doubts(referral: Referral, programme: ReferralProgramme, now: dt.datetime) -> list[str]:
    if referral.reviewed_at:
        return []
    lately = Referral.objects.filter(recommender=referral.recommender_id, rewarded_at__gt=now - MONTH)
    found = {
        Doubt.RETURNED: bool(referral.order and referral.order.returned_at),
        Doubt.MONTH: lately.count() >= programme.most_a_month,
    }
    return [doubt.value for doubt, holds in found.items() if holds and doubt not in referral.doubts]


def _reverse(referral: Referral, programme: ReferralProgramme, now: dt.datetime) -> bool:
    why = Why.SELF if referral.friend_id is None else why_lost(referral.order, programme)
    if referral.status != Status.REWARDED or not why:
        return False
    referral.status, referral.why = Status.REVERSED, why
    referral.save(update_fields=["status", "why"])
    take_back(referral, now)
    tell_end(referral, now)
    return True
