"""What the models know of each buyer, up to the end of a day: how often, how lately, how much."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
from django.conf import settings
from django.db import connection
from django.db.models import QuerySet
from numpy.typing import NDArray

from crm.models import Order, OrderStanding

DAYS_A_WEEK = 7
# Orders of one day of the shop are one purchase; the first one says nothing about coming back.
HISTORIES = """
    WITH purchase AS (
        SELECT customer_id, (placed_at AT TIME ZONE %s)::date AS placed_on, sum(net_revenue) AS revenue
        FROM ({orders}) AS chosen (customer_id, placed_at, net_revenue) GROUP BY 1, 2
    ), placed AS (
        SELECT customer_id, placed_on, revenue,
               first_value(placed_on) OVER (PARTITION BY customer_id ORDER BY placed_on) AS first_on
        FROM purchase WHERE placed_on <= %s
    )
    SELECT customer_id, count(*) - 1, max(placed_on) - min(first_on), %s - min(first_on),
           coalesce(avg(revenue) FILTER (WHERE placed_on > first_on), 0)::float8
    FROM placed GROUP BY customer_id ORDER BY customer_id
"""
BATCH = 50_000


@dataclass(frozen=True)
class PurchaseHistories:
    """Arrays with a position for each buyer, in weeks since the first purchase; `spend` is the mean of a repeat one."""

    customers: NDArray[np.int64]
    repeats: NDArray[np.float64]
    last_at: NDArray[np.float64]
    known_for: NDArray[np.float64]
    spend: NDArray[np.float64]

    @property
    def repeaters(self) -> int:
        return int((self.repeats > 0).sum())

    def sample(self, most: int) -> PurchaseHistories:
        """Buyers at equal distances, at most so many: the parameters of a shop need no more."""
        return self._subset(slice(None, None, -(-len(self.customers) // most) or 1))

    def part(self, start: int, end: int) -> PurchaseHistories:
        return self._subset(slice(start, end))

    def _subset(self, which: slice) -> PurchaseHistories:
        return PurchaseHistories(
            self.customers[which], self.repeats[which], self.last_at[which], self.known_for[which], self.spend[which]
        )


def histories(orders: QuerySet[OrderStanding], end_on: dt.date) -> PurchaseHistories:
    # Who gave everything back has bought nothing that says when they will buy again.
    kept = orders.exclude(order__in=Order.objects.given_back())
    chosen, params = kept.order_by().values_list("customer_id", "placed_at", "net_revenue").query.sql_with_params()
    parts = [np.empty((0, 5))]
    with connection.chunked_cursor() as cursor:
        cursor.execute(HISTORIES.format(orders=chosen), [settings.TIME_ZONE, *params, end_on, end_on])
        while rows := cursor.fetchmany(BATCH):
            parts.append(np.array(rows, dtype=np.float64))
    columns = np.concatenate(parts).T
    return PurchaseHistories(
        columns[0].astype(np.int64), columns[1], columns[2] / DAYS_A_WEEK, columns[3] / DAYS_A_WEEK, columns[4]
    )
