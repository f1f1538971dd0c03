"""What chance alone would give, and how seldom it gives as much as was seen. Numbers in, numbers out.

Buyers of the first are compared with orders like theirs, a *stratum* at a time: of the same quarter, so that neither
the season nor what is new or sold out makes pairs, and as large (or followed by as much), so that whoever buys much
does not make pairs of everything.

In one order: a product takes one place of it, and then the other products share the rest. How often two products that
know nothing of each other meet in orders of one size is Hájek's approximation for samples of a fixed size (Annals of
Mathematical Statistics 35, 1964). Goods of one category may take several places, so places are drawn one by one there.
Later: the share of all orders of the stratum that were followed by the other, which is the Cochran-Mantel-Haenszel
expectation.

What is expected is a sum over strata, in each of which customers are drawn without putting any back: a sum of
independent trials (Vatutin and Mikhailov, 1982), and none of such a sum goes as far above its mean as a binomial of the
same mean (Hoeffding, Annals of Mathematical Statistics 27, 1956). So the binomial tail is never too small a p-value.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import binom, hypergeom, norm

Numbers = NDArray[np.float64]
LEVEL = 0.95


def met_as_products(share: Numbers, other: Numbers, size: Numbers, spread: Numbers) -> Numbers:
    """The share of orders with both. `spread` is the sum of share × (1 - share) over all products of the stratum.

    Where few products fill most orders, the approximation falls below what equally popular ones would give; then that.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        together = 1 - (1 - share) * (1 - other) / spread
    together = np.where(spread > 0, together, 1)
    return np.asarray(share * other * np.maximum(together, 1 - 1 / size))


def met_as_categories(share: Numbers, other: Numbers, size: Numbers, spread: Numbers) -> Numbers:
    """The share of orders with something of both; the categories have nothing in common."""
    of_places, other_places = (1 - (1 - one) ** (1 / size) for one in (share, other))
    neither = np.maximum(1 - of_places - other_places, 0) ** size
    return np.asarray(np.maximum(share + other - 1 + neither, 0))


def at_least(seen: ArrayLike, buyers: ArrayLike, expected: ArrayLike) -> Numbers:
    """The chance of as many as were seen, or more, of so many buyers where so many are expected."""
    seen, buyers, expected = (np.asarray(one, float) for one in (seen, buyers, expected))
    return np.asarray(binom.sf(seen - 1, buyers, np.clip(expected / buyers, 0, 1)))


def differ(hits: ArrayLike, count: ArrayLike, other_hits: ArrayLike, other_count: ArrayLike) -> Numbers:
    """Fisher's exact test of two shares, both ways: twice the smaller tail."""
    hits, count, other_hits, other_count = (np.asarray(one) for one in (hits, count, other_hits, other_count))
    drawn = hypergeom(count + other_count, hits + other_hits, count)
    return np.asarray(np.minimum(1, 2 * np.minimum(drawn.sf(hits - 1), drawn.cdf(hits))))


def corrected(p_values: ArrayLike, looked_at: int) -> Numbers:
    """After Benjamini and Hochberg, as one of so many looked at: those not given count as not at all remarkable.

    Of those that are then 5 % or less, one in twenty at most is chance's, on average (Journal of the Royal Statistical
    Society B 57, 1995).
    """
    values = np.asarray(p_values, float)
    order = np.argsort(values)
    scaled = values[order] * looked_at / np.arange(1, len(values) + 1)
    found = np.empty_like(scaled)
    found[order] = np.minimum(np.minimum.accumulate(scaled[::-1])[::-1], 1)
    return found


def difference_bounds(hits: int, count: int, other_hits: int, other_count: int) -> tuple[float, float]:
    """By how much the first share is larger: Newcombe's interval, method 10 (Statistics in Medicine 17, 1998)."""
    share, other = hits / count, other_hits / other_count
    low, high = _wilson(hits, count)
    other_low, other_high = _wilson(other_hits, other_count)
    difference = share - other
    below = ((share - low) ** 2 + (other_high - other) ** 2) ** 0.5
    above = ((high - share) ** 2 + (other - other_low) ** 2) ** 0.5
    return difference - below, difference + above


def _wilson(hits: int, count: int) -> tuple[float, float]:
    z = float(norm.ppf((1 + LEVEL) / 2))
    share, weight = hits / count, 1 + z * z / count
    middle = (share + z * z / (2 * count)) / weight
    reach = z * (share * (1 - share) / count + z * z / (4 * count * count)) ** 0.5 / weight
    return middle - reach, middle + reach
