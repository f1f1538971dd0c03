"""Webhooks that steps call: the calls of a batch in one statement, and what was answered.

Unqualified names: a rehearsal shadows these tables, and nobody sends what it writes there.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from django.db import connection

from chains.engine.advance.walk_state import StepAnswer
from chains.engine.moments import by_moment
from chains.models import Passage
from chains.program.program import Program
from chains.program.step import ProgramStep
from crm.webhooks_out.calls import SOURCE, Call, call, call_key

ANSWERED = """
    SELECT asked.enrolment_id, called.created_at, event.occurred_at, event.id
    FROM unnest(%(enrolment)s::bigint[], %(endpoint)s::bigint[], %(key)s::text[]) AS asked (enrolment_id, endpoint, key)
    LEFT JOIN crm_webhookmessage AS called ON called.endpoint_id = asked.endpoint AND called.key = asked.key
    LEFT JOIN crm_event AS event ON event.source = %(source)s AND event.key = called.key
"""


class DueCall(NamedTuple):
    """A step that somebody under way has come to, and that calls."""

    enrolment_id: int
    customer_id: int
    order_id: int | None
    chain_id: int
    step: ProgramStep


def write_calls(due: Collection[DueCall], now: dt.datetime) -> None:
    for at, some in by_moment(due, now):
        call([_call(one) for one in some], at)


def _call(due: DueCall) -> Call:
    if due.step.call is None:
        raise ValueError(f"step {due.step.key} calls nobody")
    return Call(
        endpoint_id=due.step.call.webhook,
        customer_id=due.customer_id,
        order_id=due.order_id,
        told={
            "chain": due.chain_id,
            "enrolment": due.enrolment_id,
            "step": due.step.key,
            "step_name": due.step.name,
            "text": due.step.call.text,
        },
    )


def answered(asked: Mapping[int, ProgramStep]) -> dict[int, StepAnswer]:
    """When each enrolment's step called, if it did, and when it was answered."""
    steps = {enrolment: step for enrolment, step in asked.items() if step.call}
    if not steps:
        return {}
    columns: dict[str, list[Any]] = {
        "enrolment": list(steps),
        "endpoint": [step.call.webhook for step in steps.values() if step.call],
        "key": [call_key(enrolment, step.key) for enrolment, step in steps.items()],
    }
    with connection.cursor() as cursor:
        cursor.execute(ANSWERED, {**columns, "source": SOURCE})
        return {
            enrolment: StepAnswer(called_at=called_at, at=answered_at, event_id=event)
            for enrolment, called_at, answered_at, event in cursor.fetchall()
        }


def last_answers(programs: Mapping[int, Program]) -> dict[int, int | None]:
    """By enrolment the event with the answer to the last webhook it called, of those whose programs call any."""
    calling = {enrolment: plan for enrolment, plan in programs.items() if plan.has_calls}
    if not calling:
        return {}
    found: dict[int, int | None] = {}
    passed = Passage.objects.filter(enrolment__in=list(calling)).order_by("passed_at", "pk")
    for enrolment, key, event in passed.values_list("enrolment", "step_key", "event"):
        step = calling[enrolment].step(key)
        if step and step.call:
            found[enrolment] = event
    return found
