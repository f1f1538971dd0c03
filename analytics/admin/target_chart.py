"""The course of a target beside the line that leads to it."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from analytics.admin.changes import Unit
from analytics.admin.charts import Chart, chart_options, chart_series
from analytics.admin.target_wording import unit_of
from analytics.models import Target
from analytics.targets.progress import needed_on
from crm.shop_currency import shop_currency

DAY, WEEK = dt.timedelta(days=1), dt.timedelta(days=7)


def target_chart(target: Target, course: Mapping[dt.date, Decimal]) -> Chart:
    """`course` is what was read by day. Of it stand there the days of whole weeks, and the one read last."""
    days = [target.starts_on + number * DAY for number in range((target.due_on - target.starts_on).days + 1)]
    told = _told_days(target, max(course, default=target.starts_on))
    known = {target.starts_on: target.start_value, **course}
    unit = unit_of(target.figure)
    wanted = [float(needed_on(target, day)) for day in days]
    came = [float(known[day]) if day in told and day in known else None for day in days]
    series = [
        chart_series(_("line to the target"), wanted, "--color-base-500", 2)
        | {"borderDash": [6, 5], "pointStyle": "line", "pointRadius": 0, "tension": 0},
        chart_series(_("how it went"), came, "--color-primary-600", 2)
        | {"pointStyle": "rectRot", "pointRadius": 4, "spanGaps": True, "tension": 0},
    ]
    return Chart(
        "line",
        json.dumps({"labels": [date_format(day, "SHORT_DATE_FORMAT") for day in days], "datasets": series}),
        chart_options(_tick_format(unit), has_legend=True, begins_at_zero=False),
        [_("Day"), _("Line to the target"), _("How it went")],
        [
            [date_format(day, "SHORT_DATE_FORMAT"), unit.show(needed_on(target, day)), unit.show(known.get(day))]
            for day in told
        ],
    )


def _told_days(target: Target, read_on: dt.date) -> list[dt.date]:
    weeks = (target.due_on - target.starts_on) // WEEK
    return sorted({*(target.starts_on + number * WEEK for number in range(weeks + 1)), read_on, target.due_on})


def _tick_format(unit: Unit) -> dict[str, Any]:
    # The least has to be said: the chart's own may be more than the most, and then nothing is drawn.
    places = {"minimumFractionDigits": 0, "maximumFractionDigits": 2}
    match unit:
        case Unit.MONEY:
            return {"style": "currency", "currency": shop_currency()} | places
        case Unit.SHARE:
            return {"style": "percent"} | places
    return places
