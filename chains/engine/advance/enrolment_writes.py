"""Writes of many enrolments in one statement each. Unqualified names: a rehearsal shadows these tables."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from django.db import connection

from chains.engine.advance.walk_state import Walk
from chains.engine.json_rows import as_json
from chains.models import Enrolment

WRITE = """
    UPDATE chains_enrolment AS enrolment SET
        status = updated.status, ending = updated.ending, step_key = updated.step_key, arrived_at = updated.arrived_at,
        due_at = updated.due_at, awaits = updated.awaits, awaited_event = updated.awaited_event,
        ended_at = updated.ended_at
    FROM json_to_recordset(%(updates)s::json) AS updated (
        id bigint, status text, ending text, step_key text, arrived_at timestamptz, due_at timestamptz, awaits text,
        awaited_event text, ended_at timestamptz
    )
    WHERE enrolment.id = updated.id
"""
WAKE_LEFT = """
    UPDATE chains_touch AS touch SET due_at = enrolment.ended_at FROM chains_enrolment AS enrolment
    WHERE enrolment.id = ANY(%(left)s) AND touch.enrolment_id = enrolment.id
        AND touch.status = 'scheduled' AND touch.due_at > enrolment.ended_at
"""


@dataclass(frozen=True, slots=True)
class EnrolmentUpdate:
    """Where an enrolment stands from now on."""

    enrolment_id: int
    arrived_at: dt.datetime
    step_key: str = ""
    due_at: dt.datetime | None = None
    awaits: str = Enrolment.Awaits.NOTHING
    awaited_event: str = ""
    status: str = Enrolment.Status.ACTIVE
    ending: str = Enrolment.Ending.NONE
    ended_at: dt.datetime | None = None

    @classmethod
    def after(cls, enrolment_id: int, walked: Walk, now: dt.datetime) -> Self:
        if walked.ending:
            finished = Enrolment.Status.FINISHED
            return cls(enrolment_id, walked.arrived_at, status=finished, ending=walked.ending, ended_at=now)
        return cls(enrolment_id, walked.arrived_at, walked.step_key, walked.due_at, walked.awaits, walked.awaited_event)

    @classmethod
    def left(cls, enrolment_id: int, arrived_at: dt.datetime, ending: str, now: dt.datetime) -> Self:
        # Reaching the goal is an end as intended; everything else is leaving, and takes what still waits along.
        status = Enrolment.Status.FINISHED if ending == Enrolment.Ending.GOAL else Enrolment.Status.LEFT
        return cls(enrolment_id, arrived_at, status=status, ending=ending, ended_at=now)


def write(updates: Sequence[EnrolmentUpdate]) -> None:
    """Move the enrolments, and let guard look at once at what still waits for those who left."""
    if not updates:
        return
    rows = as_json(
        {
            "id": update.enrolment_id,
            "status": update.status,
            "ending": update.ending,
            "step_key": update.step_key,
            "arrived_at": update.arrived_at,
            "due_at": update.due_at,
            "awaits": update.awaits,
            "awaited_event": update.awaited_event,
            "ended_at": update.ended_at,
        }
        for update in updates
    )
    left = [update.enrolment_id for update in updates if update.status == Enrolment.Status.LEFT]
    with connection.cursor() as cursor:
        cursor.execute(WRITE, {"updates": rows})
        if left:
            cursor.execute(WAKE_LEFT, {"left": left})
