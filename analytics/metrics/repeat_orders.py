from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrPromise

from analytics.metrics.ratio import ratio
from analytics.period_counts import PeriodCounts


@dataclass(frozen=True)
class RepeatOrders:
    definition: ClassVar[StrPromise] = _(
        "Orders of the period from buyers with two or more in it ÷ those buyers. It is two at least."
    )

    orders_per_repeat_buyer: Decimal | None

    @classmethod
    def of(cls, counts: PeriodCounts) -> RepeatOrders:
        single_orders = counts.buyers - counts.repeat_buyers
        return cls(ratio(counts.orders - single_orders, counts.repeat_buyers))
