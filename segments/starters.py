"""The segments a new shop begins with."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from crm.languages import words
from crm.locks import lock_starters
from segments.models import Segment

Part = dict[str, Any]


@transaction.atomic
def add_starter_segments(language: str, now: dt.datetime) -> list[str]:
    """Add each segment that is not there, named in `language`, and return the names of those added.

    What is there, by its key or by its name, stays as it is: from then on the segments are the shop's own.
    """
    lock_starters()
    missing = missing_starters(language)
    for starter in missing:
        starter.created_at = now
    # In bulk: that they are new is no change for the history to keep.
    Segment.objects.bulk_create(missing)
    return [starter.name for starter in missing]


def missing_starters(language: str) -> list[Segment]:
    keys, names = (set(Segment.objects.values_list(column, flat=True)) for column in ("key", "name"))
    with translation.override(language):
        return [starter for starter in _starters() if starter.key not in keys and starter.name not in names]


def _starters() -> Iterator[Segment]:
    yield from _stages()
    yield from _silences()
    yield from _orders()
    yield from _readers()
    yield from _moods()
    yield from _goods()


def _stages() -> Iterator[Segment]:
    yield _starter("new", _("New"), _("First order in the last 30 days."), _stage("new"))
    yield _starter(
        "active", _("Active"), _("Orders at the usual pace, or ordered in the last 90 days."), _stage("active")
    )
    yield _starter("at-risk", _("At risk"), _("Past the usual pace, but under 180 days of silence."), _stage("at_risk"))
    yield _starter("sleeping", _("Sleeping"), _("Last order 180 to 365 days ago."), _stage("sleeping"))
    yield _starter("lost", _("Lost"), _("Last order over a year ago."), _stage("lost"))


def _silences() -> Iterator[Segment]:
    yield _starter("days-30", _("30 days since the last order"), _("From the 30th to the 59th day."), *_silent(30, 59))
    yield _starter("days-60", _("60 days since the last order"), _("From the 60th to the 89th day."), *_silent(60, 89))
    yield _starter(
        "days-90", _("90 days since the last order"), _("From the 90th to the 179th day."), *_silent(90, 179)
    )


def _orders() -> Iterator[Segment]:
    yield _starter("repeat", _("Repeat buyers"), _("Two orders or more."), _part("orders_count", "at_least", 2))
    yield _starter("vip", _("VIP"), _("The top tenth by margin over a year."), _part("vip", "yes"))
    yield _starter(
        "once",
        _("Bought once and left"),
        _("One order, and none in the 90 days since."),
        _part("orders_count", "exactly", 1),
        _part("last_order", "ago", 90),
    )
    yield _starter(
        "came-back",
        _("Came back"),
        _("Ordered in the last 90 days after half a year of silence."),
        _part("came_back", "at_least", 180, window=90),
    )
    yield _starter("returned", _("Returned something"), _("At least one order."), _part("returns", "at_least", 1))


def _readers() -> Iterator[Segment]:
    yield _starter(
        "opens-often",
        _("Opens often"),
        _("Half of the last ten letters or more. Opens are unreliable."),
        _part("opened_of_last", "at_least", 5),
    )
    yield _starter(
        "opens-nothing",
        _("Opens nothing"),
        _("None of the last five letters. Opens are unreliable."),
        _part("sent", "at_least", 5),
        _part("opened_of_last", "exactly", 0, where=[_part("last", "exactly", 5)]),
    )
    yield _starter("clicked", _("Clicked"), _("In the last 90 days."), _part("clicked", "at_least", 1, window=90))
    yield _starter(
        "visited", _("Visited the site"), _("In the last 30 days."), _part("pages", "at_least", 1, window=30)
    )
    ignored = [_part("no_click", "exactly", 7), _part("no_order", "exactly", 7)]
    yield _starter(
        "did-not-act",
        _("Was written to and did not act"),
        _("A letter of the last 30 days, no click and no order within a week."),
        _part("sent", "at_least", 1, window=30, where=ignored),
    )


def _moods() -> Iterator[Segment]:
    yield _starter(
        "open-complaint",
        _("Open complaint"),
        _("Somebody has to answer first."),
        _part("open_case", "has", ["complaint"]),
    )
    yield _starter("bad-mood", _("Bad mood"), _("Noted by staff."), _part("mood", "is", ["bad"]))
    yield _starter(
        "low-rating", _("Low rating"), _("The last rating is three or less."), _part("last_rating", "at_most", 3)
    )
    yield _starter(
        "promoters", _("Would recommend"), _("The last answer is nine or ten."), _part("last_nps", "at_least", 9)
    )
    yield _starter(
        "silent",
        _("Silent after something complex"),
        _("Delivered 30 days ago or more, and nothing heard since."),
        _part("silent", "at_least", 30),
    )


def _goods() -> Iterator[Segment]:
    yield _starter(
        "no-accessory",
        _("Has the appliance, not the accessory"),
        _("Has something accessories go with, and none of them."),
        _part("bought_without", "is", ["accessory"]),
    )
    recipes = _part("tag", "has", words("starter_segments", "recipes_tags"))
    yield _starter(
        "young-kettle",
        _("Young kettle lovers of big cities"),
        _("Aged 25-34, bought a kettle, opened two letters about recipes or more."),
        _part("age", "at_least", 25),
        _part("age", "at_most", 34),
        _part("bought_named", "bought_like", words("starter_segments", "kettles")),
        _part("opened", "at_least", 2, where=[recipes]),
        _part("city", "is", words("starter_segments", "big_cities")),
    )


def _starter(key: str, name: str, description: str, *parts: Part) -> Segment:
    return Segment(key=key, name=name, description=description, rule={"all": list(parts)})


def _stage(name: str) -> Part:
    return _part("stage", "is", [name])


def _silent(days: int, until: int) -> tuple[Part, Part]:
    return _part("last_order", "ago", days), _part("last_order", "within", until)


def _part(field: str, operator: str, value: Any = None, **more: Any) -> Part:
    return {"field": field, "operator": operator} | ({} if value is None else {"value": value}) | more
