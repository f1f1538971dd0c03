"""What arrives through a door: kept as it came, answered at once, applied by a worker.

Of one subject (an order, a customer) deliveries are applied in the order in which they arrived; other subjects do not
wait for it. What needs a fact that has not come waits and is tried again; what can never be applied stays with its
reason for staff to look at. Nothing is dropped.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

from django.db import connection, transaction
from django.db.models import Q

from crm.events import ring_on_commit
from crm.intake.facts import Fact
from crm.intake.recording import NotYet, record_fact
from crm.models import Delivery, Source

logger = logging.getLogger(__name__)

BATCH = 100
FIRST_WAIT = dt.timedelta(seconds=30)
LONGEST_WAIT = dt.timedelta(hours=6)
# What waits for a fact that never comes is shown to staff, and tried no more by itself.
PATIENCE = dt.timedelta(days=14)

# Doors answer within a second, so there is one statement for each delivery.
KEEP = """
    INSERT INTO crm_delivery
        (source_id, key, topic, subject, payload, status, reason, attempts, received_at, due_at)
    VALUES (%s, %s, %s, %s, %s::jsonb, 'waiting', '', 0, %s, %s)
    ON CONFLICT (source_id, key) DO NOTHING RETURNING id
"""
# The oldest due delivery of each subject that nobody else is applying. One that waits for a fact does not hold up
# those after it: the fact may be among them.
CLAIM = """
    SELECT delivery.id FROM crm_delivery AS delivery
    WHERE delivery.status = 'waiting' AND delivery.due_at <= %(now)s
        AND (delivery.subject = '' OR NOT EXISTS (
            SELECT FROM crm_delivery AS earlier
            WHERE earlier.source_id = delivery.source_id AND earlier.subject = delivery.subject
                AND earlier.status = 'waiting' AND earlier.due_at <= %(now)s AND earlier.id < delivery.id
        ))
    ORDER BY delivery.due_at, delivery.id LIMIT %(limit)s
    FOR UPDATE OF delivery SKIP LOCKED
"""

Reader = Callable[[Delivery], Iterable[Fact]]


def keep(source: Source, *, key: str, topic: str, payload: Any, now: dt.datetime, subject: str = "") -> bool:
    """Keep what came, once for each key; whether it is new."""
    with connection.cursor() as cursor:
        cursor.execute(KEEP, [source.pk, key[:200], topic[:100], subject[:200], payload, now, now])
        is_new = cursor.fetchone() is not None
    Source.objects.filter(pk=source.pk).filter(
        Q(last_heard_at=None) | Q(last_heard_at__lt=now - dt.timedelta(minutes=1))
    ).update(last_heard_at=now)
    if is_new:
        ring_on_commit()
    return is_new


def apply_due(now: dt.datetime, read: Reader, limit: int = BATCH) -> Counter[str]:
    """Apply up to `limit` deliveries that are due, each in a transaction of its own; what became of them, in counts."""
    counts: Counter[str] = Counter()
    while counts.total() < limit and (status := _apply_next(now, read)):
        counts[status] += 1
    return counts


@transaction.atomic
def _apply_next(now: dt.datetime, read: Reader) -> str:
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, {"now": now, "limit": 1})
        row = cursor.fetchone()
    if row is None:
        return ""
    delivery = Delivery.objects.select_related("source").get(pk=row[0])
    delivery.attempts += 1
    try:
        with transaction.atomic():
            facts = list(read(delivery))
            for fact in facts:
                record_fact(fact, delivery.source, now)
    except NotYet as missing:
        _wait(delivery, str(missing), now)
    except ValueError as refused:
        delivery.status, delivery.reason = Delivery.Status.FAILED, str(refused)[:500]
    else:
        delivery.status = Delivery.Status.APPLIED if facts else Delivery.Status.IGNORED
        delivery.reason, delivery.applied_at = "", now
    delivery.save(update_fields=["status", "reason", "attempts", "due_at", "applied_at"])
    if delivery.status == Delivery.Status.APPLIED and delivery.subject:
        waiting = Delivery.objects.filter(source=delivery.source_id, subject=delivery.subject, due_at__gt=now)
        waiting.filter(status=Delivery.Status.WAITING).update(due_at=now)
    return str(delivery.status)


def _wait(delivery: Delivery, reason: str, now: dt.datetime) -> None:
    delivery.reason = reason[:500]
    if now - delivery.received_at > PATIENCE:
        delivery.status = Delivery.Status.FAILED
        return
    doublings: int = 2 ** min(delivery.attempts - 1, 12)
    delivery.due_at = now + min(FIRST_WAIT * doublings, LONGEST_WAIT)
