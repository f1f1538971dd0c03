from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrPromise

from analytics.metrics.ratio import ratio
from analytics.period_counts import PeriodCounts


@dataclass(frozen=True)
class RepeatRate:
    definition: ClassVar[StrPromise] = _(
        "Buyers with two or more orders in the period ÷ buyers with any order in it. "
        "“Since the beginning” counts all orders up to the end of the period instead. "
        "Returning buyers had ordered before the period began."
    )

    buyers: int
    repeat_buyers: int
    rate: Decimal | None
    returning_share: Decimal | None
    rate_so_far: Decimal | None

    @classmethod
    def of(cls, counts: PeriodCounts) -> RepeatRate:
        return cls(
            buyers=counts.buyers,
            repeat_buyers=counts.repeat_buyers,
            rate=ratio(counts.repeat_buyers, counts.buyers),
            returning_share=ratio(counts.buyers - counts.new_buyers, counts.buyers),
            rate_so_far=ratio(counts.repeat_buyers_so_far, counts.buyers_so_far),
        )
