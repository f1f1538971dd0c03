"""Two groups compared: how far apart they are, and how sure that is. Numbers in, numbers out; arrays work as well.

Shares of customers: the score interval of Miettinen and Nurminen (Statistics in Medicine 4, 1985), which holds where
one customer in two hundred orders. Revenue: Welch's interval, with one spread for the buyers of both groups. How often
these intervals hold the truth is measured by benchmarks/experiments.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import norm

LEVEL = 0.95
Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Interval:
    low: float
    high: float

    @property
    def excludes_zero(self) -> bool:
        return self.low > 0 or self.high < 0


@dataclass(frozen=True, slots=True)
class GroupOutcome:
    """What became of one group: its customers whose days are over, those who ordered, and what they brought."""

    customers: int = 0
    ordered: int = 0
    revenue: float = 0
    revenue_squares: float = 0  # each customer's revenue, squared
    assigned: int = 0  # those whose days are not over included
    sent: int = 0
    clicked: int = 0

    @property
    def ordered_percent(self) -> float | None:
        return 100 * self.ordered / self.customers if self.customers else None

    @property
    def waiting(self) -> int:
        """Those whose days are not over."""
        return self.assigned - self.customers

    @property
    def revenue_per_customer(self) -> float | None:
        return self.revenue / self.customers if self.customers else None


def difference_of_shares(
    hits: ArrayLike, count: ArrayLike, other_hits: ArrayLike, other_count: ArrayLike, level: float = LEVEL
) -> tuple[Numbers, Numbers]:
    """The bounds of how much larger the first share is than the other, element by element."""
    groups = [np.atleast_1d(np.asarray(one, float)) for one in (hits, count, other_hits, other_count)]
    hits, count, other_hits, other_count = np.broadcast_arrays(*groups)
    difference = hits / count - other_hits / other_count
    wanted = norm.ppf((1 + level) / 2)
    bounds = (hits, count, other_hits, other_count)
    low = _bound(bounds, np.full(difference.shape, -1.0), difference, wanted)
    return low, _bound(bounds, np.full(difference.shape, 1.0), difference, -wanted)


def _bound(groups: tuple[Numbers, ...], outside: Numbers, inside: Numbers, wanted: float) -> Numbers:
    """By halving: the difference at which the score is the wanted one. The score falls as the difference grows."""
    for _round in range(50):
        middle = (outside + inside) / 2
        is_inside = np.abs(_score(groups, middle)) < abs(wanted)
        inside, outside = np.where(is_inside, middle, inside), np.where(is_inside, outside, middle)
    return inside


def _score(groups: tuple[Numbers, ...], difference: Numbers) -> Numbers:
    """How many standard errors what was seen lies from a difference supposed."""
    hits, count, other_hits, other_count = groups
    other_share = _supposed_share(groups, difference)
    share = np.clip(other_share + difference, 0, 1)
    everybody = count + other_count
    variance = (share * (1 - share) / count + other_share * (1 - other_share) / other_count) * everybody
    error = np.sqrt(np.maximum(variance / (everybody - 1), 1e-300))
    return np.asarray((hits / count - other_hits / other_count - difference) / error)


def _supposed_share(groups: tuple[Numbers, ...], difference: Numbers) -> Numbers:
    """The likeliest other share if the first one is larger by exactly this: a root of a cubic in closed form."""
    hits, count, other_hits, other_count = groups
    d, everybody, all_hits = difference, count + other_count, hits + other_hits
    b = (count + 2 * other_count) * d - everybody - all_hits
    c = (other_count * d - everybody - 2 * other_hits) * d + all_hits
    e = other_hits * d * (1 - d)
    q = b**3 / (3 * everybody) ** 3 - b * c / (6 * everybody**2) + e / (2 * everybody)
    p = np.where(q < 0, -1.0, 1.0) * np.sqrt(np.maximum(b**2 / (3 * everybody) ** 2 - c / (3 * everybody), 0))
    with np.errstate(divide="ignore", invalid="ignore"):
        angle = (np.pi + np.arccos(np.clip(np.where(p == 0, 0, q / p**3), -1, 1))) / 3
    root = 2 * p * np.cos(angle) - b / (3 * everybody)
    return np.asarray(np.clip(root, np.maximum(0, -d), np.minimum(1, 1 - d)))


def lift_in_orders(group: GroupOutcome, other: GroupOutcome, level: float = LEVEL) -> Interval | None:
    """In the share of customers who ordered; None where one of the groups is empty."""
    if not group.customers or not other.customers:
        return None
    low, high = difference_of_shares(group.ordered, group.customers, other.ordered, other.customers, level)
    return Interval(float(low[0]), float(high[0]))


def lift_in_revenue(group: GroupOutcome, other: GroupOutcome, level: float = LEVEL) -> Interval | None:
    """Per customer; None where one of the groups brought nothing, so that nobody knows how much buyers differ."""
    if not group.revenue or not other.revenue:
        return None
    low, high = difference_of_revenue(_as_sums(group), _as_sums(other), level)
    return Interval(float(low), float(high))


class RevenueSums(NamedTuple):
    customers: Numbers
    ordered: Numbers
    revenue: Numbers
    squares: Numbers


def _as_sums(one: GroupOutcome) -> RevenueSums:
    return RevenueSums(*(np.asarray(x, float) for x in (one.customers, one.ordered, one.revenue, one.revenue_squares)))


def difference_of_revenue(group: RevenueSums, other: RevenueSums, level: float = LEVEL) -> tuple[Numbers, Numbers]:
    """Welch's interval of the difference per customer, with one spread for all who ordered.

    A small control group sees too few of the large orders to know how much buyers differ: by its own spread the
    interval would hold the truth 92 times of 100. So buyers of both groups are taken to differ equally much, in
    proportion to what they spend on average.
    """
    difference = group.revenue / group.customers - other.revenue / other.customers
    evenly = sum(one.revenue**2 / one.ordered for one in (group, other))
    spread = (group.squares + other.squares) / evenly
    variance = sum(_variance_of_mean(one, spread) for one in (group, other))
    reach = norm.ppf((1 + level) / 2) * np.sqrt(variance)
    return difference - reach, difference + reach


def _variance_of_mean(one: RevenueSums, spread: Numbers) -> Numbers:
    mean_square = spread * one.revenue**2 / one.ordered / one.customers
    return np.asarray((mean_square - (one.revenue / one.customers) ** 2) / one.customers)
