"""The dashboard's figures as CSV, for whoever wants them in a spreadsheet after all."""

from __future__ import annotations

import csv
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _

from analytics.admin.changes import Figure
from analytics.admin.page import Page
from analytics.metrics.cohorts import MONTHS
from crm.figures.periods import Period
from crm.spreadsheet_cells import harmless_row

Rows = list[list[Any]]


def figures(page: Page) -> Rows:
    heading = [_("figure"), _("value"), _("before"), _("how it is counted")]
    return [heading, *([card.title, _plain(card.figure), _plain(card.before), card.definition] for card in page.cards)]


def timeline(page: Page) -> Rows:
    heading = [_("begins on"), _("orders"), _("revenue"), _("of first orders"), _("of repeat orders")]
    return [
        heading,
        *(
            [each.begins_on, each.orders, each.revenue, each.first_revenue, each.repeat_revenue]
            for each in page.moments
        ),
    ]


def cohorts(page: Page) -> Rows:
    heading = [_("month of the first order"), *(_("month %(n)s") % {"n": later} for later in range(MONTHS + 1))]
    return [heading, *([f"{cohort.first_month_on:%Y-%m}", *cohort.active] for cohort in page.cohorts)]


TABLES: dict[str, Callable[[Page], Rows]] = {"figures": figures, "timeline": timeline, "cohorts": cohorts}


def _plain(figure: Figure) -> Figure:
    """To six places: a millionth of a share, less than a cent."""
    if isinstance(figure, Decimal):
        return round(figure, 6)
    return round(figure, 6) if isinstance(figure, float) else figure


def as_csv(table: str, page: Page, period: Period | None) -> HttpResponse:
    days = f"-{period.first_on}-{period.last_on}" if period else ""
    return spreadsheet(f"{table}{days}", TABLES[table](page))


def spreadsheet(name: str, rows: Rows) -> HttpResponse:
    """Plain numbers with a point. The mark at the start tells spreadsheets that the text is UTF-8."""
    response = HttpResponse(
        "\N{ZERO WIDTH NO-BREAK SPACE}",
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="encore-{name}.csv"'},
    )
    csv.writer(response).writerows(map(harmless_row, rows))
    return response
