"""How far somebody gets in a chain by now. A pure function of the program, of what is known of somebody and of now.

Whom a branch suits, whether an awaited event happened and whether a webhook answered is not known here: the walk stops
with a question, and is walked again from its beginning with the answer. Steps lead only forward through a finite list,
so every walk ends.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable

from chains.engine.advance.waits import counts_from_arrival, reminds, wait_ends_at
from chains.engine.advance.walk_state import PassedStep, StepQuestion, TouchDraft, Walk, WalkInput
from chains.engine.local_time import DAY, HOUR, turn
from chains.engine.pauses import is_dropped, postponed
from chains.models.enrolment import Enrolment
from chains.models.step import Step
from chains.models.touch import Touch
from chains.program.goods import OF_THE_GOODS
from chains.program.program import Program
from chains.program.step import ProgramArm, ProgramStep, ProgramWait
from crm.models import EventKind, Purpose


def walk(program: Program, given: WalkInput, now: dt.datetime) -> Walk:
    """Go on from where somebody stands until a wait that is not over, a question without an answer, or the end."""
    so_far = Walk(given.step_key, given.arrived_at, given.arrived_at, webhook_answer=given.webhook_answer)
    while (step := program.step(so_far.step_key)) is not None:
        ahead = step.next if step.key in given.passed else WALK_BY_KIND[step.kind](step, so_far, given, now)
        if ahead is None:
            return so_far
        so_far.step_key = ahead
    so_far.step_key, so_far.ending = "", Enrolment.Ending.LAST_STEP
    return so_far


def _wait(step: ProgramStep, so_far: Walk, given: WalkInput, now: dt.datetime) -> str | None:
    wait = step.wait
    if wait is None:
        raise ValueError(f"step {step.key} waits for nothing")
    if wait.kind == Step.Wait.EVENT:
        return _await_event(step, wait, so_far, given, now)
    counted_from = _counted_from(wait, so_far)
    meant_at = wait_ends_at(wait, counted_from, given.anchors, given.zone)
    if meant_at is None:
        return _wait_for_date(step, wait, so_far, given, now)
    meant_at = postponed(meant_at, given.holds)
    if meant_at > now:
        so_far.due_at, so_far.arrived_at = meant_at, counted_from
        return None
    so_far.too_late_before = _too_late_before(wait, meant_at, so_far, given)
    so_far.meant_at, so_far.arrived_at = meant_at, max(meant_at, so_far.arrived_at)
    return step.next


def _counted_from(wait: ProgramWait, so_far: Walk) -> dt.datetime:
    """A moment that had passed still has its place in the plan: “10:00 on that day” has passed with it."""
    return so_far.meant_at if so_far.too_late_before and counts_from_arrival(wait) else so_far.arrived_at


def _too_late_before(wait: ProgramWait, meant_at: dt.datetime, so_far: Walk, given: WalkInput) -> dt.datetime | None:
    """Told from an engine that is late: then the moment came while somebody stood there, and is when they are due."""
    too_late_before = so_far.too_late_before if counts_from_arrival(wait) else None
    if reminds(wait, given.anchors):
        too_late_before = max(so_far.arrived_at, given.due_at or so_far.arrived_at)
    return too_late_before if too_late_before and meant_at < too_late_before else None


def _wait_for_date(
    step: ProgramStep, wait: ProgramWait, so_far: Walk, given: WalkInput, now: dt.datetime
) -> str | None:
    """The date it counts from is not known: the step says what then."""
    if wait.if_unknown == Step.IfUnknown.LEAVE:
        _end(so_far, Enrolment.Ending.UNKNOWN_DATE)
        return None
    if wait.if_unknown == Step.IfUnknown.GO_ON or not given.anchors.may_come(wait.anchor):
        so_far.too_late_before = None
        return step.next
    so_far.awaits = wait.anchor
    # Orders and customers tell when their dates become known. Products tell nobody, so somebody has to look.
    is_looked_for = wait.anchor in OF_THE_GOODS and given.anchors.moment(Step.Anchor.DELIVERED)
    so_far.due_at = now + DAY if is_looked_for else None
    return None


def _await_event(step: ProgramStep, wait: ProgramWait, so_far: Walk, given: WalkInput, now: dt.datetime) -> str | None:
    counted_from = _counted_from(wait, so_far)
    until = wait_ends_at(wait, counted_from, given.anchors, given.zone) or counted_from
    until = postponed(until, given.holds)
    since = given.anchors.trigger if wait.anchor == Step.Anchor.TRIGGER else counted_from
    answer = given.answers.get(step.key)
    if answer is None:
        so_far.question = StepQuestion(step, since, until)
        return None
    happened, ran_out = step.arms
    over_at = answer.at or until
    if over_at > now:
        so_far.due_at, so_far.awaits, so_far.awaited_event = over_at, Enrolment.Awaits.EVENT, wait.event
        so_far.arrived_at = counted_from
        return None
    so_far.too_late_before = _too_late_before(wait, over_at, so_far, given)
    so_far.arrived_at = max(over_at, so_far.arrived_at)
    so_far.meant_at = over_at if so_far.too_late_before else so_far.arrived_at
    return _take(step, happened if answer.at else ran_out, so_far, answer.event_id)


def _branch(step: ProgramStep, so_far: Walk, given: WalkInput, _now: dt.datetime) -> str | None:
    answer = given.answers.get(step.key)
    if answer is None:
        so_far.question = StepQuestion(step, so_far.arrived_at, so_far.arrived_at, so_far.webhook_answer)
        return None
    return _take(step, next(arm for arm in step.arms if arm.key == answer.arm_key), so_far)


def _split(step: ProgramStep, so_far: Walk, given: WalkInput, _now: dt.datetime) -> str:
    return _take(step, drawn_arm(step, given.customer_id), so_far)


def drawn_arm(step: ProgramStep, customer_id: int) -> ProgramArm:
    """By a hash of step and customer, so that the same customer always gets the same one."""
    digest = hashlib.blake2s(f"{step.key}:{customer_id}".encode(), digest_size=4).digest()
    share = int.from_bytes(digest, "big") / 2**32 * sum(arm.weight for arm in step.arms)
    for arm in step.arms:
        share -= arm.weight
        if share < 0:
            return arm
    return step.arms[-1]


def _take(step: ProgramStep, arm: ProgramArm, so_far: Walk, event_id: int | None = None) -> str:
    so_far.passages.append(PassedStep(step, arm.key, event_id))
    return arm.first


def _change(step: ProgramStep, so_far: Walk, _given: WalkInput, _now: dt.datetime) -> str:
    so_far.passages.append(PassedStep(step))
    return step.next


def _call(step: ProgramStep, so_far: Walk, given: WalkInput, now: dt.datetime) -> str | None:
    """Its time is counted from the call itself: a late pass must not take it from whoever has to answer."""
    if step.call is None:
        raise ValueError(f"step {step.key} calls nobody")
    if given.is_control:
        return _go_on(step, so_far, None)
    answer = given.answers.get(step.key)
    if answer is None:
        so_far.question = StepQuestion(step, so_far.arrived_at, so_far.arrived_at)
        return None
    if answer.called_at is None:
        so_far.calls.append(step)
    until = (answer.called_at or now) + step.call.hours * HOUR
    over_at = answer.at or until
    if over_at > now:
        so_far.due_at, so_far.awaits = over_at, Enrolment.Awaits.EVENT
        so_far.awaited_event = EventKind.WEBHOOK_ANSWERED
        return None
    so_far.arrived_at = so_far.meant_at = max(over_at, so_far.arrived_at)
    return _go_on(step, so_far, answer.event_id)


def _go_on(step: ProgramStep, so_far: Walk, event_id: int | None) -> str:
    so_far.passages.append(PassedStep(step, event_id=event_id))
    so_far.webhook_answer = event_id
    return step.next


def _touch(step: ProgramStep, so_far: Walk, given: WalkInput, _now: dt.datetime) -> str:
    variant = step.drawn(given.customer_id)
    drafted = _drafted(variant.step, so_far, given, variant.key) if variant else _drafted(step, so_far, given)
    so_far.touches.append(drafted)
    return step.next


def _drafted(step: ProgramStep, so_far: Walk, given: WalkInput, variant: str = "") -> TouchDraft:
    arrived_at = so_far.meant_at if so_far.too_late_before else so_far.arrived_at
    due_at = postponed(turn(arrived_at, step.at_hour, step.at_weekday, given.zone), given.holds)
    # Service is of use from when its turn came, an offer from when it was meant for; waiting for its hour is no delay.
    delay = arrived_at - so_far.meant_at if step.purpose == Purpose.MARKETING else dt.timedelta()
    useful_until = due_at - delay + step.late_after_hours * HOUR
    return TouchDraft(step, due_at, useful_until, _why_dropped(due_at, so_far, given), variant)


def _why_dropped(due_at: dt.datetime, so_far: Walk, given: WalkInput) -> str:
    if is_dropped(due_at, given.holds):
        return Touch.Reason.PAUSE_DROPPED
    has_passed = so_far.too_late_before is not None and due_at < so_far.too_late_before
    return Touch.Reason.MOMENT_PASSED if has_passed else Touch.Reason.NONE


def _leave(_step: ProgramStep, so_far: Walk, _given: WalkInput, _now: dt.datetime) -> None:
    _end(so_far, Enrolment.Ending.LEAVE_STEP)


def _end(so_far: Walk, ending: str) -> None:
    so_far.step_key, so_far.ending = "", ending


# What walking over a step of each kind does: the key of the step that comes now, or None where the walk stops.
# chains.definition.step_kinds has the rest of a kind.
WALK_BY_KIND: dict[str, Callable[[ProgramStep, Walk, WalkInput, dt.datetime], str | None]] = {
    Step.Kind.MESSAGE: _touch,
    Step.Kind.WAIT: _wait,
    Step.Kind.BRANCH: _branch,
    Step.Kind.SPLIT: _split,
    Step.Kind.STAFF_TASK: _touch,
    Step.Kind.CHANGE: _change,
    Step.Kind.CALL: _call,
    Step.Kind.LEAVE: _leave,
}
