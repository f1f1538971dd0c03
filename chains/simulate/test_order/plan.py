"""When each message of a chain would go out, and on which branches, for an order placed now. Values in, values out.

Every branch is taken, because a test order is there to read all messages. Behind a branch its longest arm counts.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from chains.engine.advance.waits import Anchors, wait_ends_at
from chains.engine.local_time import turn
from chains.models import Step
from chains.program.program import Program
from chains.program.step import ProgramStep

PAID, SHIPPED, DELIVERED, APPOINTMENT = (dt.timedelta(hours=1), *(dt.timedelta(days=days) for days in (1, 3, 7)))


@dataclass(frozen=True, slots=True)
class PlannedMessage:
    step: ProgramStep
    at: dt.datetime
    branches: tuple[str, ...]
    """The names of the arms that lead to it."""


def plan(program: Program, start: dt.datetime, zone: ZoneInfo) -> list[PlannedMessage]:
    """Messages and staff tasks in the order in which they are read."""
    anchors = Anchors(start, has_order=True, dates=_order_dates(program, start))
    arrivals: dict[str, dt.datetime] = {program.steps[0].key: start} if program.steps else {}
    branches: dict[str, tuple[str, ...]] = {}
    found = []
    for step in program.steps:
        at, names = arrivals.get(step.key), branches.get(step.key, ())
        if at is None:
            continue  # behind a step at which everybody leaves
        if step.is_touch:
            sent_at = turn(at, step.at_hour, step.at_weekday, zone)
            found.append(PlannedMessage(step, sent_at, names))
        # The step behind all arms belongs to none of them, whichever leads there last.
        branches.setdefault(step.next, names)
        for key, moment, name in _next_steps(step, at, anchors, zone):
            arrivals[key] = max(moment, arrivals.get(key, moment))
            branches.setdefault(key, (*names, name))
    return found


def _order_dates(program: Program, start: dt.datetime) -> dict[str, dt.datetime | dt.date | None]:
    """The moments of an order that takes its usual course, told early enough for every reminder."""
    return {
        Step.Anchor.PLACED: start,
        Step.Anchor.PAID: start + PAID,
        Step.Anchor.SHIPPED: start + SHIPPED,
        Step.Anchor.DELIVERED: start + DELIVERED,
        Step.Anchor.PROMISED: start + max(DELIVERED, _earliest_reminder(program, Step.Anchor.PROMISED)),
        Step.Anchor.APPOINTMENT: start + max(APPOINTMENT, _earliest_reminder(program, Step.Anchor.APPOINTMENT)),
    }


def _earliest_reminder(program: Program, anchor: str) -> dt.timedelta:
    """How long before this date the first message about it is meant for."""
    waits = [step.wait for step in program.steps if step.wait and step.wait.anchor == anchor]
    return max((dt.timedelta(**{wait.unit: -wait.amount}) for wait in waits), default=dt.timedelta())


def _next_steps(
    step: ProgramStep, at: dt.datetime, anchors: Anchors, zone: ZoneInfo
) -> list[tuple[str, dt.datetime, str]]:
    """The keys of the steps that follow, when each is reached, and the name of the arm that leads there."""
    if step.kind == Step.Kind.LEAVE:
        return []
    over = at
    if step.wait:
        meant = wait_ends_at(step.wait, at, anchors, zone)
        over = max(at, meant) if meant else at
    if not step.arms:
        return [(step.next, over, "")]
    if step.wait:
        # What is waited for happens at once, or the time runs out.
        happened, ran_out = step.arms[0], step.arms[-1]
        return [(happened.first, at, happened.name), (ran_out.first, over, ran_out.name)]
    return [(arm.first, over, arm.name) for arm in step.arms]
