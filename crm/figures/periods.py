"""Stretches of the shop's calendar days."""

from __future__ import annotations

import calendar
import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True)
class Period:
    """From the first day to the last, both included."""

    first_on: dt.date
    last_on: dt.date

    def __post_init__(self) -> None:
        if self.last_on < self.first_on:
            raise ValueError("A period cannot end before it begins.")

    @property
    def days(self) -> int:
        return (self.last_on - self.first_on).days + 1

    def just_before(self) -> Period | None:
        """As many days right before it; None where the calendar has no such days."""
        if (self.first_on - dt.date.min).days < self.days:
            return None
        return Period(self.first_on - dt.timedelta(days=self.days), self.first_on - dt.timedelta(days=1))


ALL_TIME = Period(dt.date.min, dt.date.max)


def months_before(day: dt.date, months: int) -> dt.date:
    """The same day so many months earlier, or the last day of that month where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def this_month(today: dt.date) -> Period:
    return Period(today.replace(day=1), today)


def this_quarter(today: dt.date) -> Period:
    return Period(today.replace(day=1, month=(today.month - 1) // 3 * 3 + 1), today)


def last_year(today: dt.date) -> Period:
    """The twelve months that end today."""
    return Period(months_before(today, 12) + dt.timedelta(days=1), today)


def shifted(period: Period, months: int) -> Period:
    """The same stretch of the calendar so many months earlier, to compare a running month with its like."""
    return Period(months_before(period.first_on, months), months_before(period.last_on, months))
