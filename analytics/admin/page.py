"""All that one dashboard shows, in a constant number of queries."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Max, Min
from django.utils import timezone

from analytics.admin.cards import Card, cards
from analytics.admin.charts import last_full_month
from analytics.filters import Filters
from analytics.metrics.cohorts import Cohort, cohorts
from analytics.metrics.timeline import Grain, Moment, timeline
from analytics.models import Dashboard, DayFigures
from analytics.period_counts import count_periods
from analytics.relations import relations
from crm.figures.periods import Period
from crm.models import OrderStanding


@dataclass(frozen=True)
class Page:
    """`before` is what the cards are compared with; `charted`, the part of the period in which there can be orders."""

    cards: list[Card]
    extent: Period | None
    before: Period | None
    has_orders: bool
    charted: Period | None
    grain: Grain
    moments: list[Moment]
    cohorts: list[Cohort]


def page(chosen: Filters, before: Period | None, dashboard: Dashboard | None, lapse_days: int, today: dt.date) -> Page:
    found, orders = relations(chosen, dashboard), extent(dashboard)
    before = comparable(before, orders)
    now, *earlier = count_periods(found, [chosen.period, *([before] if before else [])], lapse_days)
    charted = _overlap(chosen.period, orders, today)
    grain = Grain.fitting(charted.days if charted else 1)
    return Page(
        cards(now, earlier[0] if earlier else None),
        extent=orders,
        before=before,
        has_orders=now.orders > 0,
        charted=charted,
        grain=grain,
        moments=timeline(found, charted, grain) if charted else [],
        cohorts=cohorts(found, last_full_month(today)),
    )


def comparable(before: Period | None, orders: Period | None) -> Period | None:
    """A period in which the shop was not there for a part of it, or its orders are not here, is no measure."""
    return before if before and orders and orders.first_on <= before.first_on else None


def extent(dashboard: Dashboard | None) -> Period | None:
    """From the day of the shop's first order to that of its last."""
    if dashboard is not None:
        days = DayFigures.objects.aggregate(first=Min("placed_on"), last=Max("placed_on"))
        return Period(days["first"], days["last"]) if days["first"] else None
    moments = OrderStanding.objects.aggregate(first=Min("placed_at"), last=Max("placed_at"))
    if moments["first"] is None:
        return None
    return Period(timezone.localdate(moments["first"]), timezone.localdate(moments["last"]))


def _overlap(period: Period, orders: Period | None, today: dt.date) -> Period | None:
    if orders is None:
        return None
    first_on, last_on = max(period.first_on, orders.first_on), min(period.last_on, max(orders.last_on, today))
    return Period(first_on, last_on) if first_on <= last_on else None
