"""How sure a share or an NPS is, after so many answers: bounds that hold for few and for unanimous ones, too.

A share: Wilson's interval. The NPS is a difference of two shares of the same people: MOVER of Newcombe joins their
Wilson limits, with the correlation of shares that exclude each other.
"""

from __future__ import annotations

import math
from typing import NamedTuple

# Of the normal distribution, for 95 of 100.
Z = 1.959963984540054
# With fewer answers the bounds are so wide that the figure only misleads.
ENOUGH = 10


class Estimate(NamedTuple):
    """`value` with its bounds, of so many `answers`."""

    value: float
    low: float
    high: float
    answers: int

    @property
    def is_enough(self) -> bool:
        return self.answers >= ENOUGH


def share(hits: int, count: int) -> Estimate | None:
    """None without answers."""
    if not count:
        return None
    part = hits / count
    middle = (part + Z**2 / (2 * count)) / (1 + Z**2 / count)
    reach = Z / (1 + Z**2 / count) * math.sqrt(part * (1 - part) / count + Z**2 / (4 * count**2))
    return Estimate(part, max(0.0, middle - reach), min(1.0, middle + reach), count)


def nps(promoters: int, passives: int, detractors: int) -> Estimate | None:
    """Per cent of 9 and 10 less per cent of 0 to 6, from -100 to 100; None without answers."""
    count = promoters + passives + detractors
    up, down = share(promoters, count), share(detractors, count)
    if up is None or down is None:
        return None
    correlation = _correlation(up.value, down.value)
    difference = up.value - down.value
    low = _reach(up.value - up.low, down.high - down.value, correlation)
    high = _reach(up.high - up.value, down.value - down.low, correlation)
    return Estimate(
        100 * difference, max(-100.0, 100 * (difference - low)), min(100.0, 100 * (difference + high)), count
    )


def _correlation(up: float, down: float) -> float:
    """Of two shares nobody can belong to both of; none where one of them leaves nothing open."""
    open_ = (1 - up) * (1 - down)
    return -math.sqrt(up * down / open_) if open_ > 0 else 0.0


def _reach(one: float, other: float, correlation: float) -> float:
    return math.sqrt(max(0.0, one**2 + other**2 - 2 * correlation * one * other))
