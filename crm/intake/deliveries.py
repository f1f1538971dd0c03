"""What arrives through a door: kept as it came, answered at once, applied by a worker.

Of one subject (an order, a customer) deliveries are applied in the order in which they arrived; other subjects do not
wait for it. What needs a fact that has not come waits and is tried again; what can never be applied stays with its
reason for staff to look at. Nothing is dropped.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import logging
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import nullcontext
from typing import Any

from django.db import InterfaceError, OperationalError, connection, transaction
from django.utils.translation import gettext as _
from psycopg.errors import DeadlockDetected
from psycopg.types.json import Jsonb

from crm.events import as_history, ring_on_commit, wake
from crm.intake.arrival import Arrival
from crm.intake.claiming import Head, claim, due_heads
from crm.intake.facts import AwaitsStaff, Fact, NothingToRecord, NotYet
from crm.intake.recording import lock_facts, record_fact
from crm.intake.sources import note_heard
from crm.models import Delivery, Order, Source
from crm.models.source import DeliveryQuerySet

logger = logging.getLogger(__name__)

BELL = "crm.tasks.apply_deliveries"
BATCH = 100
LONGEST_KEY = 200
FIRST_WAIT = dt.timedelta(seconds=30)
LONGEST_WAIT = dt.timedelta(hours=6)
# What waits for a fact that never comes is shown to staff, and tried no more by itself.
PATIENCE = dt.timedelta(days=14)
# What was applied is a fact by now; what it looked like is kept for questions about it, and that it came at all for
# when it is sent again.
PAYLOADS_KEPT = dt.timedelta(days=30)
KEPT = dt.timedelta(days=90)
FORGOTTEN_AT_ONCE = 10_000

KEEP = """
    INSERT INTO crm_delivery
        (source_id, key, topic, subject, payload, is_historic, status, reason, attempts, received_at, due_at)
    SELECT %(source)s, arrived.*, %(is_historic)s, 'waiting', '', 0, %(now)s, %(now)s
    FROM unnest(%(key)s::text[], %(topic)s::text[], %(subject)s::text[], %(payload)s::jsonb[])
        AS arrived (key, topic, subject, payload)
    ON CONFLICT (source_id, key) DO NOTHING
"""
Reader = Callable[[Delivery], Iterable[Fact]]


def keep(source: Source, arrival: Arrival, now: dt.datetime) -> bool:
    """Keep what came, once for each key; whether it is new."""
    return keep_all(source, [arrival], now) == 1


def keep_all(source: Source, arrivals: Sequence[Arrival], now: dt.datetime, *, is_historic: bool = False) -> int:
    """Keep all of them in one statement; how many are new."""
    if not arrivals:
        return 0
    columns: dict[str, Any] = {
        "key": [_kept_key(one.key) for one in arrivals],
        "topic": [one.topic[:100] for one in arrivals],
        "subject": [one.subject[:200] for one in arrivals],
        "payload": [Jsonb(one.payload) for one in arrivals],
    }
    with connection.cursor() as cursor:
        cursor.execute(KEEP, {"source": source.pk, "is_historic": is_historic, "now": now, **columns})
        count: int = cursor.rowcount
    note_heard(source, now)
    if count:
        ring_on_commit(ring)
    return count


def _kept_key(key: str) -> str:
    """A longer one is told apart by its hash: cut off, it would pass for another that begins alike."""
    return key if len(key) <= LONGEST_KEY else hashlib.sha256(key.encode()).hexdigest()


def ring() -> None:
    wake(BELL)


def try_again(chosen: DeliveryQuerySet, now: dt.datetime) -> int:
    """Have those of them that are not applied tried at once; how many."""
    count = chosen.unapplied().update(status=Delivery.Status.WAITING, due_at=now)
    if count:
        ring_on_commit(ring)
    return count


def forget_payloads(now: dt.datetime) -> int:
    """Empty what was applied long ago, and drop it when nobody sends it again; how many of both."""
    settled = Delivery.objects.settled_before
    return _in_parts(
        settled(now - PAYLOADS_KEPT).exclude(payload={}), lambda part: part.update(payload={})
    ) + _in_parts(settled(now - KEPT), lambda part: part.delete()[0])


def _in_parts(chosen: DeliveryQuerySet, change: Callable[[DeliveryQuerySet], int]) -> int:
    """A part at a time, so that no lock lasts."""
    count = 0
    while ids := list(chosen.values_list("pk", flat=True)[:FORGOTTEN_AT_ONCE]):
        count += change(Delivery.objects.filter(pk__in=ids))
    return count


def apply_due(now: dt.datetime, read: Reader, limit: int = BATCH) -> Counter[str]:
    """Apply up to `limit` deliveries that are due, each in a transaction of its own; what became of them, in counts.

    Together in one they would hold the locks of many customers, in whatever order these came, and wait in a circle.
    """
    counts: Counter[str] = Counter()
    while heads := due_heads(now, limit - counts.total()):
        # One of each subject a round, so that all of a source come nearly in the order in which they were sent.
        done = [status for head in heads if (status := _apply_next(head, now, read))]
        counts.update(done)
        if not done:
            break
    return counts


@transaction.atomic
def _apply_next(head: Head, now: dt.datetime, read: Reader) -> str:
    """Empty when none of the head's subject is due, or another worker has it."""
    claimed = claim(head, now)
    return apply(Delivery.objects.select_related("source").get(pk=claimed), now, read) if claimed else ""


def apply(delivery: Delivery, now: dt.datetime, read: Reader) -> str:
    """Record what a delivery tells, whole or not at all; what became of it. Its row is locked by whoever calls."""
    delivery.attempts += 1
    try:
        with transaction.atomic(), as_history() if delivery.is_historic else nullcontext():
            facts = list(read(delivery))
            if len(facts) > 1:
                lock_facts(facts, delivery.source)
            recorded = [record_fact(fact, delivery.source, now) for fact in facts]
    except NothingToRecord as nothing:
        delivery.status, delivery.reason, delivery.applied_at = Delivery.Status.IGNORED, str(nothing)[:500], now
    except AwaitsStaff as unsaid:
        delivery.status, delivery.reason = Delivery.Status.HELD, str(unsaid)[:500]
    except NotYet as missing:
        _wait(delivery, str(missing), now)
    except ValueError as refused:
        delivery.status, delivery.reason = Delivery.Status.FAILED, str(refused)[:500]
    except (InterfaceError, OperationalError) as error:
        if not isinstance(error.__cause__, DeadlockDetected):
            raise
        _wait(delivery, _("Somebody else was at the same customers or goods. It is tried again."), now)
    except Exception:
        # A fault of ours with one of them must not keep all that came after it from being applied.
        logger.exception("Delivery %s could not be applied", delivery.pk)
        _wait(delivery, _("Encore failed at it: the log says how. It is tried again."), now)
    else:
        delivery.status = Delivery.Status.APPLIED if facts else Delivery.Status.IGNORED
        delivery.reason, delivery.applied_at = "", now
        if any(isinstance(one, Order) and one.customer.erased_at for one in recorded):
            # The shop still knows whose order it was; here nobody does any more.
            Delivery.objects.filter(pk=delivery.pk).update(payload={})
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
