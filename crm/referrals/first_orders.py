"""The friend's first order: it is what a recommendation is rewarded for."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from crm.events import record
from crm.models import EventKind, Order, Referral, ReferralProgramme
from crm.referrals.likeness import doubts_about, has_ordered
from crm.referrals.verdicts import locked, void


@transaction.atomic
def take_order(referral: Referral, order: Order, programme: ReferralProgramme, now: dt.datetime) -> bool:
    """Whether this order is held for its reward. One that cannot be a first order ends the recommendation."""
    referral = locked(referral)
    if referral.status != Referral.Status.JOINED or referral.friend is None:
        return False
    if has_ordered(referral.friend, besides=order):
        void(referral, Referral.Why.KNOWN, now)
        return False
    if order.total_in_shop_currency < programme.minimum:
        void(referral, Referral.Why.SMALL, now)
        return False
    referral.order, referral.doubts = order, doubts_about(referral)
    referral.status = Referral.Status.REVIEW if referral.doubts else Referral.Status.HELD
    referral.save(update_fields=["order", "doubts", "status"])
    record(
        EventKind.REFERRAL_USED,
        customer=referral.recommender,
        occurred_at=order.placed_at,
        source="crm",
        key=f"referral:{referral.pk}:used",
        properties={"referral": referral.pk},
    )
    return True
