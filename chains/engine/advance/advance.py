"""The second verb: walk everybody whose time has come to their next wait, writing the touches and calls on the way."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import replace

from django.db import transaction

from chains.engine import facts
from chains.engine.advance import changes, enrolment_writes, webhook_calls
from chains.engine.advance.branch_answers import AskingEnrolment, answers
from chains.engine.advance.enrolment_writes import EnrolmentUpdate
from chains.engine.advance.schedule import TouchRow, schedule
from chains.engine.advance.walk import walk
from chains.engine.advance.walk_inputs import DueEnrolment, walk_inputs
from chains.engine.advance.walk_state import TouchDraft, Walk, WalkInput
from chains.engine.advance.webhook_calls import DueCall
from chains.engine.claim import BATCH, Counts, claim_customers
from chains.engine.facts import CustomerProfile, EnrolmentContext, OrderMoments
from chains.engine.moments import moment_of
from chains.models import Chain, Enrolment, Touch
from chains.models.touch import new_token
from chains.program import program
from chains.program.program import Program
from chains.program.step import ProgramStep
from crm.models import Purpose

Reason = Touch.Reason
ENDING_OF = {
    Reason.EXIT_RULE: Enrolment.Ending.RULE,
    Reason.ORDER_CANCELLED: Enrolment.Ending.CANCELLED,
    Reason.ORDER_RETURNED: Enrolment.Ending.RETURNED,
    Reason.REPLIED: Enrolment.Ending.REPLIED,
}


def advance(now: dt.datetime, limit: int = BATCH) -> Counts:
    """Walk all due enrolments of up to `limit` customers; a second call at the same moment finds nothing."""
    with transaction.atomic():
        customers = claim_customers(Enrolment.objects.due(now).order_by("due_at", "id"), now, limit)
        enrolments = _due(customers, now) if customers else []
        return _advance(enrolments, now) if enrolments else Counter()


def _due(customers: set[int], now: dt.datetime) -> list[DueEnrolment]:
    rows = Enrolment.objects.due(now).filter(customer__in=customers).order_by("id").values_list(*DueEnrolment._fields)
    due = map(DueEnrolment._make, rows)
    return [one for one in due if one.due_at and one.due_at <= moment_of(now, one.customer_id)]


def _advance(enrolments: list[DueEnrolment], now: dt.datetime) -> Counts:
    programs = program.load(enrolment.version_id for enrolment in enrolments)
    orders = facts.order_moments(enrolment.order_id for enrolment in enrolments if enrolment.order_id)
    people = facts.profiles({enrolment.customer_id for enrolment in enrolments})
    stopped = _stopped(enrolments, programs, orders, people, now)
    going = [enrolment for enrolment in enrolments if enrolment.pk not in stopped]
    walks = _walks(going, programs, walk_inputs(going, programs, orders, people), now)
    written = schedule([_touch(enrolment, planned, now) for enrolment, walked in walks for planned in walked.touches])
    changes.write_passages(
        [
            changes.DuePassage(enrolment.pk, enrolment.customer_id, passed, enrolment.is_control)
            for enrolment, walked in walks
            for passed in walked.passages
        ],
        now,
    )
    webhook_calls.write_calls([_due_call(enrolment, step) for enrolment, walked in walks for step in walked.calls], now)
    gone_on = [EnrolmentUpdate.after(one.pk, walked, moment_of(now, one.customer_id)) for one, walked in walks]
    enrolment_writes.write([*stopped.values(), *gone_on])
    return Counter({"advanced": len(enrolments), "scheduled": written})


def _stopped(
    enrolments: list[DueEnrolment],
    programs: dict[int, Program],
    orders: dict[int, OrderMoments],
    people: dict[int, CustomerProfile],
    now: dt.datetime,
) -> dict[int, EnrolmentUpdate]:
    """Those who walk no further now: whoever has to leave, and whoever's chain is paused."""
    contexts = [_context(enrolment, programs) for enrolment in enrolments]
    exits, goals = facts.exits(contexts, orders, now), facts.goals_reached(contexts, now)
    stopped = {}
    for enrolment in enrolments:
        pk, arrived_at = enrolment.pk, enrolment.arrived_at
        plan, person = programs[enrolment.version_id], people[enrolment.customer_id]
        ending = _ending(enrolment, plan, person, exits.get(pk, ""), pk in goals)
        if ending:
            stopped[pk] = EnrolmentUpdate.left(pk, arrived_at, ending, moment_of(now, enrolment.customer_id))
        elif enrolment.chain__status == Chain.Status.PAUSED:
            # Set aside, so that a paused chain's people are not met again at every pass.
            stopped[pk] = EnrolmentUpdate(pk, arrived_at, enrolment.step_key, awaits=Enrolment.Awaits.RESUME)
    return stopped


def _context(enrolment: DueEnrolment, programs: dict[int, Program]) -> EnrolmentContext:
    return EnrolmentContext(
        enrolment.pk,
        enrolment.customer_id,
        enrolment.order_id,
        enrolment.triggered_at,
        programs[enrolment.version_id],
        enrolment.event_id,
    )


def _ending(
    enrolment: DueEnrolment, plan: Program, person: CustomerProfile, exit_reason: str, has_reached_goal: bool
) -> str:
    if person.erased_at:
        return Enrolment.Ending.ERASED
    if person.merged_into:
        # Entered while the merge was under way; whatever the keeper is due, they get under their own name.
        return Enrolment.Ending.MERGED
    if enrolment.chain__status == Chain.Status.ARCHIVED:
        return Enrolment.Ending.ARCHIVED
    if exit_reason:
        return ENDING_OF[Reason(exit_reason)]
    if has_reached_goal and not _has_service_ahead(plan, enrolment.step_key):
        return Enrolment.Ending.GOAL
    return ""


def _has_service_ahead(plan: Program, step_key: str) -> bool:
    return any(step.is_touch and step.purpose == Purpose.SERVICE for step in plan.steps_ahead(step_key))


def _walks(
    enrolments: list[DueEnrolment], programs: dict[int, Program], inputs: dict[int, WalkInput], now: dt.datetime
) -> list[tuple[DueEnrolment, Walk]]:
    """Everybody's walk. Each round answers the questions at which walks stopped; there are no more than steps."""
    walks: dict[int, Walk] = {}
    going = enrolments
    while going:
        walks |= {
            enrolment.pk: walk(
                programs[enrolment.version_id], inputs[enrolment.pk], moment_of(now, enrolment.customer_id)
            )
            for enrolment in going
        }
        going = [enrolment for enrolment in going if walks[enrolment.pk].question]
        known = answers([_asking(enrolment, walks[enrolment.pk]) for enrolment in going], now)
        for enrolment in going:
            given, question = inputs[enrolment.pk], walks[enrolment.pk].question
            if question:
                inputs[enrolment.pk] = replace(given, answers={**given.answers, question.step.key: known[enrolment.pk]})
    return [(enrolment, walks[enrolment.pk]) for enrolment in enrolments]


def _asking(enrolment: DueEnrolment, walked: Walk) -> AskingEnrolment:
    if walked.question is None:
        raise ValueError(f"enrolment {enrolment.pk} asks nothing")
    return AskingEnrolment(enrolment.pk, enrolment.customer_id, enrolment.order_id, enrolment.event_id, walked.question)


def _due_call(enrolment: DueEnrolment, step: ProgramStep) -> DueCall:
    return DueCall(enrolment.pk, enrolment.customer_id, enrolment.order_id, enrolment.chain_id, step)


def _touch(enrolment: DueEnrolment, planned: TouchDraft, now: dt.datetime) -> TouchRow:
    step = planned.step
    question = step.as_variant(planned.variant).question
    return TouchRow(
        enrolment_id=enrolment.pk,
        chain_id=enrolment.chain_id,
        customer_id=enrolment.customer_id,
        order_id=enrolment.order_id,
        step_key=step.key,
        step_name=step.name,
        channel=step.channel,
        purpose=step.purpose,
        topic=step.topic,
        due_at=planned.due_at,
        useful_until=planned.useful_until,
        created_at=moment_of(now, enrolment.customer_id),
        token=new_token(),
        status=str(Touch.Status.SKIPPED if planned.dropped else Touch.Status.SCHEDULED),
        reason=str(planned.dropped),
        variant=planned.variant,
        asks=question.get("if_asked", Touch.Asks.ANYWAY.value) if question else "",
        survey_id=question.get("survey") if question else None,
    )
