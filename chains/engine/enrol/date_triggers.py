"""Whose date lies near a window: birthdays, anniversaries, ends of warranties, appointments and the like.

A search may find a little more; the caller keeps what lies in the window.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.db.models import Q
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import ExtractDay, ExtractMonth, Substr

from chains.engine.enrol.eligibility import EntryRequest
from chains.engine.local_time import DAY, months_after, on_clock, yearly
from chains.models import Chain
from chains.program.program import Program
from chains.program.trigger import Trigger
from crm.models import Customer, Order, OrderLine, Product
from crm.models.order import OrderLineQuerySet
from crm.timezones import zone_of

# A local date may differ by a day from the same moment's date in UTC, on both sides of the comparison.
MARGIN = 2 * DAY
ISO_DAY = len("2026-03-31")


@dataclass(frozen=True, slots=True)
class Window:
    """The moments after `since` until `until`, both in UTC; of everybody, or of one customer."""

    since: dt.datetime
    until: dt.datetime
    customer_id: int | None = None

    def of_customer(self, path: str) -> Q:
        return Q() if self.customer_id is None else Q(**{path: self.customer_id})

    def holds(self, moment: dt.datetime) -> bool:
        return self.since < moment <= self.until

    def shifted(self, back: dt.timedelta) -> tuple[dt.datetime, dt.datetime]:
        return self.since - back - MARGIN, self.until - back + MARGIN

    def dates(self, back: int) -> list[dt.date]:
        """Every day near the window, so many days before it."""
        first = (self.since - MARGIN).date() - back * DAY
        count = ((self.until + MARGIN).date() - back * DAY - first).days + 1
        return [first + n * DAY for n in range(count)]

    def days(self, back: int) -> set[tuple[int, int]]:
        """(month, day) of every day near the window, so many days before it."""
        found = {(day.month, day.day) for day in self.dates(back)[:366]}
        return found | {(2, 29)} if (2, 28) in found else found


def _birthday(program: Program, within: Window) -> Iterator[EntryRequest]:
    trigger = program.trigger
    born = Customer.objects.current().alias(code=ExtractMonth("born_on") * 100 + ExtractDay("born_on"))
    codes = [month * 100 + day for month, day in within.days(trigger.days)]
    near = born.filter(within.of_customer("pk"), code__in=codes)
    for customer, day, zone in near.values_list("pk", "born_on", "time_zone"):
        for moment in yearly(day, trigger.days, trigger.hour, _zone(trigger, zone), within.until) if day else ():
            yield EntryRequest(program, customer, moment)


def _anniversary(program: Program, within: Window) -> Iterator[EntryRequest]:
    trigger = program.trigger
    orders = Order.objects.kept().alias(code=ExtractMonth("placed_at") * 100 + ExtractDay("placed_at"))
    codes = [month * 100 + day for month, day in within.days(trigger.days)]
    near = orders.filter(within.of_customer("customer"), code__in=codes)
    rows = near.values_list("pk", "customer_id", "placed_at", "customer__time_zone")
    for order, customer, placed_at, zone_name in rows:
        zone = _zone(trigger, zone_name)
        day = placed_at.astimezone(zone).date()
        for moment in yearly(day, trigger.days, trigger.hour, zone, within.until):
            yield EntryRequest(program, customer, moment, order)


def _warranty_end(program: Program, within: Window) -> Iterator[EntryRequest]:
    """An order starts the chain when the first warranty of what is kept ends: the later have the same entry key."""
    for months in _distinct("warranty_months"):
        # Months differ by up to three days in each year counted.
        span = months * 30.44 * DAY
        start, end = within.shifted(span + program.trigger.days * DAY)
        slack = (2 + months // 4) * DAY
        kept = OrderLine.objects.kept().filter(within.of_customer("order__customer"), product__warranty_months=months)
        yield from _after_delivery(program, kept, start - slack, end + slack, _months_later(months))


def _repurchase(program: Program, within: Window) -> Iterator[EntryRequest]:
    """What was bought again runs out by the newest purchase: the ones before start nothing."""
    for days in _distinct("repurchase_days"):
        start, end = within.shifted((days + program.trigger.days) * DAY)
        kept = OrderLine.objects.kept().filter(within.of_customer("order__customer"), product__repurchase_days=days)
        yield from _after_delivery(program, kept.bought_last(), start, end, _days_later(days))


def _appointment(program: Program, within: Window) -> Iterator[EntryRequest]:
    yield from _order_date(program, within, "appointment_at", Q())


def _payment_due(program: Program, within: Window) -> Iterator[EntryRequest]:
    """Only orders that are not paid yet."""
    yield from _order_date(program, within, "payment_due_at", Q(paid_at=None))


def _order_date(program: Program, within: Window, column: str, condition: Q) -> Iterator[EntryRequest]:
    trigger = program.trigger
    start, end = within.shifted(trigger.days * DAY)
    rows = Order.objects.kept().filter(
        condition, within.of_customer("customer"), **{f"{column}__gt": start, f"{column}__lte": end}
    )
    for order, customer, at, zone_name in rows.values_list("pk", "customer_id", column, "customer__time_zone"):
        yield EntryRequest(program, customer, _moment(trigger, at, _zone(trigger, zone_name)), order)


def _attribute(program: Program, within: Window) -> Iterator[EntryRequest]:
    """A date among the customer's own fields, written year first; what is no date starts nothing."""
    trigger = program.trigger
    text = KeyTextTransform(trigger.attribute, "attributes")
    days = within.dates(trigger.days)
    position, parts = (6, {f"{day:%m-%d}" for day in days}) if trigger.is_yearly else (1, {f"{day}" for day in days})
    if trigger.is_yearly and "02-28" in parts:
        parts.add("02-29")
    length = 5 if trigger.is_yearly else ISO_DAY
    dated = Customer.objects.current().alias(part=Substr(text, position, length))
    near = dated.filter(within.of_customer("pk"), part__in=parts)
    for customer, written, zone_name in near.values_list("pk", text, "time_zone"):
        if day := _day(written):
            for moment in _moments(trigger, day, _zone(trigger, zone_name), within.until):
                yield EntryRequest(program, customer, moment)


def _moments(trigger: Trigger, day: dt.date, zone: ZoneInfo, near: dt.datetime) -> list[dt.datetime]:
    if trigger.is_yearly:
        return yearly(day, trigger.days, trigger.hour, zone, near)
    return [on_clock(day + trigger.days * DAY, dt.time(trigger.hour), zone)]


def _day(written: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(written[:ISO_DAY])
    except ValueError:
        return None


def _zone(trigger: Trigger, name: str) -> ZoneInfo:
    """The zone in which the hour is meant."""
    return zone_of("" if trigger.clock == Chain.Clock.SHOP else name)


def _distinct(column: str) -> list[int]:
    rows = Product.objects.exclude(**{column: None}).order_by().values_list(column, flat=True).distinct()
    return list(rows)


def _months_later(months: int) -> Callable[[dt.date], dt.date]:
    return lambda day: months_after(day, months)


def _days_later(days: int) -> Callable[[dt.date], dt.date]:
    return lambda day: day + days * DAY


def _after_delivery(
    program: Program,
    lines: OrderLineQuerySet,
    start: dt.datetime,
    end: dt.datetime,
    date: Callable[[dt.date], dt.date],
) -> Iterator[EntryRequest]:
    trigger = program.trigger
    near = lines.filter(order__delivered_at__gt=start, order__delivered_at__lte=end)
    rows = near.values_list("order_id", "order__customer_id", "order__delivered_at", "order__customer__time_zone")
    for order, customer, delivered_at, zone_name in rows.order_by("order_id").distinct():
        if delivered_at:
            yield EntryRequest(
                program, customer, _moment(trigger, delivered_at, _zone(trigger, zone_name), date), order
            )


def _moment(
    trigger: Trigger, at: dt.datetime, zone: ZoneInfo, date: Callable[[dt.date], dt.date] = lambda day: day
) -> dt.datetime:
    """The chain's hour on the day it names, counted from the customer's date of `at`."""
    day = date(at.astimezone(zone).date()) + trigger.days * DAY
    return on_clock(day, dt.time(trigger.hour), zone)


SEARCHES: dict[str, Callable[[Program, Window], Iterator[EntryRequest]]] = {
    Chain.Trigger.BIRTHDAY: _birthday,
    Chain.Trigger.ANNIVERSARY: _anniversary,
    Chain.Trigger.WARRANTY_END: _warranty_end,
    Chain.Trigger.REPURCHASE: _repurchase,
    Chain.Trigger.APPOINTMENT: _appointment,
    Chain.Trigger.PAYMENT_DUE: _payment_due,
    Chain.Trigger.ATTRIBUTE: _attribute,
}
