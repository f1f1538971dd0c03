"""The hours in which a shop works: when a promise that counts in them falls due, and how much of a time lay in them.

Values in, values out. Hours are those of the clock on the wall, so that a day on which the clock is moved is an hour
shorter or longer; everything is reckoned in UTC.
"""

from __future__ import annotations

import bisect
import datetime as dt
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple
from zoneinfo import ZoneInfo

MINUTES_OF_DAY = 24 * 60
# Fewer would put the longest promise decades off.
LEAST_MINUTES_A_WEEK = 60
_SPAN = re.compile(r"(\d{1,2}):?(\d{2})?\s*[-–—]\s*(\d{1,2}):?(\d{2})?")
_DAY = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})|(\d{1,2})\.(\d{1,2})\.(\d{4})")


class Span(NamedTuple):
    """Minutes since midnight; what closes no later than it opens, closes on the next day. 24:00 is midnight."""

    opens: int
    closes: int

    @property
    def ends(self) -> int:
        return self.closes if self.closes > self.opens else self.closes + MINUTES_OF_DAY


class Window(NamedTuple):
    """A time in which the shop works, in UTC."""

    start: dt.datetime
    end: dt.datetime


@dataclass(frozen=True)
class WorkingHours:
    """By weekday, Monday first; a day without a span is closed. Hours that begin on a holiday fall out."""

    zone: ZoneInfo
    week: tuple[tuple[Span, ...], ...]
    holidays: frozenset[dt.date] = field(default_factory=frozenset)

    def due(self, since: dt.datetime, work: dt.timedelta) -> dt.datetime:
        """The moment by which so much of the time since then was worked."""
        left = work
        for window in self.windows(since):
            if left <= window.end - window.start:
                return window.start + left
            left -= window.end - window.start
        raise ValueError("There are no working hours.")

    def windows(self, since: dt.datetime) -> Iterator[Window]:
        """What is worked after this moment, without an end, none twice. Nothing at all in a week without hours."""
        day = since.astimezone(self.zone).date() - dt.timedelta(days=1)
        worked_until = since.astimezone(dt.UTC)
        while any(self.week):
            for span in self.week[day.weekday()] if day not in self.holidays else ():
                start = max(self._moment(day, span.opens), worked_until)
                end = self._moment(day, span.ends)
                if end > start:
                    yield Window(start, end)
                    worked_until = end
            day += dt.timedelta(days=1)

    def _moment(self, day: dt.date, minutes: int) -> dt.datetime:
        """That time of this day's clock. One that is skipped in spring is the moment the clock is moved forward by."""
        days, rest = divmod(minutes, MINUTES_OF_DAY)
        local = dt.datetime.combine(day + dt.timedelta(days=days), dt.time(rest // 60, rest % 60), tzinfo=self.zone)
        return local.astimezone(dt.UTC)


@dataclass(frozen=True)
class RoundTheClock:
    """Every hour counts."""

    def due(self, since: dt.datetime, work: dt.timedelta) -> dt.datetime:
        return since.astimezone(dt.UTC) + work

    def windows(self, since: dt.datetime) -> Iterator[Window]:
        yield Window(since.astimezone(dt.UTC), dt.datetime.max.replace(tzinfo=dt.UTC))


Calendar = WorkingHours | RoundTheClock


@dataclass(frozen=True)
class WorkedTime:
    """How much was worked between two moments of a period, for as many pairs of them as are asked."""

    calendar: Calendar
    start: dt.datetime
    end: dt.datetime

    def between(self, since: dt.datetime, until: dt.datetime) -> dt.timedelta:
        worked = self._so_far(until.astimezone(dt.UTC)) - self._so_far(since.astimezone(dt.UTC))
        return max(worked, dt.timedelta())

    def _so_far(self, moment: dt.datetime) -> dt.timedelta:
        windows, sums = self._windows
        place = bisect.bisect_right(windows, moment, key=lambda window: window.start)
        if not place:
            return dt.timedelta()
        last = windows[place - 1]
        return sums[place - 1] + (min(moment, last.end) - last.start)

    @cached_property
    def _windows(self) -> tuple[list[Window], list[dt.timedelta]]:
        """Each with what was worked before it."""
        windows: list[Window] = []
        sums = [dt.timedelta()]
        for window in self.calendar.windows(self.start):
            if window.start >= self.end:
                break
            windows.append(window)
            sums.append(sums[-1] + window.end - window.start)
        return windows, sums


def spans(text: str) -> tuple[Span, ...]:
    """“9-13, 14:00-18:00” as spans in their order. ValueError with what cannot be read."""
    found = sorted(_span(part.strip()) for part in text.replace(";", ",").split(",") if part.strip())
    for earlier, later in zip(found, found[1:], strict=False):
        if later.opens < earlier.ends:
            raise ValueError(text)
    return tuple(found)


def days(text: str) -> frozenset[dt.date]:
    """One a line, e.g. 2026-12-25 or 25.12.2026, and after it what is celebrated. ValueError with such a line."""
    return frozenset(_day(line.strip()) for line in text.splitlines() if line.strip())


def minutes_of(week: Sequence[Sequence[Span]]) -> int:
    return sum(span.ends - span.opens for day in week for span in day)


def _span(text: str) -> Span:
    match = _SPAN.fullmatch(text)
    if match is None:
        raise ValueError(text)
    from_hour, from_minute, to_hour, to_minute = (int(part or 0) for part in match.groups())
    span = Span(from_hour * 60 + from_minute, to_hour * 60 + to_minute)
    if max(from_minute, to_minute) > 59 or span.opens >= MINUTES_OF_DAY or not 0 <= span.closes <= MINUTES_OF_DAY:
        raise ValueError(text)
    return span


def _day(line: str) -> dt.date:
    match = _DAY.match(line)
    if match is None:
        raise ValueError(line)
    year, month, day, other_day, other_month, other_year = (int(part or 0) for part in match.groups())
    try:
        return dt.date(year or other_year, month or other_month, day or other_day)
    except ValueError as error:
        raise ValueError(line) from error
