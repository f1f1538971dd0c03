"""What the dashboard's charts and heat map are drawn from."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils import formats
from django.utils.translation import gettext as _

from analytics.metrics.cohorts import Cohort, cohorts_of
from analytics.metrics.timeline import Grain, Moment
from crm.figures.periods import Period, months_before
from crm.figures.wording import locale, money, number, percent
from crm.shop_currency import shop_currency

ROWS = 24
TICK_COLOR = "#8b93a1"


@dataclass(frozen=True)
class Chart:
    """`data` and `options` are Chart.js's, as JSON; `rows` say the same as a table."""

    kind: str
    data: str
    options: str
    headings: list[str]
    rows: list[list[str]]


def revenue_chart(moments: Sequence[Moment], grain: Grain) -> Chart:
    """Stacked bars: revenue of first orders and of repeat ones."""
    series = [
        chart_series(_("repeat orders"), [float(moment.repeat_revenue) for moment in moments], "--color-primary-700"),
        chart_series(_("first orders"), [float(moment.first_revenue) for moment in moments], "--color-primary-300"),
    ]
    rows = [
        [label(moment, grain), money(moment.first_revenue), money(moment.repeat_revenue), money(moment.revenue)]
        for moment in moments
    ]
    headings = [_("Begins on"), _("First orders"), _("Repeat orders"), _("Revenue")]
    shown = {"style": "currency", "currency": shop_currency(), "notation": "compact", "maximumFractionDigits": 1}
    options = chart_options(shown, is_stacked=True, has_legend=True)
    return Chart("bar", _data(moments, grain, series), options, headings, rows)


def orders_chart(moments: Sequence[Moment], grain: Grain) -> Chart:
    series = [chart_series(_("orders"), [moment.orders for moment in moments], "--color-primary-600", 2)]
    rows = [[label(moment, grain), number(moment.orders)] for moment in moments]
    options = chart_options({"maximumFractionDigits": 0})
    return Chart("line", _data(moments, grain, series), options, [_("Begins on"), _("Orders")], rows)


def label(moment: Moment, grain: Grain) -> str:
    if grain is Grain.MONTH:
        return formats.date_format(moment.begins_on, "M Y")
    return formats.date_format(moment.begins_on, "SHORT_DATE_FORMAT")


def chart_series(name: str, values: Sequence[float | None], color: str, width: int = 0) -> dict[str, Any]:
    return {
        "label": name,
        "data": values,
        "backgroundColor": f"var({color})",
        "borderColor": f"var({color})",
        "borderWidth": width,
        "borderRadius": 2,
        "pointRadius": 2,
        "tension": 0.25,
        "maxBarThickness": 28,
    }


def _data(moments: Sequence[Moment], grain: Grain, series: list[dict[str, Any]]) -> str:
    return json.dumps({"labels": [label(moment, grain) for moment in moments], "datasets": series})


def chart_options(
    tick_format: dict[str, Any], *, is_stacked: bool = False, has_legend: bool = False, begins_at_zero: bool = True
) -> str:
    ticks = {"color": TICK_COLOR, "maxRotation": 0, "autoSkipPadding": 12}
    # A share, and what is looked at closely, is marked between whole numbers too.
    is_whole = begins_at_zero and tick_format.get("style") != "percent"
    steps = {"precision": 0} if is_whole else {}
    return json.dumps(
        {
            "locale": str(locale()).replace("_", "-"),
            "responsive": True,
            "maintainAspectRatio": False,
            "animation": False,
            "interaction": {"mode": "index", "intersect": False},
            "plugins": {
                "legend": {
                    "display": has_legend,
                    "align": "end",
                    # Lines are told apart by the shape of their points, too.
                    "labels": {"color": TICK_COLOR, "boxWidth": 10, "boxHeight": 10, "usePointStyle": not is_stacked},
                },
            },
            "scales": {
                "x": {"stacked": is_stacked, "grid": {"display": False}, "ticks": ticks},
                "y": {
                    "stacked": is_stacked,
                    "beginAtZero": begins_at_zero,
                    "border": {"display": False},
                    "grid": {"lineWidth": 0.5},
                    "ticks": {"color": TICK_COLOR, "maxTicksLimit": 6, "format": tick_format, **steps},
                },
            },
        }
    )


@dataclass(frozen=True)
class HeatCell:
    shown: str
    title: str
    shade: int


@dataclass(frozen=True)
class HeatRow:
    month: str
    size: str
    cells: list[HeatCell | None]


def heat_map(cohorts: Sequence[Cohort], period: Period) -> list[HeatRow]:
    """Retention of the cohorts of the period, or of a year up to its end: the last two dozen at most."""
    chosen = cohorts_of(cohorts, period)[-ROWS:]
    strongest = max((share for cohort in chosen for share in cohort.retention[1:] if share), default=None)
    width = max((len(cohort.active) for cohort in chosen), default=0)
    return [_heat_row(cohort, strongest, width) for cohort in chosen]


def _heat_row(cohort: Cohort, strongest: Decimal | None, width: int) -> HeatRow:
    cells: list[HeatCell | None] = [
        HeatCell(
            percent(share, ""),
            _("%(part)s of %(whole)s") % {"part": number(active), "whole": number(cohort.size)},
            shade_of(share, strongest),
        )
        for active, share in zip(cohort.active[1:], cohort.retention[1:], strict=True)
    ]
    month = formats.date_format(cohort.first_month_on, "M Y")
    return HeatRow(month, number(cohort.size), cells + [None] * (width - len(cohort.active)))


def shade_of(share: Decimal | None, strongest: Decimal | None) -> int:
    """Percent of the full colour; the power sets neighbours further apart than they are."""
    return round(float(share / strongest) ** 1.5 * 100) if share and strongest and share > 0 else 0


def last_full_month(today: dt.date) -> dt.date:
    return months_before(today.replace(day=1), 1)
