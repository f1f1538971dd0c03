"""All targets, by what became of them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from analytics.admin.charts import Chart
from analytics.admin.target_chart import target_chart
from analytics.admin.target_lines import TargetLine, target_line
from analytics.models import Target, TargetReading
from analytics.targets.figures import Readings
from analytics.targets.progress import Standing

# Of those that are over, the latest; all of them are in the file.
SHOWN, CHARTS = 20, 4


@dataclass(frozen=True)
class TargetList:
    """`groups` are named and in order; `charts` are of those that run, the nearest day first."""

    groups: list[tuple[str, list[TargetLine]]]
    charts: list[tuple[str, Chart]]


def target_list(today: dt.date, values: Readings) -> TargetList:
    current = [target_line(target, values[target.figure], today) for target in Target.objects.current(today)]
    running = [line for line in current if line.is_current]
    over = [target_line(target, _last_value(target), today) for target in _over(today)]
    closed = [line for line in current if not line.is_current] + over
    groups = [
        (_("Running"), running),
        (_("Reached"), [line for line in closed if line.progress.standing is Standing.REACHED]),
        (_("Missed"), [line for line in closed if line.progress.standing in {Standing.MISSED, Standing.OVER}]),
        (_("Given up"), [line for line in closed if line.progress.standing is Standing.GIVEN_UP]),
    ]
    return TargetList([(name, lines) for name, lines in groups if lines], _charts(running[:CHARTS], today))


def _over(today: dt.date) -> Any:
    past = Target.objects.exclude(pk__in=Target.objects.current(today).values("pk"))
    return past.with_last_value().order_by("-due_on", "-pk")[:SHOWN]


def _last_value(target: Any) -> Any:
    return target.start_value if target.last_value is None else target.last_value


def _charts(lines: list[TargetLine], today: dt.date) -> list[tuple[str, Chart]]:
    courses: dict[int, dict[dt.date, Any]] = {line.target.pk: {} for line in lines}
    for target_id, day, value in TargetReading.objects.filter(target__in=courses).values_list("target", "day", "value"):
        courses[target_id][day] = value
    for line in lines:
        if line.progress.value is not None and today > line.target.starts_on:
            courses[line.target.pk][today] = line.progress.value
    return [
        (str(line.target), target_chart(line.target, course)) for line in lines if (course := courses[line.target.pk])
    ]
