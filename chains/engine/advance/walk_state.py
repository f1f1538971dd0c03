"""A walk through a chain in values: what is known of the customer, and how far they got."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple
from zoneinfo import ZoneInfo

from chains.engine.advance.waits import Anchors
from chains.engine.pauses import Standstill
from chains.models.enrolment import Enrolment
from chains.program.step import ProgramStep


class StepAnswer(NamedTuple):
    """To a branch: the arm to take. To a wait for an event: when it happened first, if it did.

    To a call: when it was made, if it was, and when it was answered.
    """

    arm_key: str = ""
    at: dt.datetime | None = None
    event_id: int | None = None
    called_at: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class WalkInput:
    """What is known of somebody in a chain, as far as their walk depends on it."""

    customer_id: int
    step_key: str
    arrived_at: dt.datetime
    anchors: Anchors
    zone: ZoneInfo
    passed: Collection[str] = ()
    answers: Mapping[str, StepAnswer] = field(default_factory=dict)
    holds: Collection[Standstill] = ()
    # The event with the answer to the webhook called last, if one was called and answered.
    webhook_answer: int | None = None
    # Nobody is told about the control group.
    is_control: bool = False
    # When it goes on: as planned, or since news came that may have moved its dates.
    due_at: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class TouchDraft:
    """A touch to be written: its step, when it is due and until when it is of use."""

    step: ProgramStep
    due_at: dt.datetime
    useful_until: dt.datetime
    dropped: str = ""  # the reason for which it is not even tried, if there is one
    variant: str = ""  # of an experiment; the step is as this variant has it


class PassedStep(NamedTuple):
    """A step that was decided or that changes something."""

    step: ProgramStep
    arm_key: str = ""
    event_id: int | None = None


@dataclass(frozen=True, slots=True)
class StepQuestion:
    """What has to be answered before the walk goes on; a wait asks for events `since` until `until`.

    A branch may ask what the webhook called last has answered.
    """

    step: ProgramStep
    since: dt.datetime
    until: dt.datetime
    webhook_answer: int | None = None


@dataclass(slots=True)
class Walk:
    """What was done on the way, and where it stopped: at a wait, at a question or at the end."""

    step_key: str
    arrived_at: dt.datetime
    # The moment the next message was planned for. It is before the arrival where a wait was over already.
    meant_at: dt.datetime
    # What is meant for a moment before this one is not made up for: somebody came, or its date was told, too late.
    too_late_before: dt.datetime | None = None
    touches: list[TouchDraft] = field(default_factory=list)
    passages: list[PassedStep] = field(default_factory=list)
    calls: list[ProgramStep] = field(default_factory=list)
    webhook_answer: int | None = None
    due_at: dt.datetime | None = None
    awaits: str = Enrolment.Awaits.NOTHING
    awaited_event: str = ""
    question: StepQuestion | None = None
    ending: str = Enrolment.Ending.NONE
