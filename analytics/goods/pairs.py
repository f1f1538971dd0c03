"""Which pairs were bought together, or one after the other, more often than chance explains."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analytics.goods import counting
from analytics.goods.chance import Numbers, at_least, corrected, met_as_categories, met_as_products
from analytics.goods.counting import Baskets, Rows
from analytics.models import GoodsPair

MOST_CHANCE = 0.05
# Pairs whose strata are looked at in one go.
CHUNK = 20_000
MET = {"product": met_as_products, "category": met_as_categories}
Index = NDArray[np.int64]


@dataclass(frozen=True)
class Found:
    """`looked_at` is how many pairs there were that might have been found."""

    pairs: list[GoodsPair]
    looked_at: int


@dataclass(frozen=True)
class Tables:
    """Of each stratum its orders and their mean size; of each item and stratum its share of the orders, its buyers."""

    items: Index
    orders: Numbers
    sizes: Numbers
    shares: Numbers
    buyers: Numbers

    @property
    def spread(self) -> Numbers:
        """Rare products are left out, whose shares are too small for their squares to count."""
        return np.asarray(np.maximum(self.sizes - (self.shares**2).sum(axis=0), 0))

    @property
    def totals(self) -> Numbers:
        return np.asarray(self.buyers.sum(axis=1))


def find_pairs(of: str, terms: dict[str, Any]) -> dict[str, Found]:
    """By the way they were bought: products, or categories, as `of` says."""
    counting.choose_items(of, terms)
    apart = counting.related(of)
    way = GoodsPair.Way
    return {
        way.TOGETHER.value: _judged(way.TOGETHER, of, counting.together(terms), apart),
        way.NEXT.value: _judged(way.NEXT, of, counting.following(terms), apart),
    }


def _judged(way: GoodsPair.Way, of: str, baskets: Baskets, apart: set[tuple[int, int]]) -> Found:
    tables = _tables(baskets)
    looked_at = _looked_at(tables, apart)
    pairs = [pair for pair in baskets.pairs if pair[:2] not in apart]
    if not pairs:
        return Found([], looked_at)
    first, second = (np.searchsorted(tables.items, [pair[side] for pair in pairs]) for side in (0, 1))
    customers, buyers = np.array([pair[2] for pair in pairs], float), tables.totals[first]
    parts = [slice(start, start + CHUNK) for start in range(0, len(pairs), CHUNK)]
    count = _expected_next if way is GoodsPair.Way.NEXT else _expected_together(of)
    expected = np.concatenate([count(tables, first[part], second[part]) for part in parts])
    p_values = corrected(at_least(customers, buyers, expected), looked_at)
    kept = np.flatnonzero((p_values <= MOST_CHANCE) & (customers > expected))
    return Found(list(_rows(way, of, pairs, kept, buyers, expected, p_values)), looked_at)


def _expected_next(tables: Tables, first: Index, second: Index) -> Numbers:
    return np.asarray(np.einsum("ij,ij->i", tables.buyers[first], tables.shares[second]))


def _expected_together(of: str) -> Any:
    met = MET[of]

    def expected(tables: Tables, first: Index, second: Index) -> Numbers:
        """Of the buyers of the first in each stratum, the share of orders with both in that of orders with it."""
        share, other = tables.shares[first], tables.shares[second]
        both = np.where(tables.sizes > 1, met(share, other, tables.sizes, tables.spread), 0)
        with np.errstate(divide="ignore", invalid="ignore"):
            of_buyers = np.where(share > 0, np.minimum(both / share, 1), 0)
        return np.asarray((tables.buyers[first] * of_buyers).sum(axis=1))

    return expected


def _tables(baskets: Baskets) -> Tables:
    strata = {stratum: number for number, (stratum, *_rest) in enumerate(baskets.strata)}
    orders, sizes = (np.array([row[column] for row in baskets.strata], float) for column in (1, 2))
    items = np.unique(np.array([row[0] for row in (*baskets.orders, *baskets.buyers)], np.int64))
    counts, buyers = (_spread_out(found, items, strata) for found in (baskets.orders, baskets.buyers))
    return Tables(items, orders, sizes, counts / orders, buyers)


def _spread_out(found: Rows, items: Index, strata: dict[int, int]) -> Numbers:
    table = np.zeros((len(items), len(strata)))
    if found:
        places = np.searchsorted(items, [row[0] for row in found])
        table[places, [strata[row[1]] for row in found]] = [row[2] for row in found]
    return table


def _looked_at(tables: Tables, apart: set[tuple[int, int]]) -> int:
    """Pairs of a first with enough buyers and any other: what had too few customers to be shown was looked at too."""
    firsts = {int(item) for item in tables.items[tables.totals >= GoodsPair.FEWEST_CUSTOMERS]}
    items = {int(item) for item in tables.items}
    return len(firsts) * (len(items) - 1) - sum(one in firsts and other in items for one, other in apart)


def _rows(
    way: GoodsPair.Way, of: str, pairs: Rows, kept: Index, buyers: Numbers, expected: Numbers, p_values: Numbers
) -> Iterator[GoodsPair]:
    for number in kept.tolist():
        one, other, customers, days = pairs[number]
        yield GoodsPair(
            way=way,
            **{f"{of}_id": one, f"other_{of}_id": other},
            buyers=int(buyers[number]),
            customers=customers,
            confidence=customers / buyers[number],
            chance=float(expected[number] / buyers[number]),
            lift=float(customers / expected[number]),
            p_value=float(p_values[number]),
            typical_days=None if days is None else float(days),
        )
