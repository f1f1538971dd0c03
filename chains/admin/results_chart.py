"""The chart of results: what was sent, and the orders it brought, by day or by week."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Sequence
from typing import Any

from django.utils import formats
from django.utils.translation import gettext as _

from chains.admin.rehearsal_chart import TICK_COLOR
from chains.results.reading import DayResults
from crm.figures.periods import Period

DAY = dt.timedelta(days=1)
# A bar stands for so many days, where the period has at most so many: more bars nobody tells apart.
DAYS_OF_BAR = ((100, 1), (730, 7))


def chart_of(days: Sequence[DayResults], period: Period) -> dict[str, Any]:
    """`data` and `options` are Chart.js's; `rows` say the same without it. Days without any are included."""
    stretch = next((days for most, days in DAYS_OF_BAR if period.days <= most), 30)
    sent: Counter[dt.date] = Counter()
    ordered: Counter[dt.date] = Counter()
    for day in days:
        begins_on = day.day - (day.day - period.first_on) % (stretch * DAY)
        sent[begins_on] += day.sent
        ordered[begins_on] += day.ordered
    starts = _starts(period, stretch) if days else []
    datasets = [
        {
            "type": "line", "label": _("orders"), "yAxisID": "orders",
            "data": [ordered[start] or None for start in starts],
            "borderColor": "var(--color-base-500)", "backgroundColor": "var(--color-base-500)",
            "pointStyle": "triangle", "pointRadius": 5, "showLine": False,
        },
        {
            "type": "bar", "label": _("sent"), "data": [sent[start] for start in starts],
            "backgroundColor": "var(--color-primary-300)", "maxBarThickness": 28,
        },
    ]  # fmt: skip
    labels = [formats.date_format(start, "j M") for start in starts]
    return {
        "data": json.dumps({"labels": labels, "datasets": datasets}),
        "options": json.dumps(_options()),
        "rows": [(start, sent[start], ordered[start]) for start in starts if sent[start] or ordered[start]],
        "days_of_bar": stretch,
    }


def _starts(period: Period, stretch: int) -> list[dt.date]:
    return [period.first_on + number * DAY for number in range(0, period.days, stretch)]


def _options() -> dict[str, Any]:
    ticks = {"color": TICK_COLOR, "maxRotation": 0, "autoSkipPadding": 12}

    def axis(title: str, **more: Any) -> dict[str, Any]:
        named = {"display": True, "text": title, "color": TICK_COLOR}
        return {
            "beginAtZero": True,
            "ticks": {**ticks, "precision": 0},
            "title": named,
            "grid": {"lineWidth": 0.5},
        } | more

    return {
        "responsive": True,
        "maintainAspectRatio": False,
        "animation": False,
        "interaction": {"mode": "index", "intersect": False},
        "plugins": {
            "legend": {"display": True, "align": "end", "labels": {"color": TICK_COLOR, "usePointStyle": True}}
        },
        "scales": {
            "x": {"grid": {"display": False}, "ticks": ticks},
            "y": axis(_("sent")),
            "orders": axis(_("orders"), position="right", grid={"display": False}),
        },
    }
