"""One recommendation under its lock, and how it ends without a reward."""

from __future__ import annotations

import datetime as dt

from crm.events import record
from crm.locks import lock_all_current
from crm.models import EventKind, Referral
from crm.referrals.rewards import take_back


def locked(referral: Referral) -> Referral:
    """As it stands now, its customers locked first, until the transaction ends."""
    lock_all_current(pk for pk in (referral.recommender_id, referral.friend_id) if pk)
    rows = Referral.objects.select_for_update(no_key=True, of=("self",))
    return rows.select_related("recommender", "friend", "order").get(pk=referral.pk)


def void(referral: Referral, why: str, at: dt.datetime) -> None:
    """It does not count. A welcome that was not used is taken back; of a locked recommendation."""
    referral.status, referral.why = Referral.Status.VOID, why
    referral.save(update_fields=["status", "why", "reviewed_by", "reviewed_at"])
    take_back(referral, at)
    tell_end(referral, at)


def tell_end(referral: Referral, at: dt.datetime) -> None:
    record(
        EventKind.REFERRAL_VOIDED,
        customer=referral.recommender,
        occurred_at=at,
        source="crm",
        key=f"referral:{referral.pk}:{referral.status}",
        properties={"referral": referral.pk, "why": referral.why},
    )
