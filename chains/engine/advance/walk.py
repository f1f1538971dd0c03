"""How far somebody gets in a chain by now. A pure function of the program, the place, the clock and answers.

Whom a branch suits and whether an awaited event happened is not known here: the walk stops with a question, and is
walked again from its beginning with the answer. Every way leads forward through a finite list of steps, so it ends.
"""

from __future__ import annotations

import datetime as dt
import hashlib

from chains.engine.advance.waits import OF_THE_GOODS, meant_for
from chains.engine.advance.walk_state import PassedStep, StepQuestion, TouchDraft, Walk, WalkInput
from chains.engine.local_time import DAY, HOUR, next_hour
from chains.engine.pauses import is_dropped, postponed
from chains.models.enrolment import Enrolment
from chains.models.step import Step
from chains.program.program import Program
from chains.program.step import ProgramArm, ProgramStep, ProgramWait
from crm.models import Purpose


def walk(program: Program, who: WalkInput, now: dt.datetime) -> Walk:
    """Go on from where somebody stands until a wait that is not over, a question without an answer, or the end."""
    way = Walk(who.step_key, who.arrived_at, who.arrived_at)
    while (step := program.step(way.step_key)) is not None:
        ahead = _pass(step, way, who, now)
        if ahead is None:
            return way
        way.step_key = ahead
    way.step_key, way.ending = "", Enrolment.Ending.LAST_STEP
    return way


def _pass(step: ProgramStep, way: Walk, who: WalkInput, now: dt.datetime) -> str | None:
    """Do one step; the key of the one that comes now, or None where the walk stops."""
    if step.key in who.passed:
        return step.next
    if step.wait and step.wait.kind == Step.Wait.EVENT:
        return _await_event(step, step.wait, way, who, now)
    if step.wait:
        return _wait(step, step.wait, way, who, now)
    if step.kind == Step.Kind.BRANCH:
        return _branch(step, way, who)
    if step.kind == Step.Kind.SPLIT:
        return _take(step, drawn_arm(step, who.customer_id), way)
    if step.kind == Step.Kind.LEAVE:
        _leave(way, Enrolment.Ending.LEAVE_STEP)
        return None
    if step.kind == Step.Kind.CHANGE:
        way.passages.append(PassedStep(step))
    else:
        way.touches.append(_planned(step, way, who))
    return step.next


def _wait(step: ProgramStep, wait: ProgramWait, way: Walk, who: WalkInput, now: dt.datetime) -> str | None:
    meant_at = meant_for(wait, way.arrived_at, who.anchors, who.zone)
    if meant_at is None:
        return _wait_for_date(step, wait, way, who, now)
    meant_at = postponed(meant_at, who.holds)
    if meant_at > now:
        way.due_at = meant_at
        return None
    way.meant_at, way.arrived_at = meant_at, max(meant_at, way.arrived_at)
    return step.next


def _wait_for_date(step: ProgramStep, wait: ProgramWait, way: Walk, who: WalkInput, now: dt.datetime) -> str | None:
    """The date it counts from is not known: the step says what then."""
    if wait.if_unknown == Step.IfUnknown.LEAVE:
        _leave(way, Enrolment.Ending.UNKNOWN_DATE)
        return None
    if wait.if_unknown == Step.IfUnknown.GO_ON or not who.anchors.may_come(wait.anchor):
        return step.next
    way.awaits = wait.anchor
    # Orders and customers tell when their dates become known. Products tell nobody, so somebody has to look.
    way.due_at = now + DAY if wait.anchor in OF_THE_GOODS and who.anchors.moment(Step.Anchor.DELIVERED) else None
    return None


def _await_event(step: ProgramStep, wait: ProgramWait, way: Walk, who: WalkInput, now: dt.datetime) -> str | None:
    until = meant_for(wait, way.arrived_at, who.anchors, who.zone) or way.arrived_at
    until = postponed(until, who.holds)
    since = who.anchors.trigger if wait.anchor == Step.Anchor.TRIGGER else way.arrived_at
    answer = who.answers.get(step.key)
    if answer is None:
        way.question = StepQuestion(step, since, until)
        return None
    happened, ran_out = step.arms
    over_at = answer.at or until
    if over_at > now:
        way.due_at, way.awaits, way.awaited_event = over_at, Enrolment.Awaits.EVENT, wait.event
        return None
    way.arrived_at = way.meant_at = max(over_at, way.arrived_at)
    return _take(step, happened if answer.at else ran_out, way, answer.event_id)


def _branch(step: ProgramStep, way: Walk, who: WalkInput) -> str | None:
    answer = who.answers.get(step.key)
    if answer is None:
        way.question = StepQuestion(step, way.arrived_at, way.arrived_at)
        return None
    return _take(step, next(arm for arm in step.arms if arm.key == answer.arm_key), way)


def drawn_arm(step: ProgramStep, customer_id: int) -> ProgramArm:
    """By a hash of step and customer, so that the same customer always gets the same one."""
    digest = hashlib.blake2s(f"{step.key}:{customer_id}".encode(), digest_size=4).digest()
    share = int.from_bytes(digest, "big") / 2**32 * sum(arm.weight for arm in step.arms)
    for arm in step.arms:
        share -= arm.weight
        if share < 0:
            return arm
    return step.arms[-1]


def _take(step: ProgramStep, arm: ProgramArm, way: Walk, event_id: int | None = None) -> str:
    way.passages.append(PassedStep(step, arm.key, event_id))
    return arm.first


def _leave(way: Walk, ending: str) -> None:
    way.step_key, way.ending = "", ending


def _planned(step: ProgramStep, way: Walk, who: WalkInput) -> TouchDraft:
    due_at = way.arrived_at if step.at_hour is None else next_hour(way.arrived_at, step.at_hour, who.zone)
    due_at = postponed(due_at, who.holds)
    # Service is of use from when its turn came, an offer from when it was meant for; waiting for its hour is no delay.
    delay = way.arrived_at - way.meant_at if step.purpose == Purpose.MARKETING else dt.timedelta()
    useful_until = due_at - delay + step.late_after_hours * HOUR
    return TouchDraft(step, due_at, useful_until, is_dropped(due_at, who.holds))
