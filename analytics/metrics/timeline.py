from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import ClassVar

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrPromise

from analytics.relations import Relations
from crm.figures.periods import Period

QUERY = """
SELECT date_trunc(%s, placed_on::timestamp)::date AS begins_on, sum(orders)::bigint AS orders,
       sum(revenue) AS revenue, sum(first_revenue) AS first_revenue
FROM days WHERE placed_on BETWEEN %s AND %s GROUP BY 1 ORDER BY 1
"""


class Grain(StrEnum):
    DAY = "day"
    WEEK = "week"
    MONTH = "month"

    @classmethod
    def fitting(cls, days: int) -> Grain:
        """As fine as leaves a chart some forty points at most."""
        if days <= 45:
            return cls.DAY
        return cls.WEEK if days <= 200 else cls.MONTH


@dataclass(frozen=True)
class Moment:
    """A day, week or month of the chart. Revenue splits into that of first orders and that of repeat ones."""

    definition: ClassVar[StrPromise] = _(
        "Revenue and orders by the day they were placed on. New: first orders of buyers. Repeat: all later ones."
    )

    begins_on: dt.date
    orders: int
    revenue: Decimal
    first_revenue: Decimal

    @property
    def repeat_revenue(self) -> Decimal:
        return self.revenue - self.first_revenue


def timeline(relations: Relations, period: Period, grain: Grain) -> list[Moment]:
    """The period by days, weeks or months, those without an order included."""
    rows = relations.fetch(QUERY, grain.value, period.first_on, period.last_on)
    found = {row["begins_on"]: Moment(**row) for row in rows}
    empty = (0, Decimal(0), Decimal(0))
    return [found.get(day) or Moment(day, *empty) for day in steps(period, grain)]


def steps(period: Period, grain: Grain) -> list[dt.date]:
    """First days of the days, weeks (from Monday) or months that the period touches."""
    day, found = _begin(period.first_on, grain), []
    while day <= period.last_on:
        found.append(day)
        day = _begin(day + dt.timedelta(days={"day": 1, "week": 7, "month": 31}[grain]), grain)
    return found


def _begin(day: dt.date, grain: Grain) -> dt.date:
    if grain is Grain.MONTH:
        return day.replace(day=1)
    return day - dt.timedelta(days=day.weekday()) if grain is Grain.WEEK else day
