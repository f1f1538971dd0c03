"""Days in rules are calendar days of the shop, however long the clock makes them."""

import datetime as dt

import pytest

from segments.admin.sparkline import sparkline
from segments.vocabulary.field import Compilation
from segments.vocabulary.profile import years_before


def utc(text):
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("zone", "now", "days", "begins"),
    [
        pytest.param("Europe/Berlin", "2026-03-29T10:00", 0, "2026-03-28T23:00", id="a day of 23 hours"),
        pytest.param("Europe/Berlin", "2026-03-30T10:00", 0, "2026-03-29T22:00", id="the day after it"),
        pytest.param("Europe/Berlin", "2026-03-30T10:00", 1, "2026-03-28T23:00", id="seen from the next day"),
        pytest.param("Europe/Berlin", "2026-10-25T22:30", 0, "2026-10-24T22:00", id="the 25th hour of a long day"),
        pytest.param("Asia/Vladivostok", "2026-03-10T14:00", 0, "2026-03-10T14:00", id="tomorrow in the east"),
        pytest.param("Asia/Beirut", "2026-03-29T10:00", 0, "2026-03-28T22:00", id="a midnight that is skipped"),
    ],
)
def test_a_day_begins_at_midnight_in_the_shop(settings, zone, now, days, begins):
    settings.TIME_ZONE = zone

    assert Compilation(utc(now)).days_ago(days) == utc(begins)


@pytest.mark.parametrize(
    ("today", "born_on", "age"),
    [
        pytest.param("2025-02-28", "2000-02-29", 24, id="not yet on 28 February"),
        pytest.param("2025-03-01", "2000-02-29", 25, id="on 1 March of a short year"),
        pytest.param("2024-02-29", "2000-02-29", 24, id="on the day itself"),
        pytest.param("2024-02-29", "1999-03-01", 24, id="born the day after, seen on a leap day"),
        pytest.param("2026-12-31", "2001-12-31", 25, id="on the last day of the year"),
        pytest.param("2026-01-01", "2001-12-31", 24, id="the day after New Year"),
    ],
)
def test_age_is_in_whole_years(today, born_on, age):
    day, born = dt.date.fromisoformat(today), dt.date.fromisoformat(born_on)

    assert years_before(day, age + 1) < born <= years_before(day, age)


def test_a_line_of_sizes_needs_two_days():
    day = dt.date(2026, 3, 10)

    assert sparkline([(day, 5)]) == ""
    assert sparkline([(day, 0), (day + dt.timedelta(days=1), 0)]) == "0.0,38.0 160.0,38.0"
    assert sparkline([(day, 0), (day + dt.timedelta(days=2), 10)]) == "0.0,38.0 160.0,2.0"
