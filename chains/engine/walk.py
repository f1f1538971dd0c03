"""How far somebody gets in a chain by now. A pure function of the program, the place and the clock."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from chains.engine.clockwork import HOUR, Anchors, next_hour, wait_ends
from chains.models.step import Step
from chains.program import Program
from chains.program_step import ProgramStep, Wait


@dataclass(frozen=True, slots=True)
class Planned:
    """A touch to be written: its step, when it is due and until when it is of use."""

    step: ProgramStep
    due_at: dt.datetime
    useful_until: dt.datetime


@dataclass(frozen=True, slots=True)
class Walk:
    touches: tuple[Planned, ...]
    step_key: str  # where it stands now; empty after the last step
    arrived_at: dt.datetime
    due_at: dt.datetime | None  # None: at the end, or awaiting
    awaits: str = ""

    @property
    def is_over(self) -> bool:
        return not self.step_key


def walk(
    program: Program, step_key: str, arrived_at: dt.datetime, anchors: Anchors, zone: ZoneInfo, now: dt.datetime
) -> Walk:
    """Go from the step to the first wait that is not over. Every step is passed at most once, so it always ends."""
    touches: list[Planned] = []
    at = arrived_at
    for step in program.steps[program.place_of(step_key) :]:
        if step.wait is None:
            touches.append(_planned(step, at, zone))
            continue
        until = wait_ends(step.wait, at, anchors, zone)
        if until is None:
            return Walk(tuple(touches), step.key, at, None, _awaited(step.wait))
        if until > now:
            return Walk(tuple(touches), step.key, at, until)
        at = until
    return Walk(tuple(touches), "", at, None)


def _planned(step: ProgramStep, at: dt.datetime, zone: ZoneInfo) -> Planned:
    due_at = at if step.at_hour is None else next_hour(at, step.at_hour, zone)
    return Planned(step, due_at, due_at + step.late_after_hours * HOUR)


def _awaited(wait: Wait) -> str:
    # An order has always been placed, so only these two moments can be missing.
    return "appointment" if wait.anchor == Step.Anchor.APPOINTMENT else "delivered"
