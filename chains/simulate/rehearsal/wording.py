"""A rehearsal in words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from chains.models import Enrolment


def unknowable() -> list[str]:
    """What nobody can know about the past, and how a rehearsal takes it."""
    return [
        _("Nobody opens, clicks or answers what is only rehearsed, so rules that ask for it hold for nobody new."),
        _("It counts neither as read nor as unread: who reads nothing is told by what was really sent by then."),
        _("Orders are the ones that really came: what the letters themselves would have brought is not here."),
        _("Names, cities, tags, topics not wanted, addresses and whether they work are taken as they are today."),
        _("A return counts from its last day with all that was given back; the goods and their terms are today's."),
        _("Rules and settings of the shop are today's. What other chains really sent fills the week as it did."),
        _("Everybody starts anew: who was in the chain before the first day is not in it here."),
        _("Merged customers are one person from the beginning, and who was erased never was."),
        _("No webhook is called, and none answers: after its time the chain goes on as without an answer."),
        _("Channels work and take everything at once: failures and limits of providers are not rehearsed."),
    ]


def ended(result: dict[str, Any]) -> list[tuple[str, int]]:
    """How ways through the chain ended, in words, the most frequent first."""
    endings = sorted(result["endings"].items(), key=lambda pair: -pair[1])
    return [(str(Enrolment.Ending(ending).label), count) for ending, count in endings]


def report(result: dict[str, Any]) -> Iterator[str]:
    """Lines for a terminal."""
    first, last = (date_format(dt.date.fromisoformat(result[name])) for name in ("from", "to"))
    yield _("“%(chain)s” from %(first)s to %(last)s") % {"chain": result["chain"], "first": first, "last": last}
    yield _("Entered: %(entered)d, still under way at the end: %(under_way)d") % result
    for words, count in ended(result):
        yield f"  {words}: {count}"
    yield ""
    for step in result["steps"]:
        yield _("%(number)s %(name)s: sent %(sent)d, still waiting %(waiting)d") % step
        for reason in step["not_sent"]:
            yield f"    {reason['words']}: {reason['count']}"
    for call in result["calls"]:
        yield _("%(number)s %(name)s: calls not made %(count)d") % call
    yield ""
    yield _("Messages a day:")
    for day in result["days"]:
        on = date_format(dt.date.fromisoformat(day["day"]), "SHORT_DATE_FORMAT")
        yield f"  {on}: {day['service'] + day['marketing']}"
    if result["busiest"]:
        yield ""
        yield _("Who would have got most:")
        for one in result["busiest"]:
            told = {**one, "name": one["name"] or f"№ {one['customer']}"}
            yield "  " + _("%(name)s: %(touches)d, at most %(most_in_7_days)d in 7 days") % told
    yield ""
    yield _("Not known about the past:")
    for sentence in unknowable():
        yield f"  {sentence}"
