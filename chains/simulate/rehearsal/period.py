"""The days that are rehearsed: whole days of the shop, all of them past."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Self

from django.utils.translation import gettext as _

from crm.timezones import day_of, start_of

DAYS_LIMIT = 366
DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class RehearsalPeriod:
    first_on: dt.date
    last_on: dt.date
    since: dt.datetime
    until: dt.datetime

    @classmethod
    def of(cls, first_on: dt.date, last_on: dt.date, now: dt.datetime) -> Self:
        """Raises ValueError, in words, for days that cannot be rehearsed."""
        if last_on < first_on:
            raise ValueError(_("The last day lies before the first."))
        if last_on > day_of(now):
            raise ValueError(_("A rehearsal needs the past: the last day is yet to come."))
        if (last_on - first_on).days >= DAYS_LIMIT:
            raise ValueError(_("A rehearsal takes at most %(days)d days.") % {"days": DAYS_LIMIT})
        return cls(first_on, last_on, start_of(first_on), min(start_of(last_on + DAY), now))

    def as_json(self) -> dict[str, str]:
        return {"from": self.first_on.isoformat(), "to": self.last_on.isoformat()}
