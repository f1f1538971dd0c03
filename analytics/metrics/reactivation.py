from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrPromise

from analytics.metrics.ratio import ratio
from analytics.period_counts import PeriodCounts


@dataclass(frozen=True)
class Reactivation:
    definition: ClassVar[StrPromise] = _(
        "Lapsed buyers who ordered in the period ÷ all buyers lapsed when it began. Lapsed are buyers who had ordered, "
        "but not once in so many days before the period: 180, unless the shop settings say otherwise."
    )

    lapse_days: int
    lapsed: int
    reactivated: int
    rate: Decimal | None

    @classmethod
    def of(cls, counts: PeriodCounts) -> Reactivation:
        return cls(
            lapse_days=counts.lapse_days,
            lapsed=counts.lapsed,
            reactivated=counts.reactivated,
            rate=ratio(counts.reactivated, counts.lapsed),
        )
