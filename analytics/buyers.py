"""Buyers one by one, by when they first ordered: what no sums of days can tell, so it is counted from orders.

`chosen`    the orders of the base.
`buyers`    one row a buyer whose first order fell in the period: all they ordered so far.
`lineage`   a category, and each it is part of; itself too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from analytics.filters import Filters
from analytics.relations import Relations

# A circle of categories comes to its end, since no pair is taken twice.
CLAUSE = """
RECURSIVE lineage (id, above_id) AS (
    SELECT id, id FROM crm_category
    UNION
    SELECT lineage.id, category.parent_id
    FROM lineage JOIN crm_category AS category ON category.id = lineage.above_id
    WHERE category.parent_id IS NOT NULL
),
chosen (customer_id, position, order_id, placed_at, net_revenue, margin) AS MATERIALIZED ({orders}),
buyers AS MATERIALIZED (
    SELECT customer_id, min(position) AS first_position, count(*) AS orders, sum(net_revenue) AS revenue,
           sum(margin) AS margin, count(margin) AS orders_with_margin
    FROM chosen GROUP BY customer_id
    HAVING (min(placed_at) AT TIME ZONE %s)::date BETWEEN %s AND %s
)
"""

# Of how many buyers a period has, the planner believes far too few, and would walk through all orders for each of them.
EACH_TABLE_ONCE = "SELECT set_config('enable_nestloop', 'off', true), set_config('work_mem', '64MB', true)"


@dataclass(frozen=True)
class BuyerRelations(Relations):
    def fetch(self, query: str, *params: Any) -> list[dict[str, Any]]:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(EACH_TABLE_ONCE)
            return super().fetch(query, *params)


def buyers_of(filters: Filters) -> BuyerRelations:
    orders, params = (
        filters.standings()
        .order_by()
        .values_list("customer_id", "ordinal", "order_id", "placed_at", "net_revenue", "margin")
        .query.sql_with_params()
    )
    period = filters.period
    return BuyerRelations(CLAUSE.format(orders=orders), (*params, settings.TIME_ZONE, period.first_on, period.last_on))
