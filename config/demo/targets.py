"""What the manager of the demo shop wants to reach, and how far that has come."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from django.contrib.auth.models import User

from analytics.models import Target
from analytics.targets.course import read_course
from analytics.targets.figures import read_days
from crm.figures.periods import months_before
from crm.timezones import day_of

MONTHS_AGO, MONTHS = 4, 12
WANTED = {Target.Figure.LIFETIME_VALUE: Decimal("1.25"), Target.Figure.REPEAT_RATE: Decimal("1.1")}


def set_targets(now: dt.datetime, manager: User) -> None:
    """Set some months ago, with what every night since has read."""
    start = months_before(day_of(now), MONTHS_AGO)
    (found,) = read_days([start])
    for figure, times in WANTED.items():
        if value := found[figure.value]:
            Target.objects.create(
                figure=figure,
                start_value=value,
                wanted_value=round(value * times, 4),
                starts_on=start,
                due_on=months_before(start, -MONTHS),
                read_until=start,
                set_by=manager,
            )
    read_course(now)
