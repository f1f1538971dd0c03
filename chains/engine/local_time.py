"""When things are due. Values in, values out: no queries, no clock.

Days and weeks are calendar days in the customer's zone (the same hour on another day, whatever the clocks did in
between); hours and minutes are exact. An hour that a change of clocks skips is taken an hour later; one that comes
twice is taken the first time.
"""

from __future__ import annotations

import calendar
import datetime as dt
import hashlib
from collections.abc import Collection
from zoneinfo import ZoneInfo

from chains.models.step import Step

DAY = dt.timedelta(days=1)
HOUR = dt.timedelta(hours=1)
FIRST_RETRY = dt.timedelta(minutes=2)
LAST_RETRY = dt.timedelta(hours=6)


def on_clock(day: dt.date, at: dt.time, zone: ZoneInfo) -> dt.datetime:
    """The moment a wall clock in the zone shows this time on this day, in UTC."""
    return dt.datetime.combine(day, at, zone).astimezone(dt.UTC)


def shifted(at: dt.datetime, amount: int, unit: str, zone: ZoneInfo) -> dt.datetime:
    if unit == Step.Unit.MINUTES:
        return at + dt.timedelta(minutes=amount)
    if unit == Step.Unit.HOURS:
        return at + amount * HOUR
    days = amount * 7 if unit == Step.Unit.WEEKS else amount
    local = at.astimezone(zone)
    return on_clock(local.date() + days * DAY, local.time(), zone)


def next_hour(at: dt.datetime, hour: int, zone: ZoneInfo, weekdays: Collection[int] = ()) -> dt.datetime:
    """The first moment not before `at` when it is this hour in the zone, on one of the weekdays (none: any)."""
    day = at.astimezone(zone).date()
    for offset in range(9):
        moment = on_clock(day + offset * DAY, dt.time(hour), zone)
        if moment >= at and (not weekdays or (day + offset * DAY).weekday() in weekdays):
            return moment
    raise ValueError(f"no weekday of {weekdays}")


def turn(at: dt.datetime, hour: int | None, weekday: int | None, zone: ZoneInfo) -> dt.datetime:
    """When a message goes that waits for an hour, for a day of the week, for both, or for neither."""
    if hour is not None:
        return next_hour(at, hour, zone, () if weekday is None else (weekday,))
    if weekday is None:
        return at
    local = at.astimezone(zone)
    days = (weekday - local.weekday()) % 7
    return on_clock(local.date() + days * DAY, local.time(), zone) if days else at


def day_of_year(month: int, day: int, year: int) -> dt.date:
    """That day of the year; 29 February is kept on the 28th where there is no 29th."""
    return dt.date(year, month, min(day, calendar.monthrange(year, month)[1]))


def yearly(since: dt.date, days: int, hour: int, zone: ZoneInfo, near: dt.datetime) -> list[dt.datetime]:
    """The moments around `near` that lie `days` from a yearly date (the first year itself is not an anniversary)."""
    years = {(near.astimezone(zone).date() - days * DAY).year + shift for shift in (-1, 0, 1)}
    dates = [day_of_year(since.month, since.day, year) for year in sorted(years) if year > since.year]
    return [on_clock(date + days * DAY, dt.time(hour), zone) for date in dates]


def months_after(day: dt.date, months: int) -> dt.date:
    """The same day some months later, or the month's last day where there is none."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return day_of_year(month + 1, day.day, year)


def spread(key: str, over: dt.timedelta = HOUR) -> dt.timedelta:
    """A steady share of the time span, so that what waited for one moment does not leave in one second."""
    digest = int.from_bytes(hashlib.blake2s(key.encode(), digest_size=4).digest(), "big")
    return over * (digest / 2**32)


def retry_after(attempts: int) -> dt.timedelta:
    """How long to leave a failing provider alone after so many attempts: 2, 4, 8 … minutes, at most 6 hours."""
    doublings: int = 2 ** min(max(attempts - 1, 0), 10)
    return min(FIRST_RETRY * doublings, LAST_RETRY)
