from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrPromise

from analytics.metrics.ratio import ratio
from analytics.period_counts import PeriodCounts


@dataclass(frozen=True)
class Frequency:
    definition: ClassVar[StrPromise] = _("Orders of the period ÷ different buyers in it.")

    orders_per_buyer: Decimal | None

    @classmethod
    def of(cls, counts: PeriodCounts) -> Frequency:
        return cls(orders_per_buyer=ratio(counts.orders, counts.buyers))
