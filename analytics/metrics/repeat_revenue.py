from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrPromise

from analytics.metrics.ratio import ratio
from analytics.period_counts import PeriodCounts


@dataclass(frozen=True)
class RepeatRevenue:
    definition: ClassVar[StrPromise] = _(
        "Revenue of the period from buyers who by its end had ordered twice or more ÷ all revenue of the period."
    )

    revenue: Decimal
    repeat_buyers_revenue: Decimal
    share: Decimal | None

    @classmethod
    def of(cls, counts: PeriodCounts) -> RepeatRevenue:
        repeat = counts.revenue - counts.single_revenue
        return cls(revenue=counts.revenue, repeat_buyers_revenue=repeat, share=ratio(repeat, counts.revenue))
