import datetime as dt

import pytest

from analytics.metrics.timeline import Grain, steps
from crm.figures.periods import Period, last_year, months_before, shifted, this_month, this_quarter

day = dt.date.fromisoformat


@pytest.mark.parametrize(
    ("what", "start", "months", "found"),
    [
        ("into the year before", "2026-01-15", 1, "2025-12-15"),
        ("from a leap day", "2024-02-29", 12, "2023-02-28"),
        ("into a shorter month", "2026-03-31", 1, "2026-02-28"),
        ("no month", "2026-03-31", 0, "2026-03-31"),
    ],
)
def test_months_before(what, start, months, found):
    assert months_before(day(start), months) == day(found)


@pytest.mark.parametrize(
    ("preset", "today", "first", "last"),
    [
        (this_month, "2026-03-01", "2026-03-01", "2026-03-01"),
        (this_quarter, "2026-06-30", "2026-04-01", "2026-06-30"),
        (this_quarter, "2026-12-01", "2026-10-01", "2026-12-01"),
        (last_year, "2024-02-29", "2023-03-01", "2024-02-29"),
        (last_year, "2026-03-10", "2025-03-11", "2026-03-10"),
    ],
)
def test_presets(preset, today, first, last):
    assert preset(day(today)) == Period(day(first), day(last))


def test_a_running_month_is_compared_with_as_much_of_the_one_before():
    assert shifted(Period(day("2026-03-01"), day("2026-03-10")), 1) == Period(day("2026-02-01"), day("2026-02-10"))


def test_the_stretch_before_is_as_long_and_adjoins():
    assert Period(day("2026-03-01"), day("2026-03-10")).just_before() == Period(day("2026-02-19"), day("2026-02-28"))
    assert Period(dt.date.min, day("2026-03-10")).just_before() is None


def test_a_period_cannot_end_before_it_begins():
    with pytest.raises(ValueError, match="cannot end before"):
        Period(day("2026-03-02"), day("2026-03-01"))


@pytest.mark.parametrize(
    ("grain", "found"),
    [
        (Grain.WEEK, ["2026-02-23", "2026-03-02", "2026-03-09"]),
        (Grain.MONTH, ["2026-03-01"]),
    ],
)
def test_steps_begin_where_the_calendar_does(grain, found):
    period = Period(day("2026-03-01"), day("2026-03-10"))

    assert steps(period, grain) == [day(each) for each in found]
