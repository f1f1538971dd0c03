"""The table and the lines of what cohorts brought, by months since the first order."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from decimal import Decimal
from itertools import groupby

from django.utils import formats
from django.utils.translation import gettext as _

from analytics.admin.charts import ROWS, Chart, HeatCell, HeatRow, shade_of
from analytics.admin.lines import Line, lines_chart
from analytics.metrics.cohort_value import MONTHS, CohortValue, CurvePoint, Measure, curve
from crm.figures.wording import DASH, money, number
from crm.shop_currency import shop_currency

# With more, lines cross each other and nobody follows one.
MOST_LINES = 6
# From here on cents are noise, and a table of 25 columns has no room for them.
WHOLE_FROM = 100


def value_map(cohorts: Sequence[CohortValue], measure: Measure) -> list[HeatRow]:
    """The last two dozen at most."""
    chosen = cohorts[-ROWS:]
    values = [cohort.per_buyer(measure) for cohort in chosen]
    highest = max((value for row in values for value in row), default=None)
    width = max(map(len, values), default=0)
    pattern = "#,##0" if highest is not None and highest >= WHOLE_FROM else "#,##0.00"
    return [
        HeatRow(
            formats.date_format(cohort.first_month_on, "M Y"),
            number(cohort.buyers),
            [
                *(HeatCell(number(value, pattern), money(value), shade_of(value, highest)) for value in row),
                *[None] * (width - len(row)),
            ],
        )
        for cohort, row in zip(chosen, values, strict=True)
    ]


def value_chart(of_period: Sequence[CohortValue], all_cohorts: Sequence[CohortValue], measure: Measure) -> Chart | None:
    """None where nothing can be told."""
    lines = [_line(name, points) for name, points in curves(of_period, all_cohorts, measure)]
    if not lines:
        return None
    shown = {"style": "currency", "currency": shop_currency(), "notation": "compact", "maximumFractionDigits": 1}
    return lines_chart(_("Months later"), [str(month) for month in range(MONTHS + 1)], lines, shown)


def curves(
    of_period: Sequence[CohortValue], all_cohorts: Sequence[CohortValue], measure: Measure
) -> list[tuple[str, list[CurvePoint]]]:
    """One of all cohorts, then one for each month, quarter or year of the period; those that can be told."""
    found = [(_("all cohorts so far"), curve(all_cohorts, measure))]
    found += [(name, curve(cohorts, measure)) for name, cohorts in stretches(of_period)]
    return [(name, points) for name, points in found if points]


def stretches(cohorts: Sequence[CohortValue]) -> list[tuple[str, list[CohortValue]]]:
    """By month, quarter or year of the first order, whichever leaves few; the last ones, where years are many."""
    for name_of in (_month, _quarter, _year):
        found = _by(cohorts, name_of)
        if len(found) <= MOST_LINES:
            return found
    return found[-MOST_LINES:]


def _by(cohorts: Sequence[CohortValue], name_of: Callable[[dt.date], str]) -> list[tuple[str, list[CohortValue]]]:
    return [(name, list(each)) for name, each in groupby(cohorts, lambda cohort: name_of(cohort.first_month_on))]


def _month(day: dt.date) -> str:
    return formats.date_format(day, "M Y")


def _quarter(day: dt.date) -> str:
    return _("Q%(quarter)s %(year)s") % {"quarter": (day.month + 2) // 3, "year": day.year}


def _year(day: dt.date) -> str:
    return str(day.year)


def _line(name: str, points: Sequence[CurvePoint]) -> Line:
    missing = MONTHS + 1 - len(points)
    values: list[Decimal] = [point.value for point in points]
    return Line(
        name,
        [*(round(float(value), 2) for value in values), *[None] * missing],
        [*(money(value) for value in values), *[DASH] * missing],
    )
