from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrPromise

from analytics.metrics.ratio import ratio
from analytics.relations import Relations

MONTHS = 12
QUERY = "SELECT first_month_on, months_later, buyers, revenue FROM cohorts WHERE months_later <= %s"


@dataclass(frozen=True)
class Cohort:
    """Buyers by the calendar month of their first order, and how many of them ordered in each month after it.

    `active` and `revenue` end with the last month that is over: a later one is not yet known.
    """

    definition: ClassVar[StrPromise] = _(
        "A row is everybody whose first order fell in that month; a cell, the share of them who ordered in that month "
        "after it. Cells of months that are not over yet are blank."
    )

    first_month_on: dt.date
    active: tuple[int, ...]
    revenue: tuple[Decimal, ...]

    @property
    def size(self) -> int:
        return self.active[0]

    @property
    def retention(self) -> tuple[Decimal | None, ...]:
        return tuple(ratio(active, self.size) for active in self.active)


def cohorts(relations: Relations, last_month_on: dt.date | None = None) -> list[Cohort]:
    """Cohorts in order, each up to month twelve or to `last_month_on` (by default, the last month with an order)."""
    return arranged(relations.fetch(QUERY, MONTHS), last_month_on)


def arranged(rows: list[dict[str, Any]], last_month_on: dt.date | None = None) -> list[Cohort]:
    by_cohort: dict[dt.date, dict[int, dict[str, Any]]] = {}
    for row in rows:
        by_cohort.setdefault(row["first_month_on"], {})[row["months_later"]] = row
    reached = [_month(first) + later for first, cells in by_cohort.items() for later in cells]
    last = _month(last_month_on) if last_month_on else max(reached, default=0)
    return [_cohort(first, cells, last) for first, cells in sorted(by_cohort.items())]


def _cohort(first_month_on: dt.date, cells: dict[int, dict[str, Any]], last: int) -> Cohort:
    # A cohort of the running month still has its size.
    known = range(max(min(MONTHS, last - _month(first_month_on)), 0) + 1)
    return Cohort(
        first_month_on,
        tuple(cells[later]["buyers"] if later in cells else 0 for later in known),
        tuple(cells[later]["revenue"] if later in cells else Decimal(0) for later in known),
    )


def _month(day: dt.date) -> int:
    return day.year * 12 + day.month
