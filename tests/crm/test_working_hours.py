import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.working_hours import RoundTheClock, Span, WorkedTime, WorkingHours, days, spans

BERLIN = ZoneInfo("Europe/Berlin")
HOUR = dt.timedelta(hours=1)
MINUTE = dt.timedelta(minutes=1)
OFFICE = ("9-18",) * 5 + ("", "")
NIGHTS = ("22-06",) * 7
ALWAYS = ("00:00-24:00",) * 7


def hours(week, *, zone=BERLIN, holidays=""):
    return WorkingHours(zone, tuple(spans(day) for day in week), days(holidays))


def berlin(text):
    return dt.datetime.fromisoformat(text).replace(tzinfo=BERLIN)


@pytest.mark.parametrize(
    ("calendar", "since", "work", "due"),
    [
        (hours(OFFICE), "2026-03-27T17:00", 4 * HOUR, "2026-03-30T12:00+02:00"),
        (RoundTheClock(), "2026-03-28T20:00", 8 * HOUR, "2026-03-29T05:00+02:00"),
        (RoundTheClock(), "2026-10-24T20:00", 8 * HOUR, "2026-10-25T03:00+01:00"),
        (hours(ALWAYS), "2026-03-28T20:00", 8 * HOUR, "2026-03-29T05:00+02:00"),
        (hours(ALWAYS), "2026-10-24T20:00", 8 * HOUR, "2026-10-25T03:00+01:00"),
        (hours(NIGHTS), "2026-03-28T23:00", 4 * HOUR, "2026-03-29T04:00+02:00"),
        # From within a night that began yesterday, and from the day before it.
        (hours(NIGHTS), "2026-06-02T01:00", 6 * HOUR, "2026-06-02T23:00+02:00"),
        (hours(NIGHTS), "2026-06-02T12:00", HOUR, "2026-06-02T23:00+02:00"),
        # Exactly what is left of the day ends with it; a minute more is the next morning.
        (hours(OFFICE), "2026-06-02T17:00", HOUR, "2026-06-02T18:00+02:00"),
        (hours(OFFICE), "2026-06-02T17:00", HOUR + MINUTE, "2026-06-03T09:01+02:00"),
        (hours(OFFICE), "2026-06-02T07:30", HOUR, "2026-06-02T10:00+02:00"),
        # A lunch break, and a holiday on a Friday before a weekend.
        (hours(("9-13, 14-18",) * 5 + ("", "")), "2026-06-02T12:00", 2 * HOUR, "2026-06-02T15:00+02:00"),
        (hours(OFFICE, holidays="25.12.2026 Christmas"), "2026-12-24T17:30", HOUR, "2026-12-28T09:30+01:00"),
        # The clock skips from two to three: these hours are not there, and so is nothing due in them.
        (hours(("2-3",) * 7), "2026-03-28T12:00", HOUR, "2026-03-30T03:00+02:00"),
    ],
)
def test_due_is_reckoned_in_working_hours_of_the_wall_clock(calendar, since, work, due):
    assert calendar.due(berlin(since), work) == dt.datetime.fromisoformat(due)


def test_a_shop_that_works_to_midnight_loses_no_minute_a_night():
    always, since = hours(ALWAYS), berlin("2026-06-01T00:00")

    assert always.due(since, 100 * 24 * HOUR) == since + 100 * 24 * HOUR
    assert hours(("00:00-23:59",) * 7).due(since, 24 * HOUR) == since + 24 * HOUR + MINUTE


def test_what_was_worked_between_two_moments_is_the_same_reckoning():
    worked = WorkedTime(hours(OFFICE), berlin("2026-03-20T00:00"), berlin("2026-04-10T00:00"))

    assert worked.between(berlin("2026-03-27T17:00"), berlin("2026-03-30T12:00")) == 4 * HOUR
    assert worked.between(berlin("2026-03-28T10:00"), berlin("2026-03-29T20:00")) == dt.timedelta()
    assert worked.between(berlin("2026-03-30T12:00"), berlin("2026-03-27T17:00")) == dt.timedelta()
    clock = WorkedTime(RoundTheClock(), berlin("2026-03-20T00:00"), berlin("2026-04-10T00:00"))
    assert clock.between(berlin("2026-03-28T20:00"), berlin("2026-03-29T05:00")) == 8 * HOUR


@pytest.mark.parametrize("text", ["9", "9-", "25-26", "9:60-10", "9-24:01", "24:00-3", "9-13, 12-18", "from nine"])
def test_hours_that_cannot_be_read_are_refused(text):
    with pytest.raises(ValueError, match=".+"):
        spans(text)


@pytest.mark.parametrize("text", ["Christmas", "2026-02-30", "2026-13-01", "2026-12-25\n31.4.2026"])
def test_holidays_that_are_no_day_are_refused(text):
    with pytest.raises(ValueError, match=".+"):
        days(text)


def test_hours_and_holidays_are_read_as_people_write_them():
    assert spans(" 9-13, 14:30 – 24:00 ") == (Span(540, 780), Span(870, 1440))
    assert days("2026-12-25 Christmas\n\n1.1.2027") == {dt.date(2026, 12, 25), dt.date(2027, 1, 1)}


def _spans_of(cuts):
    """Pairs of cuts of the day as spans that do not meet."""
    ordered = sorted(set(cuts))
    return tuple(Span(*pair) for pair in zip(ordered[::2], ordered[1::2], strict=False))


days_of_week = st.lists(st.integers(0, 24 * 60), max_size=6).map(_spans_of)
weeks = st.tuples(*[days_of_week] * 7).filter(lambda week: sum(s.ends - s.opens for day in week for s in day) >= 60)
moments = st.integers(0, 365 * 24 * 60).map(lambda minutes: dt.datetime(2026, 1, 1, tzinfo=dt.UTC) + minutes * MINUTE)
works = st.integers(1, 72 * 60).map(lambda minutes: minutes * MINUTE)
zones = st.sampled_from(["Europe/Berlin", "Europe/Moscow", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata"])


@given(weeks, zones, moments, moments, works)
def test_later_begun_is_never_due_earlier(week, zone, one, other, work):
    calendar = WorkingHours(ZoneInfo(zone), week)

    assert calendar.due(min(one, other), work) <= calendar.due(max(one, other), work)


@given(weeks, zones, moments, works, works)
def test_more_work_is_never_due_earlier_and_nothing_is_due_in_closed_time(week, zone, since, work, more):
    calendar = WorkingHours(ZoneInfo(zone), week)

    due, later = calendar.due(since, work), calendar.due(since, work + more)

    assert since < due < later
    window = next(window for window in calendar.windows(since) if window.end >= due)
    assert window.start < due <= window.end
    assert WorkedTime(calendar, since, later).between(since, due) == work
