"""Moving those under way to the version their chain was published as, when its marketer decided so.

They keep their place by the key of their step; someone whose step is gone goes on at the next one that still exists.
Nobody's clock starts anew: a wait that goes on counts from when they came to it.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from django.db import connection, transaction

from chains.engine.claim import BATCH, Counts, claim_customers
from chains.models import ChainVersion, Enrolment
from chains.program import program

# Whoever waits for a paused chain goes on waiting for it.
MOVE = """
    UPDATE chains_enrolment AS enrolment SET
        version_id = moving.version, step_key = moving.step_key,
        arrived_at = CASE WHEN moving.step_key = enrolment.step_key THEN enrolment.arrived_at
                          ELSE greatest(enrolment.arrived_at, %(now)s) END,
        due_at = CASE WHEN enrolment.awaits = 'resume' THEN NULL ELSE least(enrolment.due_at, %(now)s) END,
        awaits = CASE WHEN enrolment.awaits = 'resume' THEN 'resume' ELSE '' END,
        awaited_event = ''
    FROM unnest(%(id)s::bigint[], %(version)s::bigint[], %(step)s::text[]) AS moving (id, version, step_key)
    WHERE enrolment.id = moving.id
"""


class MovingEnrolment(NamedTuple):
    """The columns read of an enrolment to be moved, named as the query spells them."""

    pk: int
    version_id: int
    version__moves_to: int
    step_key: str


def move(now: dt.datetime, limit: int = BATCH) -> Counts:
    """Move all that is under way of up to `limit` customers in versions whose people go on in another."""
    left = list(ChainVersion.objects.filter(moves_to__isnull=False).values_list("pk", flat=True))
    if not left:
        return Counter()
    with transaction.atomic():
        waiting = Enrolment.objects.active().filter(version__in=left)
        customers = claim_customers(waiting.order_by("version_id", "id"), now, limit)
        rows = waiting.filter(customer__in=customers).values_list(*MovingEnrolment._fields) if customers else []
        enrolments = [MovingEnrolment(*row) for row in rows]
        if enrolments:
            _move(enrolments, now)
        return Counter({"moved": len(enrolments)} if enrolments else {})


def _move(enrolments: Sequence[MovingEnrolment], now: dt.datetime) -> None:
    programs = program.load(
        pk for enrolment in enrolments for pk in (enrolment.version_id, enrolment.version__moves_to)
    )
    with connection.cursor() as cursor:
        cursor.execute(
            MOVE,
            {
                "now": now,
                "id": [enrolment.pk for enrolment in enrolments],
                "version": [enrolment.version__moves_to for enrolment in enrolments],
                "step": [
                    programs[enrolment.version_id].goes_on_at(enrolment.step_key, programs[enrolment.version__moves_to])
                    for enrolment in enrolments
                ],
            },
        )
