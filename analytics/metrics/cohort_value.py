from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import accumulate
from typing import ClassVar

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrPromise

from analytics.metrics.cohorts import Row, cells_by_cohort
from analytics.metrics.few import FEWEST_BUYERS
from analytics.relations import Relations

MONTHS = 24
QUERY = """
SELECT first_month_on, months_later, buyers, orders, revenue, margin, orders_with_margin
FROM cohorts WHERE months_later <= %s
"""
LAST_MONTH = "SELECT max(first_month_on + make_interval(months => months_later))::date AS month_on FROM cohorts"


class Measure(TextChoices):
    REVENUE = "revenue", _("revenue")
    MARGIN = "margin", _("margin")


@dataclass(frozen=True)
class CohortValue:
    """What the buyers of one month brought in each month since, the first included, as far as months are over.

    Margin is None in a month without an order whose cost is known.
    """

    definition: ClassVar[StrPromise] = _(
        "A row is everybody whose first order fell in that month; a cell, what they had brought by the end of that "
        "month after it ÷ all of them, who bought nothing more included. Refunds are taken off. Cells of months that "
        "are not over yet are blank. Month 0 is the month of the first order, of which each buyer saw only the rest."
    )

    first_month_on: dt.date
    buyers: int
    revenue: tuple[Decimal, ...]
    margin: tuple[Decimal | None, ...]
    orders: int
    orders_with_margin: int

    def amounts(self, measure: Measure) -> tuple[Decimal, ...]:
        """By month; none at all where no cost is known."""
        if measure is Measure.REVENUE:
            return self.revenue
        return tuple(margin or Decimal(0) for margin in self.margin) if self.orders_with_margin else ()

    def per_buyer(self, measure: Measure) -> list[Decimal]:
        """Cumulated up to each month."""
        return [so_far / self.buyers for so_far in accumulate(self.amounts(measure))]


def cohort_values(relations: Relations, last_month_on: dt.date | None = None) -> list[CohortValue]:
    """Cohorts in order, each up to month 24 or to `last_month_on` (by default, the last month with an order)."""
    if last_month_on is None:
        last_month_on = relations.fetch(LAST_MONTH)[0]["month_on"]
    return arranged(relations.fetch(QUERY, MONTHS), last_month_on) if last_month_on else []


def arranged(rows: Iterable[Row], last_month_on: dt.date) -> list[CohortValue]:
    return [
        _cohort(first_month_on, cells, is_over=first_month_on <= last_month_on)
        for first_month_on, cells in cells_by_cohort(rows, MONTHS, last_month_on)
    ]


def _cohort(first_month_on: dt.date, cells: Sequence[Row | None], *, is_over: bool) -> CohortValue:
    known = cells if is_over else ()
    ordered = [cell for cell in known if cell]
    return CohortValue(
        first_month_on,
        cells[0]["buyers"] if cells[0] else 0,
        tuple(cell["revenue"] if cell else Decimal(0) for cell in known),
        tuple(cell["margin"] if cell else None for cell in known),
        sum(cell["orders"] for cell in ordered),
        sum(cell["orders_with_margin"] for cell in ordered),
    )


@dataclass(frozen=True)
class CurvePoint:
    """`buyers` are those of the cohorts old enough for this month, from whom it is known."""

    definition: ClassVar[StrPromise] = _(
        "A line of several months adds up, month by month, what was brought in it ÷ the buyers of those cohorts alone "
        "for whom it is over: young cohorts pull no later point down. It ends where fewer than 20 buyers are that old."
    )

    value: Decimal
    buyers: int


def curve(cohorts: Iterable[CohortValue], measure: Measure) -> list[CurvePoint]:
    """From month 0 on. The sum over ages of what was added ÷ the customers observed through that age."""
    by_cohort = [(cohort.buyers, cohort.amounts(measure)) for cohort in cohorts]
    points: list[CurvePoint] = []
    so_far = Decimal(0)
    for month in range(MONTHS + 1):
        known = [(buyers, amounts[month]) for buyers, amounts in by_cohort if len(amounts) > month]
        observed = sum(buyers for buyers, _amount in known)
        if observed < FEWEST_BUYERS:
            break
        so_far += sum((amount for _buyers, amount in known), Decimal(0)) / observed
        points.append(CurvePoint(so_far, observed))
    return points
