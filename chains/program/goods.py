"""By which terms of an order's goods its messages were planned: what was given back is spoken of no more."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from chains.models import Chain, Step
from chains.program.step import ProgramStep, ProgramWait

WARRANTY_END, REPURCHASE, ANNIVERSARY = Step.Anchor.WARRANTY_END, Step.Anchor.REPURCHASE, Chain.Trigger.ANNIVERSARY
OF_THE_GOODS = frozenset({WARRANTY_END, REPURCHASE})
OF_TRIGGER: dict[str, str] = {
    Chain.Trigger.WARRANTY_END: WARRANTY_END,
    Chain.Trigger.REPURCHASE: REPURCHASE,
    Chain.Trigger.ANNIVERSARY: ANNIVERSARY,
}
# Waits that count from a day of their own; after the others the plan is still about what it was about.
WITH_A_DATE = frozenset({Step.Wait.OFFSET, Step.Wait.DATE})


def terms_by_step(trigger: str, steps: Iterable[ProgramStep]) -> dict[str, str]:
    """By the key of each step somebody reaches: the term its moment follows from; empty for none, or where ways differ.

    Every step leads forward, so whatever leads to a step stands before it.
    """
    found: dict[str, str] = {}
    for step in steps:
        term = found.setdefault(step.key, OF_TRIGGER.get(trigger, "")) if not found else found.get(step.key)
        if term is None or step.kind == Step.Kind.LEAVE:
            continue
        for key, after in _ways_out(step, term):
            found[key] = after if found.get(key, after) == after else ""
    return found


def _ways_out(step: ProgramStep, term: str) -> Iterator[tuple[str, str]]:
    after = _after(step.wait, term)
    if not step.arms:
        yield step.next, after
    for position, arm in enumerate(step.arms):
        # What answers a new order must not be kept back because of that order.
        is_answer = position == 0 and step.wait is not None and step.wait.event.startswith("order.")
        yield arm.first, "" if is_answer else after


def _after(wait: ProgramWait | None, term: str) -> str:
    if wait is None or wait.kind not in WITH_A_DATE or wait.anchor == Step.Anchor.ARRIVAL:
        return term
    return str(wait.anchor) if wait.kind == Step.Wait.OFFSET and wait.anchor in OF_THE_GOODS else ""
