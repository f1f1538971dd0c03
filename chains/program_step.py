"""One step of a program, read from its JSON; see chains.program."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from chains.models import Step, Touch


@dataclass(frozen=True, slots=True)
class Wait:
    kind: str
    amount: int = 0
    unit: str = Step.Unit.DAYS
    anchor: str = Step.Anchor.TRIGGER
    hour: int = 10
    weekdays: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class ProgramStep:
    key: str
    kind: str
    name: str = ""
    purpose: str = ""
    channel: str = ""
    topic: str = ""
    tags: tuple[str, ...] = ()
    template: int | None = None
    late_after_hours: int = 72
    at_hour: int | None = None
    texts: dict[str, Any] = field(default_factory=dict)
    wait: Wait | None = None
    script: str = ""
    due_days: int = 1
    owner_group: int | None = None


def parse_step(source: dict[str, Any]) -> ProgramStep:
    parts = dict(source)
    wait = parts.pop("wait", None)
    if wait:
        names = {"from": "anchor"}
        wait = Wait(**{names.get(name, name): value for name, value in wait.items() if name != "weekdays"})
        wait = Wait(wait.kind, wait.amount, wait.unit, wait.anchor, wait.hour, frozenset(source["wait"]["weekdays"]))
    if parts["kind"] == Step.Kind.STAFF_TASK:
        parts["channel"] = Touch.Channel.STAFF_TASK
    parts["tags"] = tuple(parts.get("tags", ()))
    return ProgramStep(**parts, wait=wait)
