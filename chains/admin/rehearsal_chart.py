"""The chart of a rehearsal: messages a day."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

from django.utils import formats
from django.utils.translation import gettext as _

from chains.simulate.rehearsal.period import DAY

TICK_COLOR = "#8b93a1"


def chart_of(result: dict[str, Any]) -> dict[str, Any]:
    """Messages a day, days without any included: `data` and `options` are Chart.js's."""
    counts = {day["day"]: day for day in result["days"]}
    first, last = (dt.date.fromisoformat(result[name]) for name in ("from", "to"))
    days = [first + number * DAY for number in range((last - first).days + 1)]
    rows = [(day, *(counts.get(day.isoformat(), {}).get(name, 0) for name in ("service", "marketing"))) for day in days]
    labels = [formats.date_format(day, "j M") for day in days]
    series = [
        _series(_("service"), [service for _day, service, _marketing in rows], "--color-primary-700"),
        _series(_("marketing"), [marketing for _day, _service, marketing in rows], "--color-primary-300"),
    ]
    return {
        "data": json.dumps({"labels": labels, "datasets": series}),
        "options": json.dumps(_options()),
        "rows": [row for row in rows if row[1] or row[2]],
    }


def _series(name: str, values: list[int], color: str) -> dict[str, Any]:
    return {"label": name, "data": values, "backgroundColor": f"var({color})", "maxBarThickness": 28}


def _options() -> dict[str, Any]:
    ticks = {"color": TICK_COLOR, "maxRotation": 0, "autoSkipPadding": 12}
    axis = {"stacked": True, "beginAtZero": True, "ticks": {**ticks, "precision": 0}, "grid": {"lineWidth": 0.5}}
    return {
        "responsive": True,
        "maintainAspectRatio": False,
        "animation": False,
        "interaction": {"mode": "index", "intersect": False},
        "plugins": {"legend": {"display": True, "align": "end", "labels": {"color": TICK_COLOR, "boxWidth": 10}}},
        "scales": {"x": {"stacked": True, "grid": {"display": False}, "ticks": ticks}, "y": axis},
    }
