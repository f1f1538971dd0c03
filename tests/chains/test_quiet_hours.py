"""Quiet hours around changes of clocks: an end that has passed would drop the message instead of putting it off."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from chains.engine.guard.quiet_hours import QuietTime, quiet_ends

MINUTES = dt.timedelta(minutes=10)


@pytest.mark.parametrize(
    ("zone", "day"),
    [
        ("America/New_York", dt.date(2026, 3, 8)),
        ("America/New_York", dt.date(2026, 11, 1)),
        ("America/Havana", dt.date(2026, 11, 1)),
        ("Africa/Casablanca", dt.date(2026, 2, 15)),
        ("Australia/Lord_Howe", dt.date(2026, 4, 5)),
        ("Pacific/Kiritimati", dt.date(2026, 12, 31)),
    ],
)
@pytest.mark.parametrize("hours", [(21, 0, 9, 0), (1, 0, 2, 30), (23, 30, 0, 30), (2, 15, 2, 45)])
def test_quiet_ends_later_and_when_it_is_not_quiet(zone, day, hours):
    zone = ZoneInfo(zone)
    quiet = QuietTime(dt.time(*hours[:2]), dt.time(*hours[2:]))
    noon = dt.datetime.combine(day, dt.time(12), dt.UTC)
    moments = [noon + step * MINUTES for step in range(-216, 144)]

    ends = [(moment, quiet_ends(moment, quiet, zone)) for moment in moments]

    put_off = [(moment, end) for moment, end in ends if end]
    assert put_off
    assert all(moment < end <= moment + dt.timedelta(hours=14) for moment, end in put_off)
    assert not any(quiet.covers(end.astimezone(zone)) for _moment, end in put_off)
