"""Every night: how far each target has come, a row a day, so that its course can be drawn."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from analytics.models import Target, TargetReading
from analytics.targets.figures import Readings, read_days
from crm.timezones import day_of

DAY = dt.timedelta(days=1)
# So many days that were missed are read in one query.
AT_ONCE = 31


def read_course(now: dt.datetime) -> int:
    """Read the days that are over and not read yet, those of nights that were missed too; return how many rows."""
    yesterday = day_of(now) - DAY
    written = 0
    while unread := list(Target.objects.unread(yesterday)):
        first_on = min(target.read_until for target in unread) + DAY
        days = [first_on + number * DAY for number in range(min((yesterday - first_on).days + 1, AT_ONCE))]
        written += _write(unread, dict(zip(days, read_days(days), strict=True)))
    return written


@transaction.atomic
def _write(targets: list[Target], found: dict[dt.date, Readings]) -> int:
    """Each target's own days among these; one night may be read twice and is written once."""
    last_on, written = max(found), 0
    for target in targets:
        own = {day: found[day][target.figure] for day in found if target.read_until < day <= target.due_on}
        values = {day: value for day, value in own.items() if value is not None}
        rows = [TargetReading(target=target, day=day, value=value) for day, value in values.items()]
        TargetReading.objects.bulk_create(rows, ignore_conflicts=True)
        reached = [day for day, value in values.items() if value >= target.wanted_value]
        target.reached_on = target.reached_on or min(reached, default=None)
        # Not by `save`, which would write into the history that somebody changed it.
        read_until = max(target.read_until, min(last_on, target.due_on))
        Target.objects.filter(pk=target.pk).update(read_until=read_until, reached_on=target.reached_on)
        written += len(rows)
    return written
