"""What a buyer would be worth if they came back more often, ordered more or spent more: arithmetic, no forecast."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum

from analytics.metrics.buyer_value import BuyerValue

EFFORT = Decimal("0.1")


class Lever(StrEnum):
    """The names of the fields of a `BuyerValue` that can be moved, in the order in which they are."""

    CONVERSION = "conversion"
    REPEAT_ORDERS = "repeat_orders"
    ORDER_VALUE = "order_value"


@dataclass(frozen=True)
class Gain:
    """What moving one of the three brings a buyer, in revenue."""

    lever: Lever
    revenue: Decimal


def gains_step_by_step(now: BuyerValue, then: BuyerValue) -> list[Gain]:
    """Each moved after those before it; together they are the whole difference."""
    found, before = [], now
    for lever in Lever:
        after = replace(before, **{lever.value: getattr(then, lever)})
        found.append(Gain(lever, after.revenue - before.revenue))
        before = after
    return found


def gains_of_equal_effort(now: BuyerValue) -> list[Gain]:
    """Each of the three a tenth larger and the others as they are, the most first. No share exceeds a whole."""
    larger = 1 + EFFORT
    after = {
        Lever.ORDER_VALUE: replace(now, order_value=now.order_value * larger),
        Lever.REPEAT_ORDERS: replace(now, repeat_orders=now.repeat_orders * larger),
        Lever.CONVERSION: replace(now, conversion=min(now.conversion * larger, Decimal(1))),
    }
    gains = [Gain(lever, moved.revenue - now.revenue) for lever, moved in after.items()]
    return sorted(gains, key=lambda gain: gain.revenue, reverse=True)
