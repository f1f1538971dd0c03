"""The customer is the unit of locking, in every verb.

Rows are found and their customers locked in one statement, skipping those another worker holds; the facts are read
afterwards, so they include whatever was committed before the lock. The limit stays outside any subquery: inside one
it would be spent on customers another worker holds.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.db.models import QuerySet

BATCH = 500
Counts = Counter[str]


def claim_customers(rows: QuerySet[Any], limit: int) -> set[int]:
    """Lock the customers of the first rows of an ordered queryset until the transaction ends.

    NO KEY: a plain FOR UPDATE would wait for every insert that refers to the customer.
    """
    locked = (
        rows.select_related("customer")
        .only("id", "customer__id")
        .select_for_update(of=("customer",), no_key=True, skip_locked=True)[:limit]
    )
    return {row.customer.pk for row in locked}
