"""The chart of results: what was sent, and the orders it brought, by day or by week."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from typing import Any

from django.utils import formats
from django.utils.translation import gettext as _

from chains.admin.charts import TICK_COLOR, chart, value_axis
from chains.results.reading import DayResults
from crm.figures.periods import Period

DAY = dt.timedelta(days=1)
# A bar stands for so many days, where the period has at most so many: more bars nobody tells apart.
DAYS_OF_BAR = ((100, 1), (730, 7))


def chart_of(days: Sequence[DayResults], period: Period) -> dict[str, Any]:
    """Days without any are included."""
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
    axes = {
        "y": value_axis(title=_title(_("sent"))),
        "orders": value_axis(title=_title(_("orders")), position="right", grid={"display": False}),
    }
    return chart(labels, datasets, axes) | {
        "heads": [_("begins on"), _("sent"), _("orders")],
        "rows": [(start, sent[start], ordered[start]) for start in starts if sent[start] or ordered[start]],
        "days_of_bar": stretch,
    }


def _title(text: str) -> dict[str, Any]:
    return {"display": True, "text": text, "color": TICK_COLOR}


def _starts(period: Period, stretch: int) -> list[dt.date]:
    return [period.first_on + number * DAY for number in range(0, period.days, stretch)]
