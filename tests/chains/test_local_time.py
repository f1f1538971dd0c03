import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from chains.engine import local_time
from chains.engine.guard.quiet_hours import QuietTime, quiet_ends

UTC = dt.UTC
MOSCOW = ZoneInfo("Europe/Moscow")
BERLIN = ZoneInfo("Europe/Berlin")
AUCKLAND = ZoneInfo("Pacific/Auckland")
NEW_YORK = ZoneInfo("America/New_York")


def at(text):
    return dt.datetime.fromisoformat(text).astimezone(UTC)


@pytest.mark.parametrize(
    ("told", "start", "amount", "unit", "zone", "end"),
    [
        ("minutes are exact", "2026-03-10T10:00+00:00", 90, "minutes", BERLIN, "2026-03-10T11:30+00:00"),
        ("hours over a change are exact", "2026-03-29T00:30+01:00", 3, "hours", BERLIN, "2026-03-29T04:30+02:00"),
        ("a day into summer keeps the hour", "2026-03-28T10:00+01:00", 1, "days", BERLIN, "2026-03-29T10:00+02:00"),
        ("a day into winter keeps the hour", "2026-10-24T10:00+02:00", 1, "days", BERLIN, "2026-10-25T10:00+01:00"),
        ("a skipped hour is an hour later", "2026-03-28T02:30+01:00", 1, "days", BERLIN, "2026-03-29T03:30+02:00"),
        (
            "an hour that comes twice is the first",
            "2026-10-24T02:30+02:00",
            1,
            "days",
            BERLIN,
            "2026-10-25T02:30+02:00",
        ),
        ("weeks over the new year", "2025-12-25T10:00+03:00", 2, "weeks", MOSCOW, "2026-01-08T10:00+03:00"),
        ("backwards", "2026-03-10T10:00+03:00", -1, "days", MOSCOW, "2026-03-09T10:00+03:00"),
        ("over a leap day", "2028-02-28T10:00+03:00", 1, "days", MOSCOW, "2028-02-29T10:00+03:00"),
    ],
)
def test_a_time_span_ends(told, start, amount, unit, zone, end):
    assert local_time.shifted(at(start), amount, unit, zone) == at(end)


@pytest.mark.parametrize(
    ("told", "start", "hour", "zone", "weekdays", "end"),
    [
        ("later today", "2026-03-10T09:00+03:00", 10, MOSCOW, (), "2026-03-10T10:00+03:00"),
        ("exactly now", "2026-03-10T10:00+03:00", 10, MOSCOW, (), "2026-03-10T10:00+03:00"),
        ("tomorrow", "2026-03-10T10:00:01+03:00", 10, MOSCOW, (), "2026-03-11T10:00+03:00"),
        ("the customer's day", "2026-03-10T22:00+00:00", 10, AUCKLAND, (), "2026-03-12T10:00+13:00"),
        ("next Monday", "2026-03-10T09:00+03:00", 10, MOSCOW, (0,), "2026-03-16T10:00+03:00"),
        ("the same weekday, passed", "2026-03-10T11:00+03:00", 10, MOSCOW, (1,), "2026-03-17T10:00+03:00"),
        ("an hour that is skipped", "2026-03-28T12:00+01:00", 2, BERLIN, (), "2026-03-29T03:00+02:00"),
    ],
)
def test_the_next_hour_of_the_customers_day(told, start, hour, zone, weekdays, end):
    assert local_time.next_hour(at(start), hour, zone, weekdays) == at(end)


@pytest.mark.parametrize(
    ("told", "moment", "zone", "quiet", "end"),
    [
        ("noon is not quiet", "2026-03-10T12:00+03:00", MOSCOW, QuietTime(), None),
        ("the last second before the night", "2026-03-10T20:59:59+03:00", MOSCOW, QuietTime(), None),
        ("the night begins", "2026-03-10T21:00+03:00", MOSCOW, QuietTime(), "2026-03-11T09:00+03:00"),
        ("after midnight", "2026-03-11T00:30+03:00", MOSCOW, QuietTime(), "2026-03-11T09:00+03:00"),
        ("the last second of the night", "2026-03-11T08:59:59+03:00", MOSCOW, QuietTime(), "2026-03-11T09:00+03:00"),
        ("the night is over", "2026-03-11T09:00+03:00", MOSCOW, QuietTime(), None),
        ("the customer's night", "2026-03-10T13:00+00:00", NEW_YORK, QuietTime(), None),
        ("the night of the change to summer", "2026-03-29T01:30+01:00", BERLIN, QuietTime(), "2026-03-29T09:00+02:00"),
        ("the night of the change to winter", "2026-10-25T02:30+02:00", BERLIN, QuietTime(), "2026-10-25T09:00+01:00"),
        (
            "a quiet Sunday after Saturday night",
            "2026-03-14T22:00+03:00",
            MOSCOW,
            QuietTime(weekdays=frozenset({6})),
            "2026-03-16T09:00+03:00",
        ),
        (
            "a siesta",
            "2026-03-10T13:30+03:00",
            MOSCOW,
            QuietTime(dt.time(13), dt.time(15)),
            "2026-03-10T15:00+03:00",
        ),
        ("equal ends mean never", "2026-03-10T03:00+03:00", MOSCOW, QuietTime(dt.time(9), dt.time(9)), None),
    ],
)
def test_quiet_time_ends(told, moment, zone, quiet, end):
    assert quiet_ends(at(moment), quiet, zone) == (at(end) if end else None)


def test_quiet_on_every_day_of_the_week_still_gives_an_answer():
    moment = at("2026-03-10T12:00+03:00")

    end = quiet_ends(moment, QuietTime(weekdays=frozenset(range(7))), MOSCOW)

    assert end is not None
    assert end > moment


@pytest.mark.parametrize(
    ("told", "born", "days", "near", "expected"),
    [
        ("the day itself", dt.date(1990, 3, 10), 0, "2026-03-10T12:00+03:00", "2026-03-10T10:00+03:00"),
        ("a week before", dt.date(1990, 3, 17), -7, "2026-03-10T12:00+03:00", "2026-03-10T10:00+03:00"),
        ("before, over the new year", dt.date(1990, 1, 3), -7, "2025-12-27T12:00+03:00", "2025-12-27T10:00+03:00"),
        ("29 February in a common year", dt.date(1992, 2, 29), 0, "2026-02-28T12:00+03:00", "2026-02-28T10:00+03:00"),
        ("29 February in a leap year", dt.date(1992, 2, 29), 0, "2028-02-29T12:00+03:00", "2028-02-29T10:00+03:00"),
    ],
)
def test_a_yearly_date_comes_again(told, born, days, near, expected):
    assert at(expected) in local_time.yearly(born, days, 10, MOSCOW, at(near))


def test_the_first_year_is_no_anniversary():
    moments = local_time.yearly(dt.date(2026, 3, 10), 0, 10, MOSCOW, at("2026-03-10T12:00+03:00"))

    assert moments == [at("2027-03-10T10:00+03:00")]


@pytest.mark.parametrize(
    ("told", "day", "months", "expected"),
    [
        ("a year", dt.date(2025, 3, 10), 12, dt.date(2026, 3, 10)),
        ("over the new year", dt.date(2025, 11, 30), 3, dt.date(2026, 2, 28)),
        ("the end of a long month", dt.date(2026, 1, 31), 1, dt.date(2026, 2, 28)),
        ("from a leap day", dt.date(2028, 2, 29), 12, dt.date(2029, 2, 28)),
    ],
)
def test_months_later(told, day, months, expected):
    assert local_time.months_after(day, months) == expected


def test_retries_back_off_up_to_six_hours():
    minutes = [local_time.retry_after(attempt).total_seconds() / 60 for attempt in (1, 2, 3, 8, 20)]

    assert minutes == [2, 4, 8, 256, 360]


def test_the_spread_is_steady_and_stays_within_its_hour():
    shares = [local_time.spread(str(key)) for key in range(200)]

    assert shares == [local_time.spread(str(key)) for key in range(200)]
    assert dt.timedelta() <= min(shares) < dt.timedelta(minutes=5)
    assert dt.timedelta(minutes=55) < max(shares) < dt.timedelta(hours=1)
