from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrPromise

from analytics.metrics.ratio import ratio
from analytics.period_counts import PeriodCounts


@dataclass(frozen=True)
class LifetimeValue:
    definition: ClassVar[StrPromise] = _(
        "What a buyer has brought on average so far: revenue of all orders up to the end of the period ÷ all buyers "
        "up to then. By margin: the same with the margin of the orders whose cost is known."
    )

    buyers: int
    mean: Decimal | None
    margin_mean: Decimal | None

    @classmethod
    def of(cls, counts: PeriodCounts) -> LifetimeValue:
        return cls(
            buyers=counts.buyers_so_far,
            mean=ratio(counts.revenue_so_far, counts.buyers_so_far),
            margin_mean=ratio(counts.margin_so_far, counts.buyers_so_far),
        )
