"""When a wait is over: values in, values out."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from chains.engine.advance.waits import Anchors, wait_ends_at
from chains.program.step import ProgramWait

MOSCOW = ZoneInfo("Europe/Moscow")
BERLIN = ZoneInfo("Europe/Berlin")
AUCKLAND = ZoneInfo("Pacific/Auckland")
KIRITIMATI = ZoneInfo("Pacific/Kiritimati")


def at(text):
    return dt.datetime.fromisoformat(text).astimezone(dt.UTC)


START = at("2026-03-01T10:00+03:00")
ORDER = Anchors(
    START,
    has_order=True,
    dates={
        "placed": START,
        "delivered": at("2026-03-05T18:00+03:00"),
        "appointment": at("2026-03-29T12:00+02:00"),
        "warranty_end": dt.date(2028, 2, 29),
        "birthday": dt.date(1992, 2, 29),
    },
    attributes={
        "departure_on": "2026-07-01",
        "departure_at": "2026-07-01T06:30:00+03:00",
        "local_at": "2026-07-01T06:30",
        "name": "Ann",
        "year": 2026,
        "nonsense": "2026-13-45",
        "slip": "0026-07-01",
    },
)


def offset(anchor, amount=0, unit="days", **fields):
    return ProgramWait("offset", amount, unit, anchor, **fields)


@pytest.mark.parametrize(
    ("told", "wait", "arrived", "zone", "end"),
    [
        ("for a time", ProgramWait("time", 2, "days"), "2026-03-01T10:00+03:00", MOSCOW, "2026-03-03T10:00+03:00"),
        (
            "for less than no time",
            ProgramWait("time", -2, "days"),
            "2026-03-01T10:00+03:00",
            MOSCOW,
            "2026-03-01T10:00+03:00",
        ),
        ("after the delivery", offset("delivered", 3), "2026-03-01T10:00+03:00", MOSCOW, "2026-03-08T18:00+03:00"),
        (
            "after a delivery long ago",
            offset("delivered", 3),
            "2026-04-01T10:00+03:00",
            MOSCOW,
            "2026-03-08T18:00+03:00",
        ),
        (
            "the day before, over a change of clocks",
            offset("appointment", -1),
            "2026-03-01T10:00+03:00",
            BERLIN,
            "2026-03-28T12:00+01:00",
        ),
        (
            "so many hours before, over a change of clocks",
            offset("appointment", -24, "hours"),
            "2026-03-01T10:00+03:00",
            BERLIN,
            "2026-03-28T11:00+01:00",
        ),
        (
            "before a date without an hour",
            offset("warranty_end", -30, hour=9),
            "2026-03-01T10:00+03:00",
            MOSCOW,
            "2028-01-30T09:00+03:00",
        ),
        (
            "an attribute's day",
            offset("attribute", -2, attribute="departure_on"),
            "2026-03-01T10:00+03:00",
            MOSCOW,
            "2026-06-29T10:00+03:00",
        ),
        (
            "an attribute's moment",
            offset("attribute", -2, "hours", attribute="departure_at"),
            "2026-03-01T10:00+03:00",
            BERLIN,
            "2026-07-01T04:30+03:00",
        ),
        (
            "an attribute's hour in the customer's zone",
            offset("attribute", attribute="local_at"),
            "2026-03-01T10:00+03:00",
            BERLIN,
            "2026-07-01T06:30+02:00",
        ),
        (
            "a birthday on a leap day, common year",
            offset("birthday", hour=10),
            "2026-02-01T10:00+03:00",
            MOSCOW,
            "2026-02-28T10:00+03:00",
        ),
        (
            "a birthday on a leap day, leap year",
            offset("birthday", hour=10),
            "2027-03-01T10:00+03:00",
            MOSCOW,
            "2028-02-29T10:00+03:00",
        ),
        (
            "a birthday that has passed comes again",
            offset("birthday", hour=10),
            "2026-02-28T10:00:01+03:00",
            MOSCOW,
            "2027-02-28T10:00+03:00",
        ),
        (
            "a week before the birthday, over the new year",
            offset("birthday", -60, hour=10),
            "2026-12-01T10:00+03:00",
            MOSCOW,
            "2026-12-30T10:00+03:00",
        ),
        (
            "a year after the birthday",
            offset("birthday", 52, "weeks", hour=10),
            "2026-12-01T10:00+03:00",
            MOSCOW,
            "2027-02-27T10:00+03:00",
        ),
        (
            "an hour of another day",
            ProgramWait("hour", hour=10),
            "2026-03-10T22:00+00:00",
            AUCKLAND,
            "2026-03-12T10:00+13:00",
        ),
        (
            "a date",
            ProgramWait("date", on=dt.date(2026, 12, 24), hour=8),
            "2026-03-01T10:00+03:00",
            KIRITIMATI,
            "2026-12-24T08:00+14:00",
        ),
        (
            "a date that has passed",
            ProgramWait("date", on=dt.date(2026, 1, 1), hour=8),
            "2026-03-01T10:00+03:00",
            MOSCOW,
            "2026-01-01T08:00+03:00",
        ),
        (
            "a day of this month",
            ProgramWait("monthday", month_day=15),
            "2026-03-01T10:00+03:00",
            MOSCOW,
            "2026-03-15T10:00+03:00",
        ),
        (
            "a day of the next month",
            ProgramWait("monthday", month_day=15),
            "2026-03-15T10:01+03:00",
            MOSCOW,
            "2026-04-15T10:00+03:00",
        ),
        (
            "the end of a short month",
            ProgramWait("monthday", month_day=31),
            "2026-02-01T10:00+03:00",
            MOSCOW,
            "2026-02-28T10:00+03:00",
        ),
        (
            "the end of the year",
            ProgramWait("monthday", month_day=31),
            "2026-12-31T10:01+03:00",
            MOSCOW,
            "2027-01-31T10:00+03:00",
        ),
        (
            "the last day, from a long month into a short one",
            ProgramWait("monthday", month_day=30),
            "2026-01-30T12:00+03:00",
            MOSCOW,
            "2026-02-28T10:00+03:00",
        ),
    ],
)
def test_the_moment_a_wait_is_for(told, wait, arrived, zone, end):
    assert wait_ends_at(wait, at(arrived), ORDER, zone) == at(end)


@pytest.mark.parametrize(
    "wait",
    [
        offset("paid"),
        offset("repurchase"),
        offset("attribute", attribute="arrival_on"),
        offset("attribute", attribute="name"),
        offset("attribute", attribute="year"),
        offset("attribute", attribute="nonsense"),
        offset("attribute", attribute="slip"),
    ],
)
def test_a_date_that_is_not_known_gives_no_moment(wait):
    assert wait_ends_at(wait, START, ORDER, MOSCOW) is None


def test_without_an_order_the_start_of_the_chain_stands_in_for_its_moments():
    alone = Anchors(START)

    assert wait_ends_at(offset("delivered", 2), START, alone, MOSCOW) == START + dt.timedelta(days=2)
    assert wait_ends_at(offset("warranty_end"), START, alone, MOSCOW) is None
    assert not alone.may_come("warranty_end")
    assert alone.may_come("birthday")


@pytest.mark.parametrize("amount", [-3650, 3650])
@pytest.mark.parametrize("unit", ["minutes", "hours", "days", "weeks"])
@pytest.mark.parametrize("anchor", ["trigger", "warranty_end", "birthday", "attribute"])
def test_no_offset_that_may_be_saved_leaves_the_calendar(amount, unit, anchor):
    edge = Anchors(
        START,
        has_order=True,
        dates={"warranty_end": dt.date(2199, 12, 31), "birthday": dt.date(1900, 12, 31)},
        attributes={"day": "1900-01-01"},
    )

    assert wait_ends_at(offset(anchor, amount, unit, attribute="day"), START, edge, AUCKLAND)
