from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrPromise

from analytics.metrics.average_order import AverageOrder
from analytics.metrics.ratio import ratio
from analytics.metrics.repeat_orders import RepeatOrders
from analytics.metrics.repeat_rate import RepeatRate
from analytics.period_counts import PeriodCounts

# Who comes back has ordered twice; where nobody did, the least that this can mean is assumed.
FEWEST_ORDERS = Decimal(2)


@dataclass(frozen=True)
class BuyerValue:
    """What a buyer brings, as a product of three figures that a manager can move.

    8,000 an order and 20 % who come back for one more are 8,000 × 1.2 = 9,600 a buyer; with 35 % it is
    8,000 × 1.35 = 10,800. Of the figures that were counted, it is revenue ÷ buyers exactly.
    """

    definition: ClassVar[StrPromise] = _(
        "What a buyer of the period brought in it on average: orders per buyer × value of an order, which is revenue ÷ "
        "buyers. Orders per buyer: 1 + share of buyers who came back × (orders of each of them − 1). By margin: the "
        "same with the average margin of an order whose cost is known."
    )

    conversion: Decimal
    repeat_orders: Decimal
    order_value: Decimal
    margin_share: Decimal | None

    @classmethod
    def of(cls, counts: PeriodCounts) -> BuyerValue | None:
        """None without a single order."""
        conversion, order_value = RepeatRate.of(counts).rate, AverageOrder.of(counts).value
        if conversion is None or order_value is None:
            return None
        return cls(
            conversion,
            RepeatOrders.of(counts).orders_per_repeat_buyer or FEWEST_ORDERS,
            order_value,
            ratio(ratio(counts.margin, counts.orders_with_margin), order_value),
        )

    @property
    def orders(self) -> Decimal:
        return 1 + self.conversion * (self.repeat_orders - 1)

    @property
    def revenue(self) -> Decimal:
        return self.orders * self.order_value

    @property
    def margin(self) -> Decimal | None:
        return None if self.margin_share is None else self.revenue * self.margin_share
