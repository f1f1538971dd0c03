"""Time triggers: whose moment lies within a window. Never merely before its end: that would start history anew.

The moments of dates lie on whole hours of some time zone, and zones differ by quarters of an hour, so dates are looked
at once a quarter; only the days since the last order have an index of their own and are looked at every time.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.db.models import Q
from django.db.models.functions import ExtractDay, ExtractMonth

from chains.engine.clockwork import DAY, months_after, on_clock, yearly
from chains.engine.entry import Entry
from chains.models import Chain
from chains.program import Program, Trigger
from crm.models import Customer, CustomerStats, Order, OrderLine, Product
from crm.timezones import zone_of

QUARTER = dt.timedelta(minutes=15)
# A local date may lie a day beside the same moment's date in UTC, on both sides of the comparison.
MARGIN = 2 * DAY


@dataclass(frozen=True, slots=True)
class Window:
    """The moments after `since` until `until`, both in UTC."""

    since: dt.datetime
    until: dt.datetime

    def holds(self, moment: dt.datetime) -> bool:
        return self.since < moment <= self.until

    def shifted(self, back: dt.timedelta) -> tuple[dt.datetime, dt.datetime]:
        return self.since - back - MARGIN, self.until - back + MARGIN

    def days(self, back: int) -> set[tuple[int, int]]:
        """(month, day) of every day near the window, so many days before it."""
        first = (self.since - MARGIN).date() - back * DAY
        count = min(((self.until + MARGIN).date() - back * DAY - first).days + 1, 366)
        found = {((first + n * DAY).month, (first + n * DAY).day) for n in range(count)}
        return found | {(2, 29)} if (2, 28) in found else found


def window(program: Program, watermark: dt.datetime, now: dt.datetime) -> Window:
    if program.trigger.kind == Chain.Trigger.LAST_ORDER:
        return Window(watermark, now)
    quarters = int(now.timestamp()) // int(QUARTER.total_seconds())
    return Window(watermark, dt.datetime.fromtimestamp(quarters * QUARTER.total_seconds(), dt.UTC))


def found(program: Program, within: Window, limit: int) -> tuple[list[Entry], dt.datetime]:
    """Entries whose moment lies in the window, and until when it was searched."""
    if within.until <= within.since:
        return [], within.since
    if program.trigger.kind == Chain.Trigger.LAST_ORDER:
        return _last_order(program, within, limit)
    search = SEARCHES[program.trigger.kind]
    return [entry for entry in search(program, within) if within.holds(entry.triggered_at)], within.until


def _last_order(program: Program, within: Window, limit: int) -> tuple[list[Entry], dt.datetime]:
    """So many times 24 hours after the last order. Takes about `limit`, and all who share the last one's moment."""
    days = program.trigger.days * DAY
    stats = CustomerStats.objects.filter(
        last_order_at__gt=within.since - days, last_order_at__lte=within.until - days
    ).order_by("last_order_at")
    edge = stats.values_list("last_order_at", flat=True)[limit - 1 : limit].first()
    if edge:
        stats = stats.filter(last_order_at__lte=edge)
    last = dict(stats.values_list("customer_id", "last_order_at"))
    orders = Order.objects.counted().filter(customer__in=last, placed_at__in=set(last.values()))
    order_of = {
        customer: pk
        for pk, customer, at in orders.order_by("pk").values_list("pk", "customer_id", "placed_at")
        if last[customer] == at
    }
    entries = [Entry(program, customer, at + days, order_of.get(customer)) for customer, at in last.items() if at]
    return entries, edge + days if edge else within.until


def _birthday(program: Program, within: Window) -> Iterator[Entry]:
    trigger = program.trigger
    born = Customer.objects.current().alias(code=ExtractMonth("born_on") * 100 + ExtractDay("born_on"))
    codes = [month * 100 + day for month, day in within.days(trigger.days)]
    for customer, day, zone in born.filter(code__in=codes).values_list("pk", "born_on", "time_zone"):
        for moment in yearly(day, trigger.days, trigger.hour, zone_of(zone), within.until) if day else ():
            yield Entry(program, customer, moment)


def _anniversary(program: Program, within: Window) -> Iterator[Entry]:
    trigger = program.trigger
    orders = Order.objects.counted().alias(code=ExtractMonth("placed_at") * 100 + ExtractDay("placed_at"))
    codes = [month * 100 + day for month, day in within.days(trigger.days)]
    rows = orders.filter(code__in=codes).values_list("pk", "customer_id", "placed_at", "customer__time_zone")
    for order, customer, placed_at, zone_name in rows:
        zone = zone_of(zone_name)
        day = placed_at.astimezone(zone).date()
        for moment in yearly(day, trigger.days, trigger.hour, zone, within.until):
            yield Entry(program, customer, moment, order)


def _warranty_end(program: Program, within: Window) -> Iterator[Entry]:
    """The first warranty of an order to end; by the order's key the later ones start nothing."""
    for months in _distinct("warranty_months"):
        # Months differ by up to three days in each year counted.
        span = months * 30.44 * DAY
        start, end = within.shifted(span + program.trigger.days * DAY)
        slack = (2 + months // 4) * DAY
        yield from _after_delivery(
            program, Q(product__warranty_months=months), start - slack, end + slack, _months_later(months)
        )


def _repurchase(program: Program, within: Window) -> Iterator[Entry]:
    for days in _distinct("repurchase_days"):
        start, end = within.shifted((days + program.trigger.days) * DAY)
        yield from _after_delivery(program, Q(product__repurchase_days=days), start, end, _days_later(days))


def _appointment(program: Program, within: Window) -> Iterator[Entry]:
    trigger = program.trigger
    start, end = within.shifted(trigger.days * DAY)
    rows = Order.objects.counted().filter(appointment_at__gt=start, appointment_at__lte=end)
    for order, customer, at, zone_name in rows.values_list(
        "pk", "customer_id", "appointment_at", "customer__time_zone"
    ):
        if at:
            yield Entry(program, customer, _moment(trigger, at, zone_of(zone_name)), order)


def _distinct(column: str) -> list[int]:
    rows = Product.objects.exclude(**{column: None}).order_by().values_list(column, flat=True).distinct()
    return list(rows)


def _months_later(months: int) -> Callable[[dt.date], dt.date]:
    return lambda day: months_after(day, months)


def _days_later(days: int) -> Callable[[dt.date], dt.date]:
    return lambda day: day + days * DAY


def _after_delivery(
    program: Program, goods: Q, start: dt.datetime, end: dt.datetime, date: Callable[[dt.date], dt.date]
) -> Iterator[Entry]:
    trigger = program.trigger
    lines = OrderLine.objects.filter(
        goods, order__cancelled_at=None, order__delivered_at__gt=start, order__delivered_at__lte=end
    )
    rows = lines.values_list("order_id", "order__customer_id", "order__delivered_at", "order__customer__time_zone")
    for order, customer, delivered_at, zone_name in rows.order_by("order_id").distinct():
        if delivered_at:
            yield Entry(program, customer, _moment(trigger, delivered_at, zone_of(zone_name), date), order)


def _moment(
    trigger: Trigger, at: dt.datetime, zone: ZoneInfo, date: Callable[[dt.date], dt.date] = lambda day: day
) -> dt.datetime:
    """The chain's hour on the day it names, counted from the customer's date of `at`."""
    day = date(at.astimezone(zone).date()) + trigger.days * DAY
    return on_clock(day, dt.time(trigger.hour), zone)


SEARCHES: dict[str, Callable[[Program, Window], Iterator[Entry]]] = {
    Chain.Trigger.BIRTHDAY: _birthday,
    Chain.Trigger.ANNIVERSARY: _anniversary,
    Chain.Trigger.WARRANTY_END: _warranty_end,
    Chain.Trigger.REPURCHASE: _repurchase,
    Chain.Trigger.APPOINTMENT: _appointment,
}
