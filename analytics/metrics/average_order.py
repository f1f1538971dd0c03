from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrPromise

from analytics.metrics.ratio import ratio
from analytics.period_counts import PeriodCounts


@dataclass(frozen=True)
class AverageOrder:
    definition: ClassVar[StrPromise] = _(
        "Revenue of the period ÷ its orders. A repeat order is any order of a buyer after their first."
    )

    value: Decimal | None
    first_value: Decimal | None
    repeat_value: Decimal | None

    @classmethod
    def of(cls, counts: PeriodCounts) -> AverageOrder:
        return cls(
            value=ratio(counts.revenue, counts.orders),
            first_value=ratio(counts.first_revenue, counts.new_buyers),
            repeat_value=ratio(counts.revenue - counts.first_revenue, counts.orders - counts.new_buyers),
        )
