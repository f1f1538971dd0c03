"""The chart of a rehearsal: messages a day."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils import formats
from django.utils.translation import gettext as _

from chains.admin.charts import chart, value_axis
from chains.simulate.rehearsal.period import DAY


def chart_of(result: dict[str, Any]) -> dict[str, Any]:
    """Messages a day, days without any included."""
    counts = {day["day"]: day for day in result["days"]}
    first, last = (dt.date.fromisoformat(result[name]) for name in ("from", "to"))
    days = [first + number * DAY for number in range((last - first).days + 1)]
    rows = [(day, *(counts.get(day.isoformat(), {}).get(name, 0) for name in ("service", "marketing"))) for day in days]
    labels = [formats.date_format(day, "j M") for day in days]
    series = [
        _series(_("service"), [service for _day, service, _marketing in rows], "--color-primary-700"),
        _series(_("marketing"), [marketing for _day, _service, marketing in rows], "--color-primary-300"),
    ]
    return chart(labels, series, {"y": value_axis(stacked=True)}, is_stacked=True) | {
        "heads": [_("Day"), _("service"), _("marketing")],
        "rows": [row for row in rows if row[1] or row[2]],
    }


def _series(name: str, values: list[int], color: str) -> dict[str, Any]:
    return {"label": name, "data": values, "backgroundColor": f"var({color})", "maxBarThickness": 28}
