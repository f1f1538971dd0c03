"""How many customers it takes to tell two shares apart, and whether groups came out as large as planned."""

from __future__ import annotations

from math import ceil, sqrt

from scipy.stats import chi2, norm

from chains.experiments.statistics import LEVEL

POWER = 0.8
# Below this chance that groups as uneven as these came about by luck, something else than chance has drawn.
UNEVEN = 0.001


def everybody_needed(base: float, target: float, share: float = 0.5, level: float = LEVEL, power: float = POWER) -> int:
    """How many in both groups together to tell them apart, if this share of them is in the group of the base."""
    if not 0 < base < 1 or not 0 < target < 1 or base == target:
        raise ValueError("two different shares are wanted, both between none and all")
    pooled = share * base + (1 - share) * target
    by_chance = norm.ppf((1 + level) / 2) * sqrt(pooled * (1 - pooled) / (1 - share))
    missed = norm.ppf(power) * sqrt(base * (1 - base) + target * (1 - target) * share / (1 - share))
    return ceil(float((by_chance + missed) / (target - base)) ** 2 / share)


def smallest_lift_told(base: float, everybody: int, share: float = 0.5, level: float = LEVEL) -> float | None:
    """As a part of the base, the smallest that so many can tell; None where not even a threefold one."""
    low, high = 0.001, min(2.0, 0.999 / base - 1)
    if high <= low or everybody_needed(base, base * (1 + high), share, level) > everybody:
        return None
    for _round in range(40):
        middle = (low + high) / 2
        is_told = everybody_needed(base, base * (1 + middle), share, level) <= everybody
        low, high = (low, middle) if is_told else (middle, high)
    return high


def is_drawn_as_planned(counts: list[int], shares: list[int]) -> bool:
    """Pearson's test of the sizes of the groups against their shares."""
    everybody = sum(counts)
    if not everybody:
        return True
    expected = [everybody * share / sum(shares) for share in shares]
    distance = sum((count - wanted) ** 2 / wanted for count, wanted in zip(counts, expected, strict=True))
    return bool(chi2.sf(distance, len(counts) - 1) >= UNEVEN)
