from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Prefetch

from crm.models import Customer, Order, OrderLine

FIRST = 5
# As many more at a press; nobody has so many that a page could not hold the ones they look for.
MOST = 200


def read(customer: Customer, now: dt.datetime) -> dict[str, Any] | None:
    return newest(customer, now, FIRST)


def newest(customer: Customer, now: dt.datetime, count: int) -> dict[str, Any] | None:
    """The latest orders with their goods, and whether there are more."""
    lines = Prefetch("lines", OrderLine.objects.select_related("product").order_by("pk"))
    found = list(customer.orders.order_by("-placed_at", "-pk").prefetch_related(lines)[: min(count, MOST) + 1])
    if not found:
        return None
    has_more = len(found) > count and count < MOST
    return {
        "orders": [{"order": order, "is_late": is_late(order, now)} for order in found[:count]],
        "next_count": min(count * 2, MOST) if has_more else 0,
    }


def is_late(order: Order, now: dt.datetime) -> bool:
    is_over = order.delivered_at or order.cancelled_at or order.returned_at
    return order.promised_at is not None and order.promised_at < now and not is_over
