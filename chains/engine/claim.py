"""The customer is the unit of locking, in every verb.

Rows are found and their customers locked in one statement, skipping those another worker holds; the facts are read
afterwards, so they include whatever was committed before the lock. The limit stays outside any subquery: inside one
it would be spent on customers another worker holds.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from chains.engine.moments import present

BATCH = 500
Counts = Counter[str]


def claim_customers(rows: QuerySet[Any], now: dt.datetime, limit: int) -> set[int]:
    """Lock the customers of the first rows of an ordered queryset until the transaction ends.

    NO KEY: a plain FOR UPDATE would wait for every insert that refers to the customer. Written out, because Django
    names the tables to lock only for whole models, and making those costs more than the query.
    """
    # A column of the customer's own keeps the join that is to be locked.
    query, values = rows.values_list("customer_id", "customer__merged_into")[:limit].query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(f"{query} FOR NO KEY UPDATE OF crm_customer SKIP LOCKED", values)
        return present({customer for customer, _merged_into in cursor.fetchall()}, now)
