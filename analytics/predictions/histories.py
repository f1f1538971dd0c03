"""What the models know of each buyer, up to the end of a day: how often, how lately, how much.

A purchase is a day of the shop with an order that the buyer kept. What went back for all its money is none, and money
is what was left after refunds. An order that cost nothing is a purchase, but says nothing of what buyers spend.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from django.conf import settings
from django.db import connection
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Mod
from numpy.typing import NDArray

from crm.models import Order, OrderStanding

Column = NDArray[np.float64]

DAYS_A_WEEK = 7
# An order that cost nothing has none to give back.
HAS_REVENUE_LEFT = Q(order__total=0) | Q(order__refunded__lt=F("order__total"))
PURCHASES = """
    WITH purchase AS (
        SELECT customer_id, (placed_at AT TIME ZONE %s)::date AS placed_on, sum(net_revenue) AS revenue
        FROM ({orders}) AS chosen (customer_id, placed_at, net_revenue) GROUP BY 1, 2
    ), placed AS (
        SELECT customer_id, placed_on, revenue,
               first_value(placed_on) OVER (PARTITION BY customer_id ORDER BY placed_on) AS first_on
        FROM purchase WHERE placed_on <= %s
    )
"""
# The first purchase says nothing about coming back.
HISTORIES = """
    SELECT customer_id, count(*) - 1, max(placed_on) - min(first_on), %s - min(first_on),
           coalesce(avg(revenue) FILTER (WHERE placed_on > first_on AND revenue > 0), 0)::float8,
           count(*) FILTER (WHERE placed_on > first_on AND revenue = 0), count(*) FILTER (WHERE revenue = 0)
    FROM placed GROUP BY customer_id ORDER BY customer_id
"""
AFTERWARDS = "SELECT count(*), coalesce(sum(revenue), 0) FROM placed WHERE first_on <= %s AND placed_on > %s"
BATCH = 50_000


@dataclass(frozen=True)
class PurchaseHistories:
    """Arrays with a position for each buyer, in weeks since the first purchase.

    `spend` is the mean of a repeat purchase that cost anything; `free_repeats` of them, and `free` of all, did not.
    """

    customers: NDArray[np.int64]
    repeats: Column
    last_at: Column
    known_for: Column
    spend: Column
    free_repeats: Column | float = 0.0
    free: Column | float = 0.0

    def __post_init__(self) -> None:
        for name in ("free_repeats", "free"):
            object.__setattr__(self, name, np.broadcast_to(getattr(self, name), self.repeats.shape))

    @property
    def repeaters(self) -> int:
        return int((self.repeats > 0).sum())

    @property
    def paid_repeats(self) -> Column:
        return np.where(self.spend > 0, self.repeats - self.free_repeats, 0)

    @property
    def paid_share(self) -> Column:
        """Of all purchases of a buyer."""
        return 1 - self.free / (self.repeats + 1)

    def distinct(self) -> tuple[PurchaseHistories, Column]:
        """Histories that differ in when, and how many buyers have each: most bought once, on some day or other."""
        times = np.stack([self.repeats, self.last_at, self.known_for])
        _values, first, buyers = np.unique(times, axis=1, return_index=True, return_counts=True)
        return self._subset(first), buyers.astype(np.float64)

    def one_in(self, part: int) -> PurchaseHistories:
        """The buyers whose number is divisible by it: the same from night to night."""
        return self._subset(self.customers % part == 0)

    def part(self, start: int, end: int) -> PurchaseHistories:
        return self._subset(slice(start, end))

    def _subset(self, which: slice | NDArray[np.int64] | NDArray[np.bool_]) -> PurchaseHistories:
        return PurchaseHistories(*(getattr(self, field.name)[which] for field in fields(self)))


def histories(orders: QuerySet[OrderStanding], end_on: dt.date) -> PurchaseHistories:
    statement, params = _purchases(orders, end_on)
    parts = [np.empty((0, 7))]
    with connection.chunked_cursor() as cursor:
        cursor.execute(statement + HISTORIES, [*params, end_on])
        while rows := cursor.fetchmany(BATCH):
            parts.append(np.array(rows, dtype=np.float64))
    customers, repeats, last, known, spend, free_repeats, free = np.concatenate(parts).T
    weeks = (last / DAYS_A_WEEK, known / DAYS_A_WEEK)
    return PurchaseHistories(customers.astype(np.int64), repeats, *weeks, spend, free_repeats, free)


def purchases_after(orders: QuerySet[OrderStanding], day: dt.date, end_on: dt.date) -> tuple[int, float]:
    """How many, and for how much, up to the end of the second day by those who had bought by the first."""
    statement, params = _purchases(orders, end_on)
    with connection.cursor() as cursor:
        cursor.execute(statement + AFTERWARDS, [*params, day, day])
        purchases, revenue = cursor.fetchone()
    return int(purchases), float(revenue)


def of_one_in(orders: QuerySet[OrderStanding], part: int) -> QuerySet[OrderStanding]:
    """The orders of the buyers whose number is divisible by it."""
    return orders.annotate(remainder=Mod("customer_id", part)).filter(remainder=0) if part > 1 else orders


def without_purchase(orders: QuerySet[OrderStanding], known: PurchaseHistories, end: dt.datetime) -> list[int]:
    """Customers who ordered, and kept nothing of it."""
    buyers = orders.filter(placed_at__lte=end).order_by().values_list("customer_id", flat=True).distinct()
    return [int(one) for one in np.setdiff1d(np.fromiter(buyers.iterator(), np.int64), known.customers)]


def _purchases(orders: QuerySet[OrderStanding], end_on: dt.date) -> tuple[str, list[Any]]:
    # Who gave everything back, goods or money, has bought nothing that says when they will buy again.
    kept = orders.filter(HAS_REVENUE_LEFT).exclude(order__in=Order.objects.given_back()).order_by()
    chosen, params = kept.values_list("customer_id", "placed_at", "net_revenue").query.sql_with_params()
    return PURCHASES.format(orders=chosen), [settings.TIME_ZONE, *params, end_on]
