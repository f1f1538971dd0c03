"""The second verb: walk everybody whose time has come to their next wait, writing the touches on the way."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import replace

from django.db import transaction

from chains.engine import facts, touch_writes
from chains.engine.advance import changes, enrolment_writes
from chains.engine.advance.branch_answers import Asker, answers
from chains.engine.advance.enrolment_writes import Stay
from chains.engine.advance.walk import walk
from chains.engine.advance.walk_inputs import Place, travellers
from chains.engine.advance.walk_state import Planned, Traveller, Walk
from chains.engine.claim import BATCH, Counts, claim_customers
from chains.engine.facts import Profile, Standing
from chains.models import Chain, Enrolment, Touch
from chains.models.touch import new_token
from chains.program import program
from chains.program.program import Program
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
        customers = claim_customers(Enrolment.objects.due(now).order_by("due_at", "id"), limit)
        places = _places(customers, now) if customers else []
        return _advance(places, now) if places else Counter()


def _places(customers: set[int], now: dt.datetime) -> list[Place]:
    rows = Enrolment.objects.due(now).filter(customer__in=customers).order_by("id").values_list(*Place._fields)
    return [Place(*row) for row in rows]


def _advance(places: list[Place], now: dt.datetime) -> Counts:
    programs = program.load(place.version_id for place in places)
    orders = facts.order_moments(place.order_id for place in places if place.order_id)
    people = facts.profiles({place.customer_id for place in places})
    standings = [
        Standing(
            place.pk, place.customer_id, place.order_id, place.triggered_at, programs[place.version_id], place.event_id
        )
        for place in places
    ]
    exits, goals = facts.exits(standings, orders, now), facts.goals_reached(standings, now)
    moves, going = [], []
    for place in places:
        plan, person = programs[place.version_id], people[place.customer_id]
        ending = _ending(place, plan, person, exits.get(place.pk, ""), place.pk in goals)
        if ending:
            moves.append(Stay.left(place.pk, place.arrived_at, ending, now))
        elif place.chain__status == Chain.Status.PAUSED:
            # Set aside, so that a paused chain's people are not met again at every pass.
            moves.append(Stay(place.pk, place.arrived_at, place.step_key, awaits=Enrolment.Awaits.RESUME))
        else:
            going.append(place)
    walks = _walks(going, programs, travellers(going, programs, orders, people), now)
    written = touch_writes.schedule([_touch(place, planned, now) for place, way in walks for planned in way.touches])
    changes.write_passages(
        [
            changes.DuePassage(place.pk, place.customer_id, passed, place.is_held)
            for place, way in walks
            for passed in way.passages
        ],
        now,
    )
    enrolment_writes.write(moves + [Stay.after(place.pk, way, now) for place, way in walks], now)
    return Counter({"advanced": len(places), "scheduled": written})


def _ending(place: Place, plan: Program, person: Profile, exit_reason: str, has_reached_goal: bool) -> str:
    if person.erased_at:
        return Enrolment.Ending.ERASED
    if person.merged_into:
        # Entered while the merge was under way; whatever the keeper is due, they get under their own name.
        return Enrolment.Ending.MERGED
    if place.chain__status == Chain.Status.ARCHIVED:
        return Enrolment.Ending.ARCHIVED
    if exit_reason:
        return ENDING_OF[Reason(exit_reason)]
    if has_reached_goal and not _has_service_ahead(plan, place.step_key):
        return Enrolment.Ending.GOAL
    return ""


def _has_service_ahead(plan: Program, step_key: str) -> bool:
    return any(step.is_touch and step.purpose == Purpose.SERVICE for step in plan.ahead(step_key))


def _walks(
    places: list[Place], programs: dict[int, Program], travellers: dict[int, Traveller], now: dt.datetime
) -> list[tuple[Place, Walk]]:
    """Everybody's walk. Each round answers the questions at which walks stopped; there are no more than steps."""
    ways: dict[int, Walk] = {}
    going = places
    while going:
        ways |= {place.pk: walk(programs[place.version_id], travellers[place.pk], now) for place in going}
        going = [place for place in going if ways[place.pk].question]
        known = answers([_asker(place, ways[place.pk]) for place in going], now)
        for place in going:
            who, question = travellers[place.pk], ways[place.pk].question
            if question:
                travellers[place.pk] = replace(who, answers={**who.answers, question.step.key: known[place.pk]})
    return [(place, ways[place.pk]) for place in places]


def _asker(place: Place, way: Walk) -> Asker:
    if way.question is None:
        raise ValueError(f"enrolment {place.pk} asks nothing")
    return Asker(place.pk, place.customer_id, place.order_id, place.event_id, way.question)


def _touch(place: Place, planned: Planned, now: dt.datetime) -> touch_writes.New:
    step = planned.step
    return touch_writes.New(
        enrolment_id=place.pk,
        chain_id=place.chain_id,
        customer_id=place.customer_id,
        order_id=place.order_id,
        step_key=step.key,
        step_name=step.name,
        channel=step.channel,
        purpose=step.purpose,
        topic=step.topic,
        due_at=planned.due_at,
        useful_until=planned.useful_until,
        created_at=now,
        token=new_token(),
        status=str(Touch.Status.SKIPPED if planned.is_dropped else Touch.Status.SCHEDULED),
        reason=str(Touch.Reason.PAUSE_DROPPED if planned.is_dropped else Touch.Reason.NONE),
    )
