"""How many points an order earns, by a rule as it was then. Values in, values out: no queries, no clock.

What counts is what was paid for goods the customer keeps, in the shop's currency: less the discount, without delivery,
less what was refunded. Parts of a point are dropped at the end, once, so that what a return takes back is the
difference of two such figures and never a part of a point too much.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from fractions import Fraction
from typing import Any

from crm.models import EarningRule, Order, OrderLine

# Of an order whose lines are not known: all it came to.
WHOLE = ""


@dataclass(frozen=True)
class Terms:
    """A rule as it is kept with what was earned by it. `factors` has the products that earn, and how many times."""

    name: str
    way: str
    points: int
    per: str = "1"
    factors: Mapping[str, str] = field(default_factory=dict)
    most: int | None = None

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> Terms:
        return cls(**kept)

    def kept(self) -> dict[str, Any]:
        return asdict(self)


def paid_for_goods(order: Order, lines: Sequence[OrderLine]) -> dict[str, Fraction]:
    """What the customer paid for what they keep, by product."""
    if order.cancelled_at:
        return {}
    rate, left = Fraction(order.rate), Fraction(order.total - order.refunded)
    if not lines:
        return {WHOLE: left * rate}
    listed = sum((Fraction(line.quantity) * Fraction(line.price) for line in lines), Fraction(0))
    kept = sum((Fraction(line.kept_quantity) * Fraction(line.price) for line in lines), Fraction(0))
    if not kept:
        return {}
    # Beyond the goods less the discount, the total is delivery.
    paid = min(Fraction(order.total), max(listed - Fraction(order.discount), Fraction(0)))
    share = min(paid * kept / listed, left) / kept * rate
    found: dict[str, Fraction] = {}
    for line in lines:
        product = str(line.product_id)
        found[product] = found.get(product, Fraction(0)) + Fraction(line.kept_quantity) * Fraction(line.price) * share
    return found


def points_for(terms: Terms, paid: Mapping[str, Fraction]) -> int:
    counted = {product: money for product, money in paid.items() if product in terms.factors and money > 0}
    if terms.way == EarningRule.Way.FIXED:
        points = terms.points if counted else 0
    else:
        sums = (money * Fraction(terms.factors[product]) for product, money in counted.items())
        points = int(sum(sums, Fraction(0)) * terms.points / Fraction(terms.per))
    return points if terms.most is None else min(points, terms.most)


def share_returned(order: Order, lines: Sequence[OrderLine]) -> Fraction:
    """How much of the order came back, by its money, or by its goods where points paid for all of it."""
    if order.cancelled_at:
        return Fraction(1)
    listed = sum((Fraction(line.quantity) * Fraction(line.price) for line in lines), Fraction(0))
    kept = sum((Fraction(line.kept_quantity) * Fraction(line.price) for line in lines), Fraction(0))
    by_goods = 1 - kept / listed if listed else Fraction(0)
    by_money = Fraction(order.refunded) / Fraction(order.total) if order.total else Fraction(0)
    return max(by_goods, by_money)
