"""The steps of a program, read from its JSON: a tree laid out as a list in which every step leads forward.

{"key", "kind", "name", …}                                     every step
{"kind": "message", "purpose", "channels": [preferred first], "template", "topic", "tags": [...],
 "late_after_hours", "at_hour", "at_weekday",
 "texts": {channel: {language: compiled text and "shows": ["coupon", "points", "tier"]}},
 "experiment", "variants": [{"key", "share" and what it has instead}] while an experiment is on}
{"kind": "staff_task", "purpose", "task_kind", "script", "due_days", "owner_group", "late_after_hours", "at_hour"}
{"kind": "wait", "wait": {"kind", "amount", "unit", "from", "hour", …}, "arms": [...] when it is for an event}
{"kind": "branch" | "split", "arms": [{"key", "name", "rule", "weight", "steps": [steps as these]}]}
{"kind": "change", "change": {"kind"} and "name", "value" | "points", "days" | "coupon", "value", "gift", "category",
 "product", "minimum", "days"}
{"kind": "call", "call": {"webhook", "text", "hours"}}
{"kind": "leave"}
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from chains.models import Step, Touch
from crm.models.channel import default_channel_order


@dataclass(frozen=True, slots=True)
class ProgramWait:
    """What a wait step waits for; of which fields, its kind says."""

    kind: str
    amount: int = 0
    unit: str = Step.Unit.DAYS
    anchor: str = Step.Anchor.TRIGGER
    attribute: str = ""
    if_unknown: str = Step.IfUnknown.WAIT
    hour: int = 10
    weekdays: frozenset[int] = frozenset()
    on: dt.date | None = None
    month_day: int = 1
    event: str = ""
    rule: Any = None
    this_order: bool = False


@dataclass(frozen=True, slots=True)
class ProgramChange:
    """What changes about the customer: a tag or attribute by name, points, or a coupon with its terms."""

    kind: str
    name: str = ""
    value: str = ""
    points: int = 0
    days: int | None = None
    coupon: str = ""
    gift: str = ""
    category: int | None = None
    product: int | None = None
    minimum: str = "0"


@dataclass(frozen=True, slots=True)
class ProgramCall:
    """Which webhook is called, what is said, and for how many hours its answer is waited for."""

    webhook: int
    text: str = ""
    hours: int = 1


@dataclass(frozen=True, slots=True)
class ProgramArm:
    """One of the ways out of a step; `first` is where it leads: its own first step, or what comes behind the step."""

    key: str
    name: str = ""
    rule: Any = None
    weight: int = 1
    first: str = ""


@dataclass(frozen=True, slots=True)
class ProgramVariant:
    """One way of a message that an experiment tries; `step` is the step as this variant has it."""

    key: str
    share: int
    step: ProgramStep


@dataclass(frozen=True, slots=True)
class ProgramStep:
    """`next` is the key of the step that follows, with the arms of this one left out; empty at the end."""

    key: str
    kind: str
    name: str = ""
    number: str = ""
    purpose: str = ""
    channels: tuple[str, ...] = ()
    topic: str = ""
    tags: tuple[str, ...] = ()
    template: int | None = None
    late_after_hours: int = 72
    at_hour: int | None = None
    at_weekday: int | None = None
    texts: dict[str, dict[str, Any]] = field(default_factory=dict)
    wait: ProgramWait | None = None
    change: ProgramChange | None = None
    call: ProgramCall | None = None
    arms: tuple[ProgramArm, ...] = ()
    task_kind: str = "other"
    script: str = ""
    due_days: int = 1
    owner_group: int | None = None
    next: str = ""
    experiment: int = 0
    variants: tuple[ProgramVariant, ...] = ()

    def drawn(self, customer_id: int) -> ProgramVariant | None:
        """By a hash salted with the experiment, so that the same customer always gets the same one."""
        if not self.variants:
            return None
        digest = hashlib.blake2s(f"experiment {self.experiment}: {customer_id}".encode(), digest_size=8).digest()
        place = int.from_bytes(digest, "big") * sum(variant.share for variant in self.variants)
        for variant in self.variants:
            place -= variant.share * 2**64
            if place < 0:
                return variant
        return self.variants[-1]

    def as_variant(self, key: str) -> ProgramStep:
        """The step as a touch of that variant has it; as it is where no such experiment is on."""
        return next((variant.step for variant in self.variants if variant.key == key), self) if key else self

    @property
    def is_touch(self) -> bool:
        return self.kind in Step.TOUCHES

    @property
    def channel(self) -> str:
        """Where the message is planned to go before guard knows who can be reached."""
        return (
            Touch.Channel.STAFF_TASK
            if self.kind == Step.Kind.STAFF_TASK
            else next(iter(self.channels_to_try(default_channel_order())))
        )

    @property
    def shows(self) -> frozenset[str]:
        """Which rewards, "coupon", "points", "tier", "referral" and "subscription", any of its texts shows."""
        return frozenset(
            reward for texts in self.texts.values() for text in texts.values() for reward in text.get("shows", ())
        )

    @property
    def question(self) -> dict[str, Any] | None:
        """What any of its texts asks: a message asks for one thing."""
        return next(
            (
                question
                for texts in self.texts.values()
                for text in texts.values()
                for question in text.get("questions", {}).values()
            ),
            None,
        )

    def channels_to_try(self, order: Iterable[str]) -> tuple[str, ...]:
        """The channels to try, the preferred first: the step's own, or those it has texts for in the order given."""
        return self.channels or tuple(channel for channel in order if channel in self.texts)


def surveys_asked(sources: list[dict[str, Any]]) -> set[int]:
    """The surveys that messages of these steps ask, those of variants included."""
    steps = parse_steps(sources)
    tried = [*steps, *(variant.step for step in steps for variant in step.variants)]
    return {question["survey"] for step in tried if (question := step.question) and "survey" in question}


def parse_steps(sources: list[dict[str, Any]]) -> tuple[ProgramStep, ...]:
    return tuple(_laid_out(sources, after="", number=""))


def _laid_out(sources: list[dict[str, Any]], after: str, number: str) -> Iterator[ProgramStep]:
    """The steps in the order they are read, each before those in its arms; behind the last one comes `after`."""
    for index, source in enumerate(sources):
        follower = sources[index + 1]["key"] if index + 1 < len(sources) else after
        own_number = f"{number}{index + 1}"
        arms = source.get("arms", ())
        yield _step(source, own_number, follower)
        for letter, arm in zip(ARM_LETTERS, arms, strict=False):
            yield from _laid_out(arm["steps"], follower, f"{own_number}{letter}.")


# Numbers of steps read 1, 2, 2a.1, 2a.2, 2b.1, 3.
ARM_LETTERS = "abcdefghijklmnopqrstuvwxyz"


def _step(source: dict[str, Any], number: str, follower: str) -> ProgramStep:
    parts = {**source, "number": number, "next": follower}
    if wait := parts.get("wait"):
        parts["wait"] = _wait(wait)
    if change := parts.get("change"):
        parts["change"] = ProgramChange(**change)
    if call := parts.get("call"):
        parts["call"] = ProgramCall(**call)
    for name in ("tags", "channels"):
        parts[name] = tuple(parts.get(name, ()))
    parts["arms"] = tuple(_arm(arm, follower) for arm in parts.get("arms", ()))
    variants = parts.pop("variants", ())
    step = ProgramStep(**parts)
    return replace(step, variants=tuple(_variant(step, variant) for variant in variants)) if variants else step


def _variant(step: ProgramStep, source: dict[str, Any]) -> ProgramVariant:
    instead = {name: value for name, value in source.items() if name not in ("key", "share")}
    for name in ("tags", "channels"):
        if name in instead:
            instead[name] = tuple(instead[name])
    return ProgramVariant(source["key"], source["share"], replace(step, **instead))


def _wait(source: dict[str, Any]) -> ProgramWait:
    parts = {("anchor" if name == "from" else name): value for name, value in source.items()}
    parts["weekdays"] = frozenset(parts.get("weekdays", ()))
    if parts.get("on"):
        parts["on"] = dt.date.fromisoformat(parts["on"])
    return ProgramWait(**parts)


def _arm(source: dict[str, Any], follower: str) -> ProgramArm:
    inside = source["steps"]
    return ProgramArm(
        source["key"],
        source["name"],
        source.get("rule"),
        source.get("weight", 1),
        first=inside[0]["key"] if inside else follower,
    )
