"""The figures that can be a target, and how each is read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django_stubs_ext import StrPromise

from analytics.filters import Filters
from analytics.metrics.average_order import AverageOrder
from analytics.metrics.buyer_value import BuyerValue
from analytics.metrics.frequency import Frequency
from analytics.metrics.lifetime_value import LifetimeValue
from analytics.metrics.reactivation import Reactivation
from analytics.metrics.repeat_orders import RepeatOrders
from analytics.metrics.repeat_rate import RepeatRate
from analytics.metrics.repeat_revenue import RepeatRevenue
from analytics.metrics.sales import Sales
from analytics.models import Dashboard, Target
from analytics.period_counts import PeriodCounts, count_periods
from analytics.relations import relations
from crm.figures.periods import last_year
from crm.models import Shop

Figure = Target.Figure
Readings = dict[str, Decimal | None]
PLACES = 6


@dataclass(frozen=True)
class TargetFigure:
    """`card` is the key of the overview's card under which its targets stand."""

    card: str
    definition: StrPromise
    read: Callable[[PeriodCounts], Decimal | None]


def _revenue_of_a_buyer(counts: PeriodCounts) -> Decimal | None:
    value = BuyerValue.of(counts)
    return value.revenue if value else None


def _margin_of_a_buyer(counts: PeriodCounts) -> Decimal | None:
    value = BuyerValue.of(counts)
    return value.margin if value else None


FIGURES = {
    Figure.BUYER_VALUE: TargetFigure("lifetime_value", BuyerValue.definition, _revenue_of_a_buyer),
    Figure.BUYER_MARGIN: TargetFigure("lifetime_value", BuyerValue.definition, _margin_of_a_buyer),
    Figure.LIFETIME_VALUE: TargetFigure(
        "lifetime_value", LifetimeValue.definition, lambda counts: LifetimeValue.of(counts).mean
    ),
    Figure.LIFETIME_MARGIN: TargetFigure(
        "lifetime_value", LifetimeValue.definition, lambda counts: LifetimeValue.of(counts).margin_mean
    ),
    Figure.REPEAT_RATE: TargetFigure("repeat_rate", RepeatRate.definition, lambda counts: RepeatRate.of(counts).rate),
    Figure.REPEAT_ORDERS: TargetFigure(
        "orders_per_buyer", RepeatOrders.definition, lambda counts: RepeatOrders.of(counts).orders_per_repeat_buyer
    ),
    Figure.AVERAGE_ORDER: TargetFigure(
        "average_order", AverageOrder.definition, lambda counts: AverageOrder.of(counts).value
    ),
    Figure.ORDERS_PER_BUYER: TargetFigure(
        "orders_per_buyer", Frequency.definition, lambda counts: Frequency.of(counts).orders_per_buyer
    ),
    Figure.REPEAT_REVENUE_SHARE: TargetFigure(
        "repeat_revenue_share", RepeatRevenue.definition, lambda counts: RepeatRevenue.of(counts).share
    ),
    Figure.REACTIVATION_RATE: TargetFigure(
        "reactivation_rate", Reactivation.definition, lambda counts: Reactivation.of(counts).rate
    ),
    Figure.REVENUE: TargetFigure("revenue", Sales.definition, lambda counts: Sales.of(counts).revenue),
}


def read_days(days: Sequence[dt.date]) -> list[Readings]:
    """All figures as of the end of each day: over the 12 months up to it, of the whole shop. In one query."""
    found = relations(Filters(), Dashboard.objects.first())
    counted = count_periods(found, [last_year(day) for day in days], Shop.load().lapse_days)
    return [readings(counts) for counts in counted]


def readings(counts: PeriodCounts) -> Readings:
    """As targets keep them: to a millionth of a share, less than a cent."""
    found = {figure.value: kind.read(counts) for figure, kind in FIGURES.items()}
    return {figure: None if value is None else round(value, PLACES) for figure, value in found.items()}
