"""Answers to the questions of walks, for a whole batch: a query a rule, one for all waits, one for all calls."""

from __future__ import annotations

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Any, NamedTuple

from django.db import connection

from chains.engine import facts
from chains.engine.advance import webhook_calls
from chains.engine.advance.walk_state import StepAnswer, StepQuestion
from chains.models import Step
from segments.subjects import Subject

# Every event that may end somebody's wait, the earliest first. The event that started the chain ends no wait.
HAPPENED = """
    SELECT wanted.enrolment_id, event.id, event.occurred_at, event.order_id
    FROM unnest(
        %(enrolment)s::bigint[], %(customer)s::bigint[], %(order)s::bigint[], %(started_by)s::bigint[],
        %(kind)s::text[], %(since)s::timestamptz[], %(until)s::timestamptz[]
    ) AS wanted (enrolment_id, customer, order_id, started_by, kind, since, until)
    JOIN crm_event AS event
        ON event.customer_id = wanted.customer AND event.kind = wanted.kind
        AND event.occurred_at BETWEEN wanted.since AND wanted.until
    WHERE (wanted.order_id IS NULL OR event.order_id = wanted.order_id)
        AND event.id IS DISTINCT FROM wanted.started_by
    ORDER BY wanted.enrolment_id, event.occurred_at, event.id
"""


class AskingEnrolment(NamedTuple):
    """The walk cannot go on without the answer."""

    pk: int
    customer_id: int
    order_id: int | None
    event_id: int | None
    question: StepQuestion


class _HappenedEvent(NamedTuple):
    enrolment_id: int
    event_id: int
    occurred_at: dt.datetime
    order_id: int | None


def answers(enrolments: Collection[AskingEnrolment], now: dt.datetime) -> dict[int, StepAnswer]:
    """An answer for each, by enrolment."""
    branching = [enrolment for enrolment in enrolments if enrolment.question.step.kind == Step.Kind.BRANCH]
    waiting = [enrolment for enrolment in enrolments if enrolment.question.step.kind == Step.Kind.WAIT]
    calling = {one.pk: one.question.step for one in enrolments if one.question.step.kind == Step.Kind.CALL}
    return _arms(branching, now) | _events(waiting, now) | webhook_calls.answered(calling)


def _arms(enrolments: Collection[AskingEnrolment], now: dt.datetime) -> dict[int, StepAnswer]:
    """The first arm whose rule holds for them, or the one without a rule."""
    asked: dict[str, list[Subject]] = defaultdict(list)
    for enrolment in enrolments:
        subject = Subject(
            enrolment.pk,
            enrolment.customer_id,
            enrolment.order_id,
            enrolment.event_id,
            enrolment.question.webhook_answer,
        )
        for rule in {_spelled(arm.rule) for arm in enrolment.question.step.arms if arm.rule is not None}:
            asked[rule].append(subject)
    holds = {rule: facts.holding_now(json.loads(rule), subjects, now) for rule, subjects in asked.items()}
    return {
        enrolment.pk: StepAnswer(
            next(
                arm.key
                for arm in enrolment.question.step.arms
                if arm.rule is None or enrolment.pk in holds[_spelled(arm.rule)]
            )
        )
        for enrolment in enrolments
    }


def _events(enrolments: Collection[AskingEnrolment], now: dt.datetime) -> dict[int, StepAnswer]:
    """When what they wait for happened first, if it did."""
    found = _happened(enrolments) if enrolments else []
    rules = {
        enrolment.pk: enrolment.question.step.wait.rule for enrolment in enrolments if enrolment.question.step.wait
    }
    customers = {enrolment.pk: enrolment.customer_id for enrolment in enrolments}
    asked: dict[str, list[Subject]] = defaultdict(list)
    for number, one in enumerate(found):
        if rules[one.enrolment_id] is not None:
            subject = Subject(number, customers[one.enrolment_id], one.order_id, one.event_id)
            asked[_spelled(rules[one.enrolment_id])].append(subject)
    fitting = {rule: facts.holding_now(json.loads(rule), subjects, now) for rule, subjects in asked.items()}
    first = {enrolment.pk: StepAnswer() for enrolment in enrolments}
    # The last written is the first that happened.
    for number, one in reversed(list(enumerate(found))):
        rule = rules[one.enrolment_id]
        if rule is None or number in fitting[_spelled(rule)]:
            first[one.enrolment_id] = StepAnswer(at=one.occurred_at, event_id=one.event_id)
    return first


def _happened(enrolments: Iterable[AskingEnrolment]) -> list[_HappenedEvent]:
    columns: dict[str, list[Any]] = defaultdict(list)
    for enrolment in enrolments:
        wait = enrolment.question.step.wait
        if wait is None:
            continue
        columns["enrolment"].append(enrolment.pk)
        columns["customer"].append(enrolment.customer_id)
        columns["order"].append(enrolment.order_id if wait.this_order else None)
        columns["started_by"].append(enrolment.event_id)
        columns["kind"].append(wait.event)
        columns["since"].append(enrolment.question.since)
        columns["until"].append(enrolment.question.until)
    with connection.cursor() as cursor:
        cursor.execute(HAPPENED, columns)
        return [_HappenedEvent(*row) for row in cursor.fetchall()]


def _spelled(rule: Any) -> str:
    """Equal rules are asked once."""
    return json.dumps(rule, sort_keys=True)
