"""The friend's first order: it is what a recommendation is rewarded for."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from crm.events import record
from crm.models import EventKind, Order, Referral, ReferralProgramme
from crm.referrals.likeness import doubts_about, first_order, has_ordered
from crm.referrals.verdicts import locked, void


@transaction.atomic
def take_order(referral: Referral, order: Order, programme: ReferralProgramme, now: dt.datetime) -> bool:
    """Whether the friend's first order is held for its reward. Whoever ordered before ends the recommendation.

    Of two orders told in one moment the later may be looked at first: it is the earlier that counts.
    """
    referral = locked(referral)
    if referral.status != Referral.Status.JOINED or referral.friend is None:
        return False
    if has_ordered(referral.friend, before=min(referral.joined_at, order.placed_at)):
        void(referral, Referral.Why.KNOWN, now)
        return False
    order = first_order(referral.friend) or order
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
