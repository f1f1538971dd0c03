"""What starts a chain for one customer, by the engine's own searches: what happened lately, and what is to come."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from chains.engine.enrol import calendar
from chains.engine.enrol.date_triggers import SEARCHES, Window
from chains.engine.local_time import DAY
from chains.models import Chain
from chains.program.program import Program
from crm.models import Customer, CustomerStats, Event
from crm.timezones import zone_of

# Dates farther away are another year's.
AROUND = 366 * DAY
MOST_PAST = 3


@dataclass(frozen=True, slots=True)
class Start:
    """A moment at which the chain starts, or would have, for somebody."""

    at: dt.datetime
    order_id: int | None = None
    event_id: int | None = None
    is_historic: bool = False


@dataclass(frozen=True, slots=True)
class Starts:
    """The last ones, the newest first, and the next."""

    past: tuple[Start, ...]
    coming: Start | None


def starts(program: Program, customer: Customer, now: dt.datetime) -> Starts:
    """Of an event only what happened: what is to come nobody knows."""
    kind = program.trigger.kind
    if kind == Chain.Trigger.EVENT:
        return Starts(tuple(_events(program, customer, now)), None)
    if kind == Chain.Trigger.LAST_ORDER:
        return _sorted(_last_order(program, customer), now)
    if program.trigger.is_by_calendar:
        return _sorted(_calendar(program, customer, now), now)
    within = Window(now - AROUND, now + AROUND, customer.pk)
    found = (entry for entry in SEARCHES[kind](program, within) if within.holds(entry.triggered_at))
    return _sorted([Start(entry.triggered_at, entry.order_id) for entry in found], now)


def _sorted(found: Iterable[Start], now: dt.datetime) -> Starts:
    ordered = sorted(found, key=lambda start: start.at)
    past = [start for start in ordered if start.at <= now]
    return Starts(tuple(past[: -MOST_PAST - 1 : -1]), next((start for start in ordered if start.at > now), None))


def _events(program: Program, customer: Customer, now: dt.datetime) -> list[Start]:
    events = Event.objects.filter(customer=customer, kind=program.trigger.event, occurred_at__lte=now)
    if program.trigger.segment:
        events = events.filter(properties__segment=program.trigger.segment)
    rows = events.order_by("-occurred_at", "-pk").values_list("occurred_at", "order_id", "pk", "is_historic")
    return [Start(*row) for row in rows[:MOST_PAST]]


def _last_order(program: Program, customer: Customer) -> list[Start]:
    last = CustomerStats.objects.filter(customer=customer).values_list("last_order_at", flat=True).first()
    return [Start(last + program.trigger.days * DAY)] if last else []


def _calendar(program: Program, customer: Customer, now: dt.datetime) -> list[Start]:
    zone = zone_of("" if program.trigger.clock == Chain.Clock.SHOP else customer.time_zone)
    moments = (
        calendar.latest(program.trigger, zone, now - AROUND, now),
        calendar.coming(program.trigger, zone, now),
    )
    return [Start(moment) for moment in moments if moment]
