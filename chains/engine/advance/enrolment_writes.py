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
        status = stay.status, ending = stay.ending, step_key = stay.step_key, arrived_at = stay.arrived_at,
        due_at = stay.due_at, awaits = stay.awaits, awaited_event = stay.awaited_event, ended_at = stay.ended_at
    FROM json_to_recordset(%(stays)s::json) AS stay (
        id bigint, status text, ending text, step_key text, arrived_at timestamptz, due_at timestamptz, awaits text,
        awaited_event text, ended_at timestamptz
    )
    WHERE enrolment.id = stay.id
"""
WAKE_LEFT = """
    UPDATE chains_touch SET due_at = %(now)s
    WHERE enrolment_id = ANY(%(left)s) AND status = 'scheduled' AND due_at > %(now)s
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
    def after(cls, enrolment_id: int, way: Walk, now: dt.datetime) -> Self:
        if way.ending:
            return cls(enrolment_id, way.arrived_at, status=Enrolment.Status.FINISHED, ending=way.ending, ended_at=now)
        return cls(enrolment_id, way.arrived_at, way.step_key, way.due_at, way.awaits, way.awaited_event)

    @classmethod
    def left(cls, enrolment_id: int, arrived_at: dt.datetime, ending: str, now: dt.datetime) -> Self:
        # Reaching the goal is an end as intended; everything else is leaving, and takes what still waits along.
        status = Enrolment.Status.FINISHED if ending == Enrolment.Ending.GOAL else Enrolment.Status.LEFT
        return cls(enrolment_id, arrived_at, status=status, ending=ending, ended_at=now)


def write(stays: Sequence[EnrolmentUpdate], now: dt.datetime) -> None:
    """Move the enrolments, and let guard look at once at what still waits for those who left."""
    if not stays:
        return
    rows = as_json(
        {
            "id": stay.enrolment_id,
            "status": stay.status,
            "ending": stay.ending,
            "step_key": stay.step_key,
            "arrived_at": stay.arrived_at,
            "due_at": stay.due_at,
            "awaits": stay.awaits,
            "awaited_event": stay.awaited_event,
            "ended_at": stay.ended_at,
        }
        for stay in stays
    )
    left = [stay.enrolment_id for stay in stays if stay.status == Enrolment.Status.LEFT]
    with connection.cursor() as cursor:
        cursor.execute(WRITE, {"stays": rows})
        if left:
            cursor.execute(WAKE_LEFT, {"now": now, "left": left})
