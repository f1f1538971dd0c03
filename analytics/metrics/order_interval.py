from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrPromise

from analytics.period_counts import PeriodCounts


@dataclass(frozen=True)
class OrderInterval:
    definition: ClassVar[StrPromise] = _(
        "Days between an order of the period and the same buyer's order before it: half of these intervals are shorter "
        "than the median, half longer. Only those who came back count, so it is shorter than the wait for everybody."
    )

    median_days: float | None
    mean_days: float | None

    @classmethod
    def of(cls, counts: PeriodCounts) -> OrderInterval:
        return cls(median_days=counts.median_gap_days, mean_days=counts.mean_gap_days)
