"""When a chain is triggered for one customer, by the engine's own searches: the last times, and the next."""

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

# Dates farther away belong to another year.
YEAR_AROUND = 366 * DAY
MOST_PAST = 3


@dataclass(frozen=True, slots=True)
class TriggerMoment:
    at: dt.datetime
    order_id: int | None = None
    event_id: int | None = None
    is_historic: bool = False


@dataclass(frozen=True, slots=True)
class TriggerMoments:
    past: tuple[TriggerMoment, ...]  # the newest first
    coming: TriggerMoment | None


def trigger_moments(
    program: Program, customer: Customer, now: dt.datetime, most_past: int = MOST_PAST
) -> TriggerMoments:
    """A chain that an event triggers has none to come: nobody knows of it before."""
    kind = program.trigger.kind
    if kind == Chain.Trigger.EVENT:
        return TriggerMoments(tuple(_events(program, customer, now, most_past)), None)
    if kind == Chain.Trigger.LAST_ORDER:
        return _sorted(_last_order(program, customer), now, most_past)
    if program.trigger.is_by_calendar:
        return _sorted(_calendar(program, customer, now), now, most_past)
    within = Window(now - YEAR_AROUND, now + YEAR_AROUND, customer.pk)
    found = (entry for entry in SEARCHES[kind](program, within) if within.holds(entry.triggered_at))
    return _sorted([TriggerMoment(entry.triggered_at, entry.order_id) for entry in found], now, most_past)


def _sorted(found: Iterable[TriggerMoment], now: dt.datetime, most_past: int) -> TriggerMoments:
    ordered = sorted(found, key=lambda trigger: trigger.at)
    past = [trigger for trigger in ordered if trigger.at <= now]
    return TriggerMoments(
        tuple(past[: -most_past - 1 : -1]), next((trigger for trigger in ordered if trigger.at > now), None)
    )


def _events(program: Program, customer: Customer, now: dt.datetime, most_past: int) -> list[TriggerMoment]:
    events = Event.objects.filter(customer=customer, kind=program.trigger.event, occurred_at__lte=now)
    if program.trigger.segment:
        events = events.filter(properties__segment=program.trigger.segment)
    rows = events.order_by("-occurred_at", "-pk").values_list("occurred_at", "order_id", "pk", "is_historic")
    return [TriggerMoment(*row) for row in rows[:most_past]]


def _last_order(program: Program, customer: Customer) -> list[TriggerMoment]:
    last = CustomerStats.objects.filter(customer=customer).values_list("last_order_at", flat=True).first()
    return [TriggerMoment(last + program.trigger.days * DAY)] if last else []


def _calendar(program: Program, customer: Customer, now: dt.datetime) -> list[TriggerMoment]:
    zone = zone_of("" if program.trigger.clock == Chain.Clock.SHOP else customer.time_zone)
    moments = (
        calendar.latest(program.trigger, zone, now - YEAR_AROUND, now),
        calendar.coming(program.trigger, zone, now),
    )
    return [TriggerMoment(moment) for moment in moments if moment]
