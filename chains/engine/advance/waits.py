"""When a wait is over. Values in, values out: no queries, no clock.

A date without an hour (a birthday, the end of a warranty, `departure_on`) is taken at the hour the step names, in the
customer's zone. A birthday, a weekday and a day of the month come again, so they are always ahead; every other moment
may have passed before somebody arrives, and then holds nobody. Nobody is reminded, though, by a moment *before* a
date that had passed: the date is no longer as far away as the message says.
"""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from chains.engine.local_time import day_of_year, months_after, next_hour, on_clock, shifted
from chains.models.step import Step
from chains.program.goods import OF_THE_GOODS
from chains.program.step import ProgramWait
from crm.customers.dates import Moment, date_in

OF_THE_ORDER = frozenset(
    {
        Step.Anchor.PLACED,
        Step.Anchor.PAYMENT_DUE,
        Step.Anchor.PAID,
        Step.Anchor.SHIPPED,
        Step.Anchor.DELIVERED,
        Step.Anchor.PROMISED,
        Step.Anchor.APPOINTMENT,
    }
)
OF_THE_CUSTOMER = frozenset({Step.Anchor.BIRTHDAY, Step.Anchor.ATTRIBUTE})
# Dates told before they come, so that somebody can be reminded of them.
AHEAD = OF_THE_GOODS | {
    Step.Anchor.PAYMENT_DUE,
    Step.Anchor.PROMISED,
    Step.Anchor.APPOINTMENT,
    Step.Anchor.ATTRIBUTE,
}


@dataclass(frozen=True, slots=True)
class Anchors:
    """What is known of the dates that waits count from, by the names of Step.Anchor."""

    trigger: dt.datetime
    has_order: bool = False
    dates: Mapping[str, Moment | None] = field(default_factory=dict)
    attributes: Mapping[str, Any] = field(default_factory=dict)

    def moment(self, name: str, attribute: str = "") -> Moment | None:
        if name == Step.Anchor.ATTRIBUTE:
            return date_in(self.attributes.get(attribute))
        # Without an order the start of the chain stands in for its moments: they will never come.
        if name == Step.Anchor.TRIGGER or (name in OF_THE_ORDER and not self.has_order):
            return self.trigger
        return self.dates.get(name)

    def may_come(self, name: str) -> bool:
        """Whether a date that is not known may still become known."""
        return self.has_order or name not in OF_THE_GOODS


def reminds(wait: ProgramWait, anchors: Anchors) -> bool:
    """Whether what follows speaks of a date that is still ahead by so much."""
    is_of_date = wait.anchor in AHEAD and (anchors.has_order or wait.anchor not in OF_THE_ORDER)
    return wait.kind == Step.Wait.OFFSET and wait.amount < 0 and is_of_date


def counts_from_arrival(wait: ProgramWait) -> bool:
    return wait.kind not in (Step.Wait.OFFSET, Step.Wait.DATE) or wait.anchor == Step.Anchor.ARRIVAL


def wait_ends_at(wait: ProgramWait, arrived_at: dt.datetime, anchors: Anchors, zone: ZoneInfo) -> dt.datetime | None:
    """The moment a wait is for, even when it had passed at arrival; None while what it counts from is not known."""
    return MOMENT_BY_KIND[wait.kind](wait, arrived_at, anchors, zone)


def _after_span(wait: ProgramWait, arrived_at: dt.datetime, _anchors: Anchors, zone: ZoneInfo) -> dt.datetime:
    return shifted(arrived_at, max(wait.amount, 0), wait.unit, zone)


def _next_hour(wait: ProgramWait, arrived_at: dt.datetime, _anchors: Anchors, zone: ZoneInfo) -> dt.datetime:
    return next_hour(arrived_at, wait.hour, zone, wait.weekdays)


def _on_date(wait: ProgramWait, arrived_at: dt.datetime, _anchors: Anchors, zone: ZoneInfo) -> dt.datetime:
    return on_clock(wait.on, dt.time(wait.hour), zone) if wait.on else arrived_at


def _from_anchor(wait: ProgramWait, arrived_at: dt.datetime, anchors: Anchors, zone: ZoneInfo) -> dt.datetime | None:
    date = arrived_at if wait.anchor == Step.Anchor.ARRIVAL else anchors.moment(wait.anchor, wait.attribute)
    if date is None:
        return None
    if wait.anchor == Step.Anchor.BIRTHDAY:
        return _next_birthday(wait, date, arrived_at, zone)
    return shifted(_on(date, wait.hour, zone), wait.amount, wait.unit, zone)


def _on(date: Moment, hour: int, zone: ZoneInfo) -> dt.datetime:
    if not isinstance(date, dt.datetime):
        return on_clock(date, dt.time(hour), zone)
    return (date if date.tzinfo else date.replace(tzinfo=zone)).astimezone(dt.UTC)


def _next_birthday(wait: ProgramWait, born_on: Moment, arrived_at: dt.datetime, zone: ZoneInfo) -> dt.datetime:
    """The first moment so far from a birthday that is not before the arrival."""
    # An offset of up to ten years moves the birthday meant by as many.
    near = shifted(arrived_at, -wait.amount, wait.unit, zone).astimezone(zone).year
    moments = (
        shifted(
            on_clock(day_of_year(born_on.month, born_on.day, year), dt.time(wait.hour), zone),
            wait.amount,
            wait.unit,
            zone,
        )
        for year in range(near - 1, near + 3)
    )
    return next(moment for moment in moments if moment >= arrived_at)


def _next_day_of_month(wait: ProgramWait, arrived_at: dt.datetime, _anchors: Anchors, zone: ZoneInfo) -> dt.datetime:
    first = arrived_at.astimezone(zone).date().replace(day=1)
    months = (months_after(first, ahead) for ahead in range(3))
    days = (one.replace(day=min(wait.month_day, calendar.monthrange(one.year, one.month)[1])) for one in months)
    moments = (on_clock(day, dt.time(wait.hour), zone) for day in days)
    return next(moment for moment in moments if moment >= arrived_at)


# One for each kind of wait; chains.definition.wait_kinds has the rest of a kind.
MOMENT_BY_KIND: dict[str, Callable[[ProgramWait, dt.datetime, Anchors, ZoneInfo], dt.datetime | None]] = {
    Step.Wait.TIME: _after_span,
    # The moment its time is up; that the event happened is known only to the walk.
    Step.Wait.EVENT: _after_span,
    Step.Wait.OFFSET: _from_anchor,
    Step.Wait.HOUR: _next_hour,
    Step.Wait.DATE: _on_date,
    Step.Wait.MONTH_DAY: _next_day_of_month,
}
