from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrPromise

from analytics.metrics.ratio import ratio
from analytics.period_counts import PeriodCounts


@dataclass(frozen=True)
class Sales:
    definition: ClassVar[StrPromise] = _(
        "The sum of orders placed in the period, less what was refunded for them. Cancelled orders are not orders. "
        "Margin is what is left after the cost of the goods; it covers only orders whose cost is known."
    )

    orders: int
    buyers: int
    revenue: Decimal
    margin: Decimal | None
    margin_known_share: Decimal | None

    @classmethod
    def of(cls, counts: PeriodCounts) -> Sales:
        return cls(
            orders=counts.orders,
            buyers=counts.buyers,
            revenue=counts.revenue,
            margin=counts.margin,
            margin_known_share=ratio(counts.orders_with_margin, counts.orders),
        )
