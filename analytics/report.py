"""All figures of a base for `manage.py report`, recounted from orders, under the names of the public reference."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from analytics.filters import Filters
from analytics.metrics.average_order import AverageOrder
from analytics.metrics.cohort_value import Measure, cohort_values
from analytics.metrics.cohorts import cohorts
from analytics.metrics.concentration import concentration
from analytics.metrics.frequency import Frequency
from analytics.metrics.lifetime_value import LifetimeValue
from analytics.metrics.order_interval import OrderInterval
from analytics.metrics.reactivation import Reactivation
from analytics.metrics.repeat_rate import RepeatRate
from analytics.metrics.repeat_revenue import RepeatRevenue
from analytics.metrics.second_order import WITHIN_DAYS, second_order
from analytics.period_counts import PeriodCounts, count_periods
from analytics.predictions.summary import summary
from analytics.relations import Relations, relations_of_orders
from crm.figures.periods import ALL_TIME, Period


def report(filters: Filters, lapse_days: int) -> dict[str, Any]:
    """Figures of all time and, under `periods`, of the period asked for. Rates to 6 places, money to 2 or 4.

    The models of what to expect are fitted to what was known when the period ended.
    """
    relations = relations_of_orders(filters.standings())
    periods = [] if filters.period == ALL_TIME else [filters.period]
    whole, *parts = count_periods(relations, [ALL_TIME, *periods], lapse_days)
    found = _whole(whole) | _by_buyer(relations)
    if periods:
        found["periods"] = [_period(period, counts) for period, counts in zip(periods, parts, strict=True)]
        end_on = filters.period.last_on
        if models := summary(filters.standings(), end_on):
            found[f"bgnbd_gamma_gamma_calibration_to_{end_on}"] = models
    found["cohorts_active_customers_by_month"] = {
        f"{cohort.first_month_on:%Y-%m}": list(cohort.active) for cohort in cohorts(relations)
    }
    found["cohort_ltv"] = {
        f"{cohort.first_month_on:%Y-%m}": [_rounded(value, 4) for value in cohort.per_buyer(Measure.REVENUE)]
        for cohort in cohort_values(relations)
    }
    known = second_order(relations, ALL_TIME)
    found["second_order_within_days"] = {days: _rounded(known.within(days).share, 6) for days in WITHIN_DAYS}
    return found


def _whole(counts: PeriodCounts) -> dict[str, Any]:
    interval = OrderInterval.of(counts)
    return {
        "buyers": counts.buyers,
        "orders": counts.orders,
        "revenue": _rounded(counts.revenue, 2),
        "repeat_buyers": counts.repeat_buyers,
        "repeat_rate": _rounded(RepeatRate.of(counts).rate, 6),
        "average_order_value": _rounded(AverageOrder.of(counts).value, 4),
        "orders_per_buyer": _rounded(Frequency.of(counts).orders_per_buyer, 6),
        "median_gap_days": _rounded(interval.median_days, 4),
        "mean_gap_days": _rounded(interval.mean_days, 4),
        "ltv_mean": _rounded(LifetimeValue.of(counts).mean, 4),
        "repeat_buyers_revenue_share": _rounded(RepeatRevenue.of(counts).share, 6),
    }


def _by_buyer(relations: Relations) -> dict[str, Any]:
    figures = concentration(relations)
    return {
        "ltv_median": _rounded(figures.median_revenue, 4),
        "top_decile_revenue_share": _rounded(figures.top_decile_share, 6),
    }


def _period(period: Period, counts: PeriodCounts) -> dict[str, Any]:
    reactivation, repeat = Reactivation.of(counts), RepeatRate.of(counts)
    return {
        "from": period.first_on.isoformat(),
        "to": period.last_on.isoformat(),
        "lapse_days": reactivation.lapse_days,
        "lapsed_at_start": reactivation.lapsed,
        "reactivated": reactivation.reactivated,
        "reactivation_rate": _rounded(reactivation.rate, 6),
        "orders": counts.orders,
        "buyers": counts.buyers,
        "revenue": _rounded(counts.revenue, 2),
        "repeat_rate_in_period": _rounded(repeat.rate, 6),
        "returning_buyers_share": _rounded(repeat.returning_share, 6),
    }


def _rounded(value: Decimal | float | None, places: int) -> float | None:
    return None if value is None else round(float(value), places)
