"""Releasing what a pause set aside, as its marketer decided: sent now, dropped, or put off by the pause's time.

Resuming does it in its own transaction. A worker that had read “paused” before may still set aside somebody afterwards,
so for an hour the engine looks whether anything was left behind.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection
from typing import Any

from django.db import connection, transaction
from django.db.models import Q

from chains.engine.claim import Counts
from chains.engine.local_time import HOUR
from chains.models import Chain, Enrolment, Pause, Touch
from crm.models import Customer

# A touch that guard set aside keeps its own moment in its facts.
RELEASE_TOUCHES = {
    Pause.Decision.SEND: """
        UPDATE chains_touch SET due_at = %(resumed)s, reason = '', facts = '{}',
            useful_until = %(resumed)s + (useful_until - coalesce((facts->>'due_at')::timestamptz, due_at))
        WHERE id = ANY(%(ids)s)
    """,
    Pause.Decision.SHIFT: """
        UPDATE chains_touch SET due_at = coalesce((facts->>'due_at')::timestamptz, due_at) + %(length)s,
            useful_until = useful_until + %(length)s, reason = '', facts = '{}'
        WHERE id = ANY(%(ids)s)
    """,
    Pause.Decision.DROP: """
        UPDATE chains_touch SET status = 'skipped', reason = 'pause_dropped', facts = '{}'
        WHERE id = ANY(%(ids)s)
    """,
}


def release(now: dt.datetime) -> Counts:
    """Release whoever was set aside by a pause that ended within the last hour."""
    ended_lately = Pause.objects.filter(resumed_at__gt=now - HOUR, chain__status=Chain.Status.LIVE)
    counts: Counts = Counter()
    for pause in ended_lately:
        with transaction.atomic():
            counts["released"] += release_paused(pause)
    return counts


def release_paused(pause: Pause, overdue: Q | None = None) -> int:
    """Release the enrolments and touches set aside, and the touches that `overdue` names; returns how many."""
    enrolments = Enrolment.objects.active().filter(chain=pause.chain_id, awaits=Enrolment.Awaits.RESUME)
    set_aside = Q(reason=Touch.Reason.CHAIN_PAUSED)
    touches = Touch.objects.scheduled().filter(
        set_aside if overdue is None else set_aside | overdue, chain=pause.chain_id
    )
    customers = {*enrolments.values_list("customer", flat=True), *touches.values_list("customer", flat=True)}
    if not customers:
        return 0
    list(Customer.objects.locked(customers).values_list("pk"))
    released = enrolments.update(due_at=pause.resumed_at, awaits=Enrolment.Awaits.NOTHING)
    ids = list(touches.values_list("pk", flat=True))
    _release_touches(pause, ids)
    return released + len(ids)


def _release_touches(pause: Pause, ids: Collection[int]) -> None:
    if not ids:
        return
    with connection.cursor() as cursor:
        values: dict[str, Any] = {"ids": list(ids), "resumed": pause.resumed_at, "length": pause.length}
        cursor.execute(RELEASE_TOUCHES[Pause.Decision(pause.decision)], values)
