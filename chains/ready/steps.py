"""The steps that ready chains are made of. Their words lie with each language: chains.ready.words."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from chains.models import Step
from chains.ready.blocks import ReadyBlock
from chains.ready.rules import Rule
from crm.models import Coupon, StaffTask

WEEK_HOURS = 168


@dataclass(frozen=True)
class ReadyLetter:
    """A message step; `key` names its file of words. `short`: the channels it has a short text for, besides email."""

    key: str
    blocks: tuple[ReadyBlock, ...]
    purpose: str = "service"
    topic: str = ""
    tags: tuple[str, ...] = ()
    late_after_hours: int = 72
    short: tuple[str, ...] = ()


def offer(key: str, *blocks: ReadyBlock, late_after_hours: int = WEEK_HOURS, **more: Any) -> ReadyLetter:
    """A letter of marketing."""
    given = {"purpose": "marketing", "topic": "offers", "tags": ("offers",)} | more
    return ReadyLetter(key, blocks, late_after_hours=late_after_hours, **given)


@dataclass(frozen=True)
class ReadyWait:
    """Until `amount` units after (below zero: before) a date of the order or the goods; or for that time."""

    amount: int
    unit: str = "days"
    since: str = ""
    if_unknown: str = "wait"


@dataclass(frozen=True)
class Answered:
    """Whoever chose the answer at this place, from 0, among those of a question in a letter of the chain."""

    letter: str
    section: str
    place: int


@dataclass(frozen=True)
class ReadyArm:
    """The one without a rule is for everybody else. `key` finds its name."""

    key: str
    rule: Rule | Answered | None = None
    steps: tuple[ReadyStep, ...] = ()


@dataclass(frozen=True)
class ReadyBranch:
    arms: tuple[ReadyArm, ...]


@dataclass(frozen=True)
class ReadyUntil:
    """Waits for an event, at most so many days."""

    event: str
    days: int
    happened: tuple[ReadyStep, ...] = ()
    ran_out: tuple[ReadyStep, ...] = ()
    about_this_order: bool = True


@dataclass(frozen=True)
class ReadyTask:
    """For a colleague; `key` finds its name and script."""

    key: str
    purpose: str = "service"
    kind: str = StaffTask.Kind.CALL
    due_days: int = 2


@dataclass(frozen=True)
class ReadyChange:
    """`fields`: those of StepChange."""

    fields: dict[str, Any]


def free_delivery(days: int) -> ReadyChange:
    kind = {"change": Step.Change.ISSUE_COUPON, "coupon_kind": Coupon.Kind.FREE_DELIVERY}
    return ReadyChange(kind | {"coupon_days": days})


def points(amount: int) -> ReadyChange:
    return ReadyChange({"change": Step.Change.GIVE_POINTS, "points": amount})


ReadyStep = ReadyLetter | ReadyWait | ReadyBranch | ReadyUntil | ReadyTask | ReadyChange


@dataclass(frozen=True)
class ReadyChain:
    """`key` finds its name and description in ready_chains.toml of a language. `rules`: fields of Chain.

    `segment`: the key of the starter segment that customers enter to start it.
    """

    key: str
    rules: dict[str, Any]
    steps: tuple[ReadyStep, ...] = field(default=())
    segment: str = ""


def letters_of(ready: ReadyChain) -> list[ReadyLetter]:
    return [step for step in all_steps(ready.steps) if isinstance(step, ReadyLetter)]


def all_steps(steps: tuple[ReadyStep, ...]) -> list[ReadyStep]:
    """With those in the arms."""
    return [one for step in steps for one in (step, *all_steps(tuple(inner for arm in arms_of(step) for inner in arm)))]


def arms_of(step: ReadyStep) -> tuple[tuple[ReadyStep, ...], ...]:
    match step:
        case ReadyBranch(arms=arms):
            return tuple(arm.steps for arm in arms)
        case ReadyUntil(happened=happened, ran_out=ran_out):
            return (happened, ran_out)
    return ()
