"""What the models of analytics expect of a customer, as they wrote it down last."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.db.models import Sum

from crm.models import CustomerPrediction, PredictionRun


class Prediction(NamedTuple):
    customer_id: int
    alive_percent: int | None
    orders: Decimal
    revenue: Decimal
    next_order_on: dt.date | None = None
    overdue_since: dt.date | None = None


STAGE = """
    CREATE TEMPORARY TABLE predicted (
        customer_id bigint, alive_percent smallint, orders numeric, revenue numeric, next_order_on date,
        overdue_since date
    )
"""
COPY = "COPY predicted FROM STDIN"
# `predicted_at` is when a prediction last changed: unchanged rows are left alone, or every night would rewrite them.
WRITE = """
    INSERT INTO crm_customerprediction AS known
        (customer_id, alive_percent, orders, revenue, next_order_on, overdue_since, predicted_at)
    SELECT customer.id, alive_percent, orders, revenue, next_order_on, overdue_since, %(at)s
    FROM predicted JOIN crm_customer AS customer ON customer.id = predicted.customer_id
    WHERE customer.merged_into_id IS NULL AND customer.erased_at IS NULL
    ORDER BY customer.id
    ON CONFLICT (customer_id) DO UPDATE SET
        alive_percent = excluded.alive_percent, orders = excluded.orders, revenue = excluded.revenue,
        next_order_on = excluded.next_order_on, overdue_since = excluded.overdue_since,
        predicted_at = excluded.predicted_at
    WHERE (known.alive_percent, known.orders, known.revenue, known.next_order_on, known.overdue_since)
        IS DISTINCT FROM (excluded.alive_percent, excluded.orders, excluded.revenue, excluded.next_order_on,
                          excluded.overdue_since)
"""
FORGET = """
    DELETE FROM crm_customerprediction AS known
    WHERE NOT EXISTS (SELECT 1 FROM predicted WHERE predicted.customer_id = known.customer_id)
"""


@transaction.atomic
def record(predictions: Iterable[Prediction] | None, at: dt.datetime, **learnt: Any) -> int:
    """Note what a night came to, and make its predictions all there are; with None those of before stay.

    Return for how many customers something changed.
    """
    changed = 0 if predictions is None else replace(predictions, at)
    totals = CustomerPrediction.objects.aggregate(orders=Sum("orders"), revenue=Sum("revenue"))
    PredictionRun.objects.update_or_create(at=at, defaults=totals | learnt)
    return changed


@transaction.atomic
def replace(predictions: Iterable[Prediction], at: dt.datetime) -> int:
    """Make these all there are, and return for how many customers something changed."""
    with connection.cursor() as cursor:
        cursor.execute(STAGE)
        with cursor.copy(COPY) as copy:
            for prediction in predictions:
                copy.write_row(prediction)
        cursor.execute("ANALYZE predicted")
        cursor.execute(FORGET)
        forgotten = cursor.rowcount
        cursor.execute(WRITE, {"at": at})
        changed = int(forgotten + cursor.rowcount)
        cursor.execute("DROP TABLE predicted")
        return changed
