"""When a chain starts by the calendar. Values in, values out: no queries, no clock."""

from __future__ import annotations

import calendar
import datetime as dt
from zoneinfo import ZoneInfo

from chains.engine.local_time import DAY, on_clock
from chains.models import Chain
from chains.program.trigger import Trigger

# Zones are up to so far from UTC, so a day of the calendar happens somewhere within this of its own in UTC.
FARTHEST = dt.timedelta(hours=14)


def falls_on(trigger: Trigger, day: dt.date) -> bool:
    """Whether this is a day of the calendar on which the chain starts; the 31st is the last of a shorter month."""
    if trigger.kind == Chain.Trigger.MOMENT:
        return day == trigger.on
    if trigger.every == Chain.Every.DAY:
        return True
    if trigger.every == Chain.Every.WEEK:
        return day.weekday() in trigger.weekdays
    is_day = day.day == min(trigger.day, calendar.monthrange(day.year, day.month)[1])
    return is_day and (trigger.every == Chain.Every.MONTH or day.month == trigger.month)


def latest(trigger: Trigger, zone: ZoneInfo, since: dt.datetime, until: dt.datetime) -> dt.datetime | None:
    """The last start in the zone after `since`, not after `until`: an outage makes up for one start, not for each."""
    first, last = since.astimezone(zone).date(), until.astimezone(zone).date()
    for back in range((last - first).days + 1):
        day = last - back * DAY
        moment = on_clock(day, dt.time(trigger.hour), zone)
        if falls_on(trigger, day) and since < moment <= until:
            return moment
    return None


def coming(trigger: Trigger, zone: ZoneInfo, now: dt.datetime) -> dt.datetime | None:
    """The next start in the zone; None when there is none within a leap year's distance."""
    today = now.astimezone(zone).date()
    for ahead in range(8 * 366 + 1):
        day = today + ahead * DAY
        moment = on_clock(day, dt.time(trigger.hour), zone)
        if falls_on(trigger, day) and moment > now:
            return moment
    return None


def may_start(trigger: Trigger, since: dt.datetime, until: dt.datetime) -> bool:
    """Whether there is any zone in the world in which it may start then."""
    return latest(trigger, ZoneInfo("UTC"), since - FARTHEST, until + FARTHEST) is not None
