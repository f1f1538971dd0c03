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
    def of(cls, tally: PeriodCounts) -> AverageOrder:
        return cls(
            value=ratio(tally.revenue, tally.orders),
            first_value=ratio(tally.first_revenue, tally.new_buyers),
            repeat_value=ratio(tally.revenue - tally.first_revenue, tally.orders - tally.new_buyers),
        )
