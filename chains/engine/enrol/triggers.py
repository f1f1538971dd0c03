"""Time triggers: whose moment lies within a window. Taking all before its end would start all of history anew.

Dates start chains at whole hours of some time zone, and zones differ by quarters of an hour, so dates are searched once
a quarter; only the days since the last order have an index of their own and are searched every time.
"""

from __future__ import annotations

import datetime as dt

from chains.engine.enrol.date_triggers import SEARCHES, Window
from chains.engine.enrol.eligibility import EntryRequest
from chains.engine.local_time import DAY
from chains.models import Chain
from chains.program.program import Program
from crm.models import CustomerStats, Order

QUARTER = dt.timedelta(minutes=15)


def window(program: Program, watermark: dt.datetime, now: dt.datetime) -> Window:
    if program.trigger.kind == Chain.Trigger.LAST_ORDER:
        return Window(watermark, now)
    quarters = int(now.timestamp()) // int(QUARTER.total_seconds())
    return Window(watermark, dt.datetime.fromtimestamp(quarters * QUARTER.total_seconds(), dt.UTC))


def found(program: Program, within: Window, limit: int | None = None) -> tuple[list[EntryRequest], dt.datetime]:
    """Entries whose moment lies in the window, and until when it was searched."""
    if within.until <= within.since:
        return [], within.since
    if program.trigger.kind == Chain.Trigger.LAST_ORDER:
        return _last_order(program, within, limit)
    search = SEARCHES[program.trigger.kind]
    return [entry for entry in search(program, within) if within.holds(entry.triggered_at)], within.until


def _last_order(program: Program, within: Window, limit: int | None) -> tuple[list[EntryRequest], dt.datetime]:
    """Whose last order is so many times 24 hours old: about `limit` of them, with all who share the last moment."""
    days = program.trigger.days * DAY
    stats = CustomerStats.objects.filter(
        last_order_at__gt=within.since - days, last_order_at__lte=within.until - days
    ).order_by("last_order_at")
    edge = stats.values_list("last_order_at", flat=True)[limit - 1 : limit].first() if limit else None
    if edge:
        stats = stats.filter(last_order_at__lte=edge)
    last = dict(stats.values_list("customer_id", "last_order_at"))
    orders = Order.objects.counted().filter(customer__in=last, placed_at__in=set(last.values()))
    order_of = {
        customer: pk
        for pk, customer, at in orders.order_by("pk").values_list("pk", "customer_id", "placed_at")
        if last[customer] == at
    }
    entries = [
        EntryRequest(program, customer, at + days, order_of.get(customer)) for customer, at in last.items() if at
    ]
    return entries, edge + days if edge else within.until
