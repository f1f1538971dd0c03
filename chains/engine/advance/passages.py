"""The steps that were decided, or that change something, written down and done once."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from django.db import connection

from chains.engine.advance import changes
from chains.engine.advance.walk_state import Passed
from chains.models import Passage

# Returning tells which are new: what somebody did at a step before is not done again.
WRITE = """
    INSERT INTO chains_passage (enrolment_id, step_key, arm_key, event_id, passed_at)
    SELECT passed.*, %(now)s
    FROM unnest(%(enrolment)s::bigint[], %(step)s::text[], %(arm)s::text[], %(event)s::bigint[]) AS passed
    ON CONFLICT (enrolment_id, step_key) DO NOTHING
    RETURNING enrolment_id, step_key
"""


class New(NamedTuple):
    enrolment_id: int
    customer_id: int
    passed: Passed
    # Somebody held back for comparison goes the same way, but nothing about them is changed.
    is_held: bool


def before(enrolments: Iterable[int]) -> dict[int, set[str]]:
    """The steps each has passed already: in a version they came from, these may have stood elsewhere."""
    passed: dict[int, set[str]] = defaultdict(set)
    for enrolment, step in Passage.objects.filter(enrolment__in=set(enrolments)).values_list("enrolment", "step_key"):
        passed[enrolment].add(step)
    return passed


def write(passages: Sequence[New], now: dt.datetime) -> None:
    """Note the passages and make the changes of those that are new, a statement for each change."""
    if not passages:
        return
    columns: dict[str, Any] = {
        "enrolment": [one.enrolment_id for one in passages],
        "step": [one.passed.step.key for one in passages],
        "arm": [one.passed.arm_key for one in passages],
        "event": [one.passed.event_id for one in passages],
    }
    with connection.cursor() as cursor:
        cursor.execute(WRITE, {**columns, "now": now})
        fresh = set(cursor.fetchall())
    changing = [one for one in passages if one.passed.step.change and not one.is_held]
    changes.make([one for one in changing if (one.enrolment_id, one.passed.step.key) in fresh], now)
