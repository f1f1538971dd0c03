"""What publishing froze, as typed values: the only description of a chain the engine reads.

The JSON of a `ChainVersion`:

    {"trigger": {"kind", "event", "days", "hour", "order_kind", "categories": [id]},
     "audience": segment id | null, "re_entry": {"rule", "days"}, "goal": {"kind", "segment"},
     "exit": {"segment", "on_cancel"}, "priority": 1-9, "control_share": 0-50,
     "steps": [{"key", "kind": "message", "name", "purpose", "channels": [preferred first], "template", "topic",
                "tags": [...], "late_after_hours", "at_hour", "texts": {channel: {language: compiled text}}},
               {"key", "kind": "wait", "wait": {"kind", "amount", "unit", "from", "hour", "weekdays"}},
               {"key", "kind": "staff_task", "name", "purpose", "script", "due_days", "owner_group", …}]}
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import TextField
from django.db.models.functions import MD5, Cast

from chains.models import Chain, ChainVersion
from chains.program_step import ProgramStep, parse_step

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class Trigger:
    kind: str = Chain.Trigger.EVENT
    event: str = ""
    days: int = 0
    hour: int = 10
    order_kind: str = ""
    categories: tuple[int, ...] = ()

    @property
    def is_about_order(self) -> bool:
        """Whether the chain accompanies an order, so that service has to come first."""
        return self.kind == Chain.Trigger.EVENT and self.event.startswith("order.")


@dataclass(frozen=True, slots=True)
class Program:
    version_id: int
    chain_id: int
    trigger: Trigger
    steps: tuple[ProgramStep, ...]
    audience: int | None = None
    re_entry: str = Chain.ReEntry.ONCE
    re_entry_days: int = 0
    goal: str = Chain.Goal.NONE
    goal_segment: int | None = None
    exit_segment: int | None = None
    exit_on_cancel: bool = True
    priority: int = 5
    control_share: int = 0

    def place_of(self, key: str) -> int:
        """Index of the step; the end when the key is empty or gone."""
        return next((index for index, step in enumerate(self.steps) if step.key == key), len(self.steps))

    def step(self, key: str) -> ProgramStep | None:
        return next((step for step in self.steps if step.key == key), None)


def parse(version_id: int, chain_id: int, source: dict[str, Any]) -> Program:
    trigger, goal, leaving, again = (source.get(part, {}) for part in ("trigger", "goal", "exit", "re_entry"))
    return Program(
        version_id=version_id,
        chain_id=chain_id,
        trigger=Trigger(**{**trigger, "categories": tuple(trigger.get("categories", ()))}),
        steps=tuple(parse_step(step) for step in source["steps"]),
        audience=source.get("audience"),
        re_entry=again.get("rule", Chain.ReEntry.ONCE),
        re_entry_days=again.get("days", 0),
        goal=goal.get("kind", Chain.Goal.NONE),
        goal_segment=goal.get("segment"),
        exit_segment=leaving.get("segment"),
        exit_on_cancel=leaving.get("on_cancel", True),
        priority=source.get("priority", 5),
        control_share=source.get("control_share", 0),
    )


# A version never changes, so a worker parses each once; a few hundred programs are a few megabytes. The digest is for
# the database itself being exchanged under a running worker, by a restored backup: the same id may be another version.
_known: dict[tuple[int, str], Program] = {}
KEEP = 500


def load(version_ids: Iterable[int]) -> dict[int, Program]:
    """Programs by version id, in at most two queries."""
    versions = ChainVersion.objects.filter(pk__in=set(version_ids))
    digests = dict(versions.values_list("pk", MD5(Cast("program", TextField()))))
    if missing := [pk for pk, digest in digests.items() if (pk, digest) not in _known]:
        if len(_known) + len(missing) > KEEP:
            _known.clear()
            missing = list(digests)
        for pk, chain_id, program in versions.filter(pk__in=missing).values_list("pk", "chain_id", "program"):
            _known[pk, digests[pk]] = parse(pk, chain_id, program)
    return {pk: _known[pk, digest] for pk, digest in digests.items()}
