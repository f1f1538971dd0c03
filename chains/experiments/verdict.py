"""What may be said of an experiment, and when: never before its planned size, and nothing where the drawing is uneven.

Orders decide; what a variant brings per customer must not speak against it. Of several variants the one farthest from A
is asked first, each next one at a wider level (Holm), so that all verdicts together are wrong once in twenty.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from chains.experiments.outcomes import as_outcomes
from chains.experiments.planning import SHORTEST, needed_of
from chains.experiments.sample_size import is_drawn_as_planned
from chains.experiments.statistics import (
    LEVEL,
    GroupOutcome,
    Interval,
    lift_in_orders,
    lift_in_revenue,
)
from chains.models import Experiment
from chains.models.experiment import AS_IS


class Verdict(Enum):
    EARLY = "early"  # its size is not reached
    STOPPED = "stopped"
    UNEVEN = "uneven"  # the groups are not as large as their shares: something else than chance drew
    TOO_FEW = "too few"  # its time was up before its size was reached
    BETTER = "better"  # a variant brings more orders than A
    AS_IS_BEST = "as is"  # every variant brings fewer
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class Comparison:
    """A variant beside A; the intervals are of how much more it brings, per customer."""

    letter: str
    orders: Interval | None
    revenue: Interval | None

    @property
    def is_better(self) -> bool:
        loses_money = self.revenue is not None and self.revenue.high < 0
        return self.orders is not None and self.orders.low > 0 and not loses_money

    @property
    def is_worse(self) -> bool:
        return self.orders is not None and self.orders.high < 0


@dataclass(frozen=True, slots=True)
class Judgement:
    verdict: Verdict
    comparisons: tuple[Comparison, ...] = ()  # none before there is a verdict
    winner: str = ""


def is_ripe(experiment: Experiment, outcomes: Mapping[str, GroupOutcome], now: dt.datetime) -> bool:
    """Whether every group has its size, and the least time has passed."""
    return experiment.runs_since(now) >= SHORTEST and has_size(experiment, outcomes)


def has_size(experiment: Experiment, outcomes: Mapping[str, GroupOutcome]) -> bool:
    needed = needed_of(experiment.planned_size or 0, experiment.shares)
    return bool(experiment.planned_size) and all(
        outcomes.get(letter, GroupOutcome()).customers >= count for letter, count in needed.items()
    )


def judge(experiment: Experiment) -> Judgement:
    """By the figures it ended with; while it is open there is no verdict, whatever the figures are."""
    outcomes = as_outcomes(experiment.figures)
    if experiment.status == Experiment.Status.STOPPED:
        return Judgement(Verdict.STOPPED)
    if experiment.status != Experiment.Status.DONE:
        return Judgement(Verdict.EARLY)
    if not is_even(experiment, outcomes):
        return Judgement(Verdict.UNEVEN)
    if not has_size(experiment, outcomes):
        return Judgement(Verdict.TOO_FEW)
    return _judged(compared(outcomes))


def is_even(experiment: Experiment, outcomes: Mapping[str, GroupOutcome]) -> bool:
    shares = experiment.shares
    counts = [outcomes.get(letter, GroupOutcome()).assigned for letter in shares]
    return is_drawn_as_planned(counts, list(shares.values()))


def _judged(comparisons: tuple[Comparison, ...]) -> Judgement:
    better = [one for one in comparisons if one.is_better]
    if better:
        best = max(better, key=lambda one: one.orders.low if one.orders else 0)
        return Judgement(Verdict.BETTER, comparisons, best.letter)
    if comparisons and all(one.is_worse for one in comparisons):
        return Judgement(Verdict.AS_IS_BEST, comparisons, AS_IS)
    return Judgement(Verdict.UNCLEAR, comparisons)


def compared(outcomes: Mapping[str, GroupOutcome]) -> tuple[Comparison, ...]:
    """Every variant with A, by letter."""
    base = outcomes[AS_IS]
    others = {letter: outcome for letter, outcome in outcomes.items() if letter != AS_IS}
    farthest_first = sorted(others, key=lambda letter: -_distance(others[letter], base))
    found, left = [], len(others)
    for letter in farthest_first:
        level = 1 - (1 - LEVEL) / left
        one = Comparison(
            letter, lift_in_orders(others[letter], base, level), lift_in_revenue(others[letter], base, level)
        )
        found.append(one)
        if left > 1 and one.orders and one.orders.excludes_zero:
            left -= 1
    return tuple(sorted(found, key=lambda one: one.letter))


def _distance(outcome: GroupOutcome, base: GroupOutcome) -> float:
    """How surely the two differ, whichever way: in standard errors of the pooled share."""
    everybody = outcome.customers + base.customers
    if not outcome.customers or not base.customers:
        return 0.0
    pooled = (outcome.ordered + base.ordered) / everybody
    variance = pooled * (1 - pooled) * (1 / outcome.customers + 1 / base.customers)
    difference = outcome.ordered / outcome.customers - base.ordered / base.customers
    return float(abs(difference) / variance**0.5) if variance else 0.0
