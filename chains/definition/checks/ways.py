"""The ways through a chain with the day on which each step is met, as far as that can be known beforehand. Pure.

It reads steps in the shape of a program (chains.program.step), so that a draft and what runs are read alike.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from chains.definition.tree import Node
from chains.definition.wait_kinds import compiled_wait
from chains.models import Step

Outline = Sequence[dict[str, Any]]

# Enough to find the fullest one; a chain of many branches has more ways than anybody could follow.
MOST_WAYS = 200
HOURS = {"minutes": 1 / 60, "hours": 1, "days": 24, "weeks": 168}
# How long it takes a parcel, and a moment about which nothing is known, as good as any guess.
DAYS_TO = {"placed": 0, "paid": 0, "payment_due": 1, "shipped": 1, "promised": 3, "delivered": 3}
FAR_AWAY = 31


class Met(NamedTuple):
    key: str
    kind: str
    purpose: str
    day: float


class Way(NamedTuple):
    day: float = 0
    met: tuple[Met, ...] = ()
    is_over: bool = False


def outline(nodes: Iterable[Node]) -> list[dict[str, Any]]:
    """What of a draft decides when its steps are met."""
    return [
        {
            "key": node.step.key,
            "kind": node.step.kind,
            "purpose": node.step.purpose,
            "wait": compiled_wait(node.step) if node.step.kind == Step.Kind.WAIT else None,
            "arms": [{"steps": outline(arm.nodes)} for arm in node.arms],
        }
        for node in nodes
    ]


def ways_through(steps: Outline, ways: Sequence[Way] = (Way(),)) -> list[Way]:
    """The fullest ones first."""
    found = list(ways)
    for step in steps:
        over = [way for way in found if way.is_over]
        on = [_meet(way, step) for way in found if not way.is_over]
        found = _fullest([*over, *_behind(step, on)])
    return found


def _behind(step: dict[str, Any], ways: list[Way]) -> list[Way]:
    if step["kind"] == Step.Kind.LEAVE:
        return [way._replace(is_over=True) for way in ways]
    if not step.get("arms"):
        return [_after_wait(way, step) for way in ways]
    found: list[Way] = []
    for index, arm in enumerate(step["arms"]):
        # What was awaited may come at once; the other arm waits for as long as it may take.
        into = ways if index == 0 else [_after_wait(way, step) for way in ways]
        found += ways_through(arm["steps"], into)
    return found


def _meet(way: Way, step: dict[str, Any]) -> Way:
    met = Met(step["key"], step["kind"], step.get("purpose") or "", way.day)
    return way._replace(met=(*way.met, met))


def _after_wait(way: Way, step: dict[str, Any]) -> Way:
    wait = step.get("wait")
    if not wait:
        return way
    days = wait.get("amount", 0) * HOURS.get(wait.get("unit", "days"), 24) / 24
    if wait["kind"] in (Step.Wait.TIME, Step.Wait.EVENT) or wait.get("from") == Step.Anchor.ARRIVAL:
        return way._replace(day=way.day + max(days, 0))
    if wait["kind"] != Step.Wait.OFFSET:
        return way
    if wait["from"] == Step.Anchor.TRIGGER:
        return way._replace(day=max(way.day, days))
    known = DAYS_TO.get(wait["from"])
    return way._replace(day=way.day + FAR_AWAY if known is None else max(way.day, known + days))


def _fullest(ways: list[Way]) -> list[Way]:
    """Ways that met the same messages on the same days are one."""
    told = {(way.day, way.is_over, touches(way)): way for way in ways}
    return sorted(told.values(), key=lambda way: len(touches(way)), reverse=True)[:MOST_WAYS]


def touches(way: Way) -> tuple[Met, ...]:
    return tuple(met for met in way.met if met.kind in Step.TOUCHES)


def most_within(days: Sequence[float], span: float) -> tuple[int, float]:
    """How many of these sorted days lie within a span, at most, and where that begins."""
    best, since, start = 0, 0.0, 0
    for end, day in enumerate(days):
        while day - days[start] > span:
            start += 1
        if end - start + 1 > best:
            best, since = end - start + 1, days[start]
    return best, since
