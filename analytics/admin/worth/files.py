"""The tables of what buyers are worth, as CSV."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.http import HttpResponse
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrPromise

from analytics.admin.export import Rows, csv_file, plain
from analytics.admin.worth.change_cards import change_cards
from analytics.admin.worth.cohort_tables import curves
from analytics.admin.worth.group_tables import entries_of
from analytics.admin.worth.page import WorthPage
from analytics.admin.worth.second_order_tables import DAYS_OF_LINE, told
from analytics.filters import Filters
from analytics.metrics.cohort_value import MONTHS, Measure
from analytics.metrics.group_worth import GroupKind
from analytics.metrics.second_order import WITHIN_DAYS
from crm.figures.periods import ALL_TIME
from crm.shop_currency import shop_currency


def cohorts(page: WorthPage) -> Rows:
    heading = [_("month of the first order"), _("buyers"), _("orders"), _("orders whose margin is known")]
    by_margin = page.measure is Measure.MARGIN
    words = _("margin per buyer by month %(n)s") if by_margin else _("revenue per buyer by month %(n)s")
    by_month = [_in_currency(words % {"n": month}) for month in range(MONTHS + 1)]
    rows = [
        [f"{each.first_month_on:%Y-%m}", each.buyers, each.orders, each.orders_with_margin]
        + [plain(value) for value in each.per_buyer(page.measure)]
        for each in page.cohorts_of_period
    ]
    return [heading + by_month, *rows]


def lines(page: WorthPage) -> Rows:
    """Of each line of the chart what a buyer brought, and of how many that is known."""
    found = curves(page.cohorts_of_period, page.cohorts, page.measure)
    heading: list[str] = [_("months later")]
    for name, _points in found:
        heading += [_in_currency(name), _("%(name)s: buyers known that long") % {"name": name}]
    rows: Rows = [[month] for month in range(MONTHS + 1)]
    for _name, points in found:
        for month, row in enumerate(rows):
            row += [plain(points[month].value), points[month].buyers] if month < len(points) else ["", ""]
    return [heading, *rows]


def second_orders(page: WorthPage) -> Rows:
    heading = [
        _("days since the first order"),
        _("buyers known that long without a second order before"),
        _("share who ordered again"),
        _("lower bound"),
        _("upper bound"),
    ]
    days = sorted({*DAYS_OF_LINE, *WITHIN_DAYS})
    points = [told(page.second, day) for day in days]
    return [
        heading,
        *([each.days, each.watched, plain(each.share), plain(each.low), plain(each.high)] for each in points),
    ]


def _groups(kind: GroupKind) -> Callable[[WorthPage], Rows]:
    def table(page: WorthPage) -> Rows:
        heading = [str(kind.label), _("buyers"), _("repeat buyers"), _("orders"), _("orders whose margin is known")]
        heading += [
            _("repeat rate"),
            _("orders per buyer"),
            _in_currency(_("revenue per buyer")),
            _in_currency(_("margin per buyer")),
            _in_currency(_("revenue expected in 12 months per buyer")),
            _("rank by expectation"),
        ]
        return [heading, *_group_rows(kind, page)]

    return table


def _group_rows(kind: GroupKind, page: WorthPage) -> Iterator[list[object]]:
    for found in page.groups:
        for entry in entries_of(found, page) if found.kind is kind else ():
            worth = entry.worth
            counts = [worth.buyers, worth.repeat_buyers, worth.orders, worth.orders_with_margin]
            means = [worth.repeat_rate, worth.orders_per_buyer, worth.revenue_mean, worth.margin_mean, entry.expected]
            yield [entry.name, *counts, *map(plain, means), entry.rank]


def intervals(page: WorthPage) -> Rows:
    heading = [_("category"), _("intervals"), _("lower quartile, days"), _("median, days"), _("upper quartile, days")]
    return [
        heading,
        *(
            [page.names[GroupKind.CATEGORY, str(each.category)], each.intervals]
            + [plain(days) for days in (each.lower_days, each.median_days, each.upper_days)]
            for each in page.intervals
        ),
    ]


def changes(page: WorthPage) -> Rows:
    heading = [_("figure"), _in_currency(_("value")), _in_currency(_("before")), _("how it is counted")]
    rows = [[each.title, plain(each.figure), plain(each.before), each.definition] for each in change_cards(page)]
    return [heading, *rows]


@dataclass(frozen=True)
class Table:
    title: StrPromise
    rows: Callable[[WorthPage], Rows]


TABLES = {
    "change": Table(gettext_lazy("change"), changes),
    "cohorts": Table(gettext_lazy("cohorts"), cohorts),
    "lines": Table(gettext_lazy("lines of cohorts"), lines),
    "second-orders": Table(gettext_lazy("second orders"), second_orders),
    "sources": Table(gettext_lazy("sources"), _groups(GroupKind.SOURCE)),
    "segments": Table(gettext_lazy("segments"), _groups(GroupKind.SEGMENT)),
    "categories": Table(gettext_lazy("categories"), _groups(GroupKind.CATEGORY)),
    "intervals": Table(gettext_lazy("intervals"), intervals),
}


def as_csv(table: str, page: WorthPage, chosen: Filters) -> HttpResponse:
    """Named after what was chosen."""
    names = [one.name for one in (chosen.segment, chosen.category) if one] + [chosen.source]
    parts = [slugify(name, allow_unicode=True)[:60] for name in names if name]
    if chosen.period != ALL_TIME:
        parts += [str(chosen.period.first_on), str(chosen.period.last_on)]
    return csv_file("-".join(["encore-worth", table, page.measure.value, *parts]) + ".csv", TABLES[table].rows(page))


def _in_currency(name: str) -> str:
    return f"{name}, {shop_currency()}"
