"""The course of every target as CSV."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.db.models import Prefetch
from django.http import HttpResponse
from django.utils.translation import gettext as _

from analytics.admin.export import Rows, csv_file
from analytics.admin.target_lines import target_line
from analytics.models import Target, TargetReading
from analytics.targets.figures import Readings
from analytics.targets.progress import needed_on


def courses(today: dt.date, values: Readings) -> HttpResponse:
    """A row for the start and for each day that was read. Shares are parts of one, as in the other files."""
    heading = [
        _("figure"),
        _("from the day"),
        _("to be reached by"),
        _("value at the start"),
        _("wanted value"),
        _("state"),
        _("set by"),
        _("note"),
        _("day"),
        _("value on the line"),
        _("value"),
    ]
    by_day = Prefetch("readings", TargetReading.objects.order_by("day"))
    targets = Target.objects.select_related("set_by").prefetch_related(by_day).order_by("starts_on", "pk")
    rows: Rows = [heading, *(row for target in targets for row in _course(target, values, today))]
    return csv_file(f"encore-targets-{today}.csv", rows)


def _course(target: Target, values: Readings, today: dt.date) -> Iterator[list[Any]]:
    known = [
        target.get_figure_display(),
        target.starts_on,
        target.due_on,
        target.start_value,
        target.wanted_value,
        target_line(target, values[target.figure], today).state,
        target.set_by.get_username() if target.set_by else "",
        target.note,
    ]
    course = {target.starts_on: target.start_value, **{one.day: one.value for one in target.readings.all()}}
    for day, value in course.items():
        yield [*known, day, round(needed_on(target, day), 6), value]
