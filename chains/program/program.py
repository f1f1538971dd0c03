"""What publishing froze, as typed values: the only description of a chain the engine reads.

The JSON of a `ChainVersion`:

    {"trigger": {"kind", ...what its kind asks for: see chains.program.trigger},
     "audience": rule | null, "re_entry": {"rule", "days"}, "goal": {"kind", "rule"},
     "exit": {"rule", "on_cancel", "on_reply"}, "priority": 1-9, "control_share": 0-50,
     "steps": [see chains.program.step]}
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import TextField
from django.db.models.functions import MD5, Cast

from chains.models import Chain, ChainVersion, Step
from chains.program.goods import terms_by_step
from chains.program.step import ProgramStep, parse_steps
from chains.program.trigger import Trigger, parse_trigger


@dataclass(frozen=True)
class Program:
    version_id: int
    chain_id: int
    trigger: Trigger
    steps: tuple[ProgramStep, ...]
    audience: dict[str, Any] | None = None
    re_entry: str = Chain.ReEntry.ONCE
    re_entry_days: int = 0
    goal: str = Chain.Goal.NONE
    goal_rule: dict[str, Any] | None = None
    exit_rule: dict[str, Any] | None = None
    exit_on_cancel: bool = True
    exit_on_reply: bool = False
    priority: int = 5
    control_share: int = 0

    @cached_property
    def _by_key(self) -> dict[str, ProgramStep]:
        return {step.key: step for step in self.steps}

    def entry_key(self, order_id: int | None, at: dt.datetime) -> str:
        """What makes an entry unique for the customer: nothing, the order or the moment, by the re-entry rule."""
        if self.re_entry == Chain.ReEntry.ONCE:
            return ""
        if self.re_entry == Chain.ReEntry.PER_ORDER and order_id:
            return f"order:{order_id}"
        return f"at:{at.astimezone(dt.UTC).isoformat()}"

    def step(self, key: str) -> ProgramStep | None:
        """None at the end, whose key is empty."""
        return self._by_key.get(key)

    def steps_ahead(self, key: str) -> Iterator[ProgramStep]:
        """Every step that somebody standing at this one may still meet, this one included, whichever arms they take."""
        open_keys, seen = [key], set()
        while open_keys:
            step = self.step(open_keys.pop())
            if step and step.key not in seen:
                seen.add(step.key)
                open_keys += [step.next, *(arm.first for arm in step.arms)]
                yield step

    def goes_on_at(self, key: str, other: Program) -> str:
        """Where somebody standing at this step goes on in another version: there, or at the next that it still has."""
        while key and other.step(key) is None:
            step = self.step(key)
            key = step.next if step else ""
        return key

    @cached_property
    def coupons_before(self) -> dict[str, list[str]]:
        """By the key of a step: those that issue a coupon on some path to it, the nearest first."""
        found: dict[str, list[str]] = {}
        for step in self.steps:
            if step.change and step.change.kind == Step.Change.ISSUE_COUPON:
                for later in self.steps_ahead(step.next):
                    found.setdefault(later.key, []).insert(0, step.key)
        return found

    @cached_property
    def _terms(self) -> dict[str, str]:
        return terms_by_step(self.trigger.kind, self.steps)

    def term_of(self, key: str) -> str:
        """By which term of the goods the moment of this step was planned, as chains.program.goods names it."""
        return self._terms.get(key, "")

    @cached_property
    def has_decisions(self) -> bool:
        """Whether anything but waits and touches lies in it."""
        return any(step.arms or step.change or step.call for step in self.steps)

    @cached_property
    def has_calls(self) -> bool:
        return any(step.call for step in self.steps)

    @cached_property
    def anchors(self) -> frozenset[str]:
        """The dates that waits of this program count from."""
        return frozenset(step.wait.anchor for step in self.steps if step.wait)


def parse(version_id: int, chain_id: int, source: dict[str, Any]) -> Program:
    trigger, goal, leaving, again = (source.get(part, {}) for part in ("trigger", "goal", "exit", "re_entry"))
    return Program(
        version_id=version_id,
        chain_id=chain_id,
        trigger=parse_trigger(trigger),
        steps=parse_steps(source["steps"]),
        audience=source.get("audience"),
        re_entry=again.get("rule", Chain.ReEntry.ONCE),
        re_entry_days=again.get("days", 0),
        goal=goal.get("kind", Chain.Goal.NONE),
        goal_rule=goal.get("rule"),
        exit_rule=leaving.get("rule"),
        exit_on_cancel=leaving.get("on_cancel", True),
        exit_on_reply=leaving.get("on_reply", False),
        priority=source.get("priority", 5),
        control_share=source.get("control_share", 0),
    )


# A version never changes, so a worker parses each once; a few hundred programs are a few megabytes. The digest is for
# the database itself being exchanged under a running worker, by a restored backup: the same id may be another version.
_known: dict[tuple[int, str], Program] = {}
KEEP = 500


# The program of a rehearsal: nothing else can see its version or exchange it.
_rehearsed: dict[int, Program] = {}


@contextmanager
def cached(plan: Program) -> Iterator[None]:
    """Within, this program is known without being asked for: thousands of hours would ask each several times."""
    _rehearsed[plan.version_id] = plan
    try:
        yield
    finally:
        del _rehearsed[plan.version_id]


def load(version_ids: Iterable[int]) -> dict[int, Program]:
    """Programs by version id, in at most two queries."""
    wanted = set(version_ids)
    if wanted <= _rehearsed.keys():
        return {pk: _rehearsed[pk] for pk in wanted}
    versions = ChainVersion.objects.filter(pk__in=wanted)
    digests = dict(versions.values_list("pk", MD5(Cast("program", TextField()))))
    if missing := [pk for pk, digest in digests.items() if (pk, digest) not in _known]:
        if len(_known) + len(missing) > KEEP:
            _known.clear()
            missing = list(digests)
        for pk, chain_id, program in versions.filter(pk__in=missing).values_list("pk", "chain_id", "program"):
            _known[pk, digests[pk]] = parse(pk, chain_id, program)
    return {pk: _known[pk, digest] for pk, digest in digests.items()}
