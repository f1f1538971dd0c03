"""How long after the start of a chain each step is reached, where the draft alone can say it."""

from __future__ import annotations

from collections.abc import Iterable

from chains.definition.step_kinds import has_arms
from chains.definition.tree import Node
from chains.models import Step

DAY = 24 * 60
MINUTES = {Step.Unit.MINUTES: 1, Step.Unit.HOURS: 60, Step.Unit.DAYS: DAY, Step.Unit.WEEKS: 7 * DAY}


def minutes_from_start(nodes: Iterable[Node]) -> dict[str, int]:
    """By key of the step; those behind a wait for something that nobody can foresee are left out."""
    found: dict[str, int] = {}
    _walk(nodes, 0, found)
    return found


def _walk(nodes: Iterable[Node], since: int | None, found: dict[str, int]) -> int | None:
    for node in nodes:
        if since is not None:
            found[node.step.key] = since
        since = _parted(node, since, found) if has_arms(node.step) else _waited(node.step, since)
    return since


def _waited(step: Step, since: int | None) -> int | None:
    if step.kind != Step.Kind.WAIT or since is None:
        return since
    if step.wait == Step.Wait.TIME:
        return since + _span(step)
    if step.wait == Step.Wait.OFFSET and step.wait_from == Step.Anchor.TRIGGER:
        return max(since, _span(step))
    return None


def _parted(node: Node, since: int | None, found: dict[str, int]) -> int | None:
    if node.step.kind == Step.Kind.WAIT:
        ran_out = None if since is None else since + _span(node.step)
        ends = {_walk(arm.nodes, ran_out if arm is node.arms[-1] else None, found) for arm in node.arms}
    else:
        ends = {_walk(arm.nodes, since, found) for arm in node.arms} or {since}
    return ends.pop() if len(ends) == 1 else None


def _span(step: Step) -> int:
    return step.wait_amount * MINUTES[Step.Unit(step.wait_unit)]
