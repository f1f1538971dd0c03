"""Which delivery a worker applies next: of one subject one at a time, in the order in which they came."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

from django.db import connection

# The oldest due delivery of each subject. One that waits for a fact does not hold up those after it: the fact may be
# among them.
HEADS = """
    SELECT delivery.id, delivery.source_id, delivery.subject FROM crm_delivery AS delivery
    WHERE delivery.status = 'waiting' AND delivery.due_at <= %(now)s
        AND (delivery.subject = '' OR NOT EXISTS (
            SELECT FROM crm_delivery AS earlier
            WHERE earlier.source_id = delivery.source_id AND earlier.subject = delivery.subject
                AND earlier.status = 'waiting' AND earlier.due_at <= %(now)s AND earlier.id < delivery.id
        ))
    ORDER BY delivery.is_historic, delivery.due_at, delivery.id LIMIT %(limit)s
"""
# The oldest of one subject, unless another worker has it: then the others of the subject are that worker's, too.
# Should the machine fail before the disk has it, the delivery still waits and is applied again: no commit has to wait.
CLAIM = """
    SELECT delivery.id, set_config('synchronous_commit', 'off', true) FROM crm_delivery AS delivery
    WHERE delivery.id = (
            SELECT earliest.id FROM crm_delivery AS earliest
            WHERE earliest.source_id = %(source_id)s AND earliest.subject = %(subject)s
                AND earliest.status = 'waiting' AND earliest.due_at <= %(now)s
            ORDER BY earliest.id LIMIT 1
        )
        AND delivery.status = 'waiting'
    FOR UPDATE OF delivery SKIP LOCKED
"""
CLAIM_ONE = """
    SELECT delivery.id, set_config('synchronous_commit', 'off', true) FROM crm_delivery AS delivery
    WHERE delivery.id = %(id)s AND delivery.status = 'waiting' FOR UPDATE OF delivery SKIP LOCKED
"""


class Head(NamedTuple):
    """The next delivery of a subject."""

    id: int
    source_id: int
    subject: str


def due_heads(now: dt.datetime, limit: int) -> list[Head]:
    """Where to begin: what happens now before what is a shop's past. Nothing is locked yet."""
    with connection.cursor() as cursor:
        cursor.execute(HEADS, {"now": now, "limit": limit})
        return [Head(*row) for row in cursor.fetchall()]


def claim(head: Head, now: dt.datetime) -> int | None:
    """Lock the next of the head's subject; None when none is due, or another worker has it."""
    with connection.cursor() as cursor:
        cursor.execute(CLAIM if head.subject else CLAIM_ONE, {**head._asdict(), "now": now})
        row = cursor.fetchone()
    return row[0] if row else None
