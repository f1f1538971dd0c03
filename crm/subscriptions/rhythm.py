"""The dates on which something comes round. Pure: each is counted from the first, so that none drifts.

Every month from 31 January: 28 February, 31 March.
"""

from __future__ import annotations

import calendar
import datetime as dt
from dataclasses import dataclass

from crm.models import Subscription

DAYS_A_MONTH = 30.4375


@dataclass(frozen=True, slots=True)
class Rhythm:
    anchor_on: dt.date
    every: int
    unit: str

    def on(self, cycle: int) -> dt.date:
        """The date of this cycle; the anchor is cycle nothing."""
        if self.unit == Subscription.Unit.DAY:
            return self.anchor_on + dt.timedelta(days=cycle * self.every)
        return months_later(self.anchor_on, cycle * self.every)

    def first_from(self, day: dt.date, cycle: int = 0) -> int:
        """The first cycle, from this one on, that is not before the day."""
        days = (day - self.anchor_on).days
        length = self.every if self.unit == Subscription.Unit.DAY else self.every * DAYS_A_MONTH
        # By months the guess is at most one off; what follows takes the last step.
        found = max(cycle, int(days / length) - 1)
        while self.on(found) < day:
            found += 1
        return found


def rhythm_of(subscription: Subscription) -> Rhythm:
    return Rhythm(subscription.anchor_on, subscription.every, subscription.unit)


def months_later(day: dt.date, months: int) -> dt.date:
    """The same day of a later month, or its last one."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
