"""When nobody is disturbed: the shop's quiet hours, those of single channels, and when they end for a customer.

Values in, values out: no queries, no clock.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Self
from zoneinfo import ZoneInfo

from chains.engine.local_time import DAY, HOUR, on_clock
from chains.models.guarding import QuietHours
from crm.models import Shop

# Two edges a day in a week, and the one it began with.
MOST_EDGES = 15


@dataclass(frozen=True, slots=True)
class QuietTime:
    """Quiet by the hour or by the weekday (Monday is 0); equal ends mean no quiet hours."""

    start: dt.time = dt.time(21)
    end: dt.time = dt.time(9)
    weekdays: frozenset[int] = frozenset()

    @classmethod
    def of(cls, row: Shop | QuietHours) -> Self:
        return cls(row.quiet_from, row.quiet_until, frozenset(row.quiet_weekdays))

    def covers(self, local: dt.datetime) -> bool:
        return local.weekday() in self.weekdays or self._in_hours(local.time())

    def _in_hours(self, at: dt.time) -> bool:
        if self.start <= self.end:
            return self.start <= at < self.end
        return at >= self.start or at < self.end


@dataclass(frozen=True, slots=True)
class QuietTimes:
    shop: QuietTime = field(default_factory=QuietTime)
    by_channel: Mapping[str, QuietTime] = field(default_factory=dict)

    @classmethod
    def of(cls, shop: Shop, channels: Iterable[QuietHours]) -> Self:
        return cls(QuietTime.of(shop), {row.channel: QuietTime.of(row) for row in channels})

    def end(self, channel: str, at: dt.datetime, zone: ZoneInfo) -> dt.datetime | None:
        """When it is no longer quiet on the channel; None when it is not quiet at this moment."""
        return quiet_ends(at, self.by_channel.get(channel, self.shop), zone)


def quiet_ends(at: dt.datetime, quiet: QuietTime, zone: ZoneInfo) -> dt.datetime | None:
    """When the quiet time around `at` is over; None when it is not quiet then.

    With every weekday quiet the answer lies some days later, and the message ends by being too late.
    """
    if not quiet.covers(at.astimezone(zone)):
        return None
    moment = at
    for _edge in range(MOST_EDGES):
        local = moment.astimezone(zone)
        if not quiet.covers(local):
            return moment
        edge = _next_edge(local, quiet, zone)
        # Where clocks go back the end may come twice, and this is the second time.
        moment = edge if edge > moment else edge + HOUR
    return moment


def _next_edge(local: dt.datetime, quiet: QuietTime, zone: ZoneInfo) -> dt.datetime:
    today, tomorrow = local.date(), local.date() + DAY
    if local.weekday() in quiet.weekdays:
        return on_clock(tomorrow, dt.time(), zone)
    return on_clock(today if local.time() < quiet.end else tomorrow, quiet.end, zone)
