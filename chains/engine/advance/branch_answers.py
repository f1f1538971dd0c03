"""Answers to the questions of walks, for a whole batch: a query a rule, and one for all that waits for events."""

from __future__ import annotations

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Any, NamedTuple

from django.db import connection

from chains.engine import facts
from chains.engine.advance.walk_state import StepAnswer, StepQuestion
from chains.models import Step
from segments.subjects import Subject

# Every event that may end somebody's wait, the first first. What started the chain is not what it waits for.
HAPPENED = """
    SELECT wanted.asker, event.id, event.occurred_at, event.order_id
    FROM unnest(
        %(asker)s::bigint[], %(customer)s::bigint[], %(order)s::bigint[], %(started_by)s::bigint[], %(kind)s::text[],
        %(since)s::timestamptz[], %(until)s::timestamptz[]
    ) AS wanted (asker, customer, order_id, started_by, kind, since, until)
    JOIN crm_event AS event
        ON event.customer_id = wanted.customer AND event.kind = wanted.kind
        AND event.occurred_at BETWEEN wanted.since AND wanted.until
    WHERE (wanted.order_id IS NULL OR event.order_id = wanted.order_id)
        AND event.id IS DISTINCT FROM wanted.started_by
    ORDER BY wanted.asker, event.occurred_at, event.id
"""


class AskingEnrolment(NamedTuple):
    """Whose way depends on the answer; `key` is the enrolment."""

    key: int
    customer_id: int
    order_id: int | None
    event_id: int | None
    question: StepQuestion


class _Found(NamedTuple):
    asker: int
    event_id: int
    occurred_at: dt.datetime
    order_id: int | None


def answers(askers: Collection[AskingEnrolment], now: dt.datetime) -> dict[int, StepAnswer]:
    """An answer for every asker, by key."""
    branching = [asker for asker in askers if asker.question.step.kind == Step.Kind.BRANCH]
    waiting = [asker for asker in askers if asker.question.step.kind == Step.Kind.WAIT]
    return _arms(branching, now) | _events(waiting, now)


def _arms(askers: Collection[AskingEnrolment], now: dt.datetime) -> dict[int, StepAnswer]:
    """The first arm whose rule holds for them, or the one without a rule."""
    asked: dict[str, list[Subject]] = defaultdict(list)
    for asker in askers:
        subject = Subject(asker.key, asker.customer_id, asker.order_id, asker.event_id)
        for rule in {_spelled(arm.rule) for arm in asker.question.step.arms if arm.rule is not None}:
            asked[rule].append(subject)
    holds = {rule: facts.holding_now(json.loads(rule), subjects, now) for rule, subjects in asked.items()}
    return {
        asker.key: StepAnswer(
            next(
                arm.key
                for arm in asker.question.step.arms
                if arm.rule is None or asker.key in holds[_spelled(arm.rule)]
            )
        )
        for asker in askers
    }


def _events(askers: Collection[AskingEnrolment], now: dt.datetime) -> dict[int, StepAnswer]:
    """When what they wait for happened first, if it did."""
    found = _happened(askers) if askers else []
    rules = {asker.key: asker.question.step.wait.rule for asker in askers if asker.question.step.wait}
    customers = {asker.key: asker.customer_id for asker in askers}
    asked: dict[str, list[Subject]] = defaultdict(list)
    for number, one in enumerate(found):
        if rules[one.asker] is not None:
            subject = Subject(number, customers[one.asker], one.order_id, one.event_id)
            asked[_spelled(rules[one.asker])].append(subject)
    fitting = {rule: facts.holding_now(json.loads(rule), subjects, now) for rule, subjects in asked.items()}
    first = {asker.key: StepAnswer() for asker in askers}
    # The last written is the first that happened.
    for number, one in reversed(list(enumerate(found))):
        rule = rules[one.asker]
        if rule is None or number in fitting[_spelled(rule)]:
            first[one.asker] = StepAnswer(at=one.occurred_at, event_id=one.event_id)
    return first


def _happened(askers: Iterable[AskingEnrolment]) -> list[_Found]:
    columns: dict[str, list[Any]] = defaultdict(list)
    for asker in askers:
        wait = asker.question.step.wait
        if wait is None:
            continue
        columns["asker"].append(asker.key)
        columns["customer"].append(asker.customer_id)
        columns["order"].append(asker.order_id if wait.this_order else None)
        columns["started_by"].append(asker.event_id)
        columns["kind"].append(wait.event)
        columns["since"].append(asker.question.since)
        columns["until"].append(asker.question.until)
    with connection.cursor() as cursor:
        cursor.execute(HAPPENED, columns)
        return [_Found(*row) for row in cursor.fetchall()]


def _spelled(rule: Any) -> str:
    """Equal rules are asked once."""
    return json.dumps(rule, sort_keys=True)
