"""One step of a program, read from its JSON; see chains.program."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from chains.models import Step, Touch
from crm.models.channel import all_channels

if TYPE_CHECKING:
    from collections.abc import Iterable


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
    channels: tuple[str, ...] = ()
    topic: str = ""
    tags: tuple[str, ...] = ()
    template: int | None = None
    late_after_hours: int = 72
    at_hour: int | None = None
    texts: dict[str, dict[str, Any]] = field(default_factory=dict)
    wait: Wait | None = None
    script: str = ""
    due_days: int = 1
    owner_group: int | None = None

    @property
    def channel(self) -> str:
        """Where the message is planned to go before guard knows who can be reached."""
        return Touch.Channel.STAFF_TASK if self.kind == Step.Kind.STAFF_TASK else next(iter(self.ways(all_channels())))

    def ways(self, order: Iterable[str]) -> tuple[str, ...]:
        """The channels to try, the preferred first: the step's own, or those it has texts for in the order given."""
        return self.channels or tuple(channel for channel in order if channel in self.texts)


def parse_step(source: dict[str, Any]) -> ProgramStep:
    parts = dict(source)
    wait = parts.pop("wait", None)
    if wait:
        names = {"from": "anchor"}
        wait = Wait(**{names.get(name, name): value for name, value in wait.items() if name != "weekdays"})
        wait = Wait(wait.kind, wait.amount, wait.unit, wait.anchor, wait.hour, frozenset(source["wait"]["weekdays"]))
    for name in ("tags", "channels"):
        parts[name] = tuple(parts.get(name, ()))
    return ProgramStep(**parts, wait=wait)
