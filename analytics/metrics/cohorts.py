from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar, Protocol, TypeVar

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrPromise

from analytics.metrics.ratio import ratio
from analytics.relations import Relations
from crm.figures.periods import Period

MONTHS = 12
QUERY = "SELECT first_month_on, months_later, buyers, revenue FROM cohorts WHERE months_later <= %s"

Row = dict[str, Any]


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


def arranged(rows: list[Row], last_month_on: dt.date | None = None) -> list[Cohort]:
    return [
        Cohort(
            first_month_on,
            tuple(cell["buyers"] if cell else 0 for cell in cells),
            tuple(cell["revenue"] if cell else Decimal(0) for cell in cells),
        )
        for first_month_on, cells in cells_by_cohort(rows, MONTHS, last_month_on)
    ]


def cells_by_cohort(
    rows: Iterable[Row], months: int, last_month_on: dt.date | None = None
) -> Iterator[tuple[dt.date, list[Row | None]]]:
    """Each cohort in order with a cell for every month that is known, up to so many; None where nobody ordered.

    A cohort of a month that is not over has that one cell: who they are is known, what they bring is not.
    """
    by_cohort: dict[dt.date, dict[int, Row]] = {}
    for row in rows:
        by_cohort.setdefault(row["first_month_on"], {})[row["months_later"]] = row
    reached = [month_number(first) + later for first, cells in by_cohort.items() for later in cells]
    last = month_number(last_month_on) if last_month_on else max(reached, default=0)
    for first, cells in sorted(by_cohort.items()):
        yield first, [cells.get(later) for later in range(max(min(months, last - month_number(first)), 0) + 1)]


class _OfOneMonth(Protocol):
    @property
    def first_month_on(self) -> dt.date: ...


SomeCohort = TypeVar("SomeCohort", bound=_OfOneMonth)


def cohorts_of(cohorts: Iterable[SomeCohort], period: Period) -> list[SomeCohort]:
    """Those of the months that the period touches, or of a year up to its end."""
    since = min(month_number(period.first_on), month_number(period.last_on) - 12)
    return [
        cohort
        for cohort in cohorts
        if since <= month_number(cohort.first_month_on) and cohort.first_month_on <= period.last_on
    ]


def month_number(day: dt.date) -> int:
    return day.year * 12 + day.month
