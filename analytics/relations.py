"""The three relations every figure is made of, and the two ways to have them: rolled up, or counted from orders.

`days`      one row a day: orders, revenue, margin, first and second orders, gaps that ended that day.
`comebacks` one row per day, 1 or 2 orders back, and day of that earlier order: orders, and how many of them were the
            buyer's second; revenue of earlier orders that were the buyer's first.
`cohorts`   one row per month of the first order and number of months later: different buyers, orders, revenue, margin.

The rollup tables hold exactly what the definitions below yield for the whole base, so a metric is written once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import QuerySet

from analytics.filters import Filters
from analytics.models import Dashboard
from crm.models import OrderStanding

# Positions in the buyer's history are numbered anew: a narrowed base knows only its own orders.
STANDING = """
    SELECT customer_id, placed_on, net_revenue, margin,
           row_number() OVER history AS ordinal,
           lag(placed_on) OVER history AS previous_on,
           lag(placed_on, 2) OVER history AS previous_but_one_on,
           lag(net_revenue) OVER history AS previous_revenue,
           first_value(placed_on) OVER history AS first_on,
           extract(epoch FROM placed_at - lag(placed_at) OVER history)::bigint AS gap_seconds
    FROM (
        SELECT customer_id, position, placed_at, (placed_at AT TIME ZONE %s)::date AS placed_on, net_revenue, margin
        FROM ({orders}) AS chosen (customer_id, position, placed_at, net_revenue, margin)
    ) AS dated
    WINDOW history AS (PARTITION BY customer_id ORDER BY position)
"""
DAYS = """
    SELECT placed_on, count(*)::int AS orders, sum(net_revenue) AS revenue,
           sum(margin) AS margin, count(margin)::int AS orders_with_margin,
           count(*) FILTER (WHERE ordinal = 1)::int AS first_orders,
           coalesce(sum(net_revenue) FILTER (WHERE ordinal = 1), 0) AS first_revenue,
           count(*) FILTER (WHERE ordinal = 2)::int AS second_orders,
           coalesce(array_agg(gap_seconds ORDER BY gap_seconds) FILTER (WHERE ordinal > 1), '{}') AS gaps_seconds
    FROM standing GROUP BY placed_on
"""
COMEBACKS = """
    SELECT placed_on, 1::smallint AS back, previous_on AS earlier_on, count(*)::int AS orders,
           count(*) FILTER (WHERE ordinal = 2)::int AS second_orders,
           coalesce(sum(previous_revenue) FILTER (WHERE ordinal = 2), 0) AS first_revenue
    FROM standing WHERE ordinal > 1 GROUP BY placed_on, previous_on
    UNION ALL
    SELECT placed_on, 2::smallint, previous_but_one_on, count(*)::int, 0, 0
    FROM standing WHERE ordinal > 2 GROUP BY placed_on, previous_but_one_on
"""
# A buyer counts once a month: at the first of their orders in it.
COHORTS = """
    SELECT date_trunc('month', first_on::timestamp)::date AS first_month_on,
           ((extract(year FROM placed_on) - extract(year FROM first_on)) * 12
            + extract(month FROM placed_on) - extract(month FROM first_on))::smallint AS months_later,
           count(*) FILTER (
               WHERE ordinal = 1
                  OR date_trunc('month', previous_on::timestamp) < date_trunc('month', placed_on::timestamp)
           )::int AS buyers,
           count(*)::int AS orders, sum(net_revenue) AS revenue,
           sum(margin) AS margin, count(margin)::int AS orders_with_margin
    FROM standing GROUP BY 1, 2
"""
DEFINITIONS = {"days": DAYS, "comebacks": COMEBACKS, "cohorts": COHORTS}
ROLLED_UP = {
    "days": "SELECT * FROM analytics_dayfigures",
    "comebacks": "SELECT * FROM analytics_comebackfigures",
    "cohorts": "SELECT * FROM analytics_cohortfigures",
}


@dataclass(frozen=True)
class Relations:
    """A WITH clause of relations: those above (and `standing`, where counted from orders), or others of orders."""

    clause: str
    params: tuple[Any, ...] = ()

    def fetch(self, query: str, *params: Any) -> list[dict[str, Any]]:
        """Rows of a query over the relations, by column name."""
        with connection.cursor() as cursor:
            cursor.execute(f"WITH {self.clause} {query}", [*self.params, *params])
            names = [column.name for column in cursor.description or ()]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def relations_of_orders(orders: QuerySet[OrderStanding]) -> Relations:
    """The relations counted from these orders now."""
    chosen, params = (
        orders.order_by()
        .values_list("customer_id", "ordinal", "placed_at", "net_revenue", "margin")
        .query.sql_with_params()
    )
    standing = f"standing AS MATERIALIZED ({STANDING.format(orders=chosen)})"
    parts = [standing, *(f"{name} AS ({definition})" for name, definition in DEFINITIONS.items())]
    return Relations(", ".join(parts), (settings.TIME_ZONE, *params))


def rolled_up() -> Relations:
    # NOT MATERIALIZED lets the planner use the tables' indexes.
    return Relations(", ".join(f"{name} AS NOT MATERIALIZED ({rows})" for name, rows in ROLLED_UP.items()))


def relations(filters: Filters, dashboard: Dashboard | None) -> Relations:
    """Rollups for the whole base; orders when the base is narrowed or there are no rollups of this time zone yet."""
    if filters.is_whole_base and dashboard is not None and dashboard.time_zone == settings.TIME_ZONE:
        return rolled_up()
    return relations_of_orders(filters.standings())
