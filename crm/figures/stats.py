"""What follows from a customer's own orders, kept beside them: CustomerStats and OrderStanding.

Whoever writes or changes orders calls `lock` with the customers concerned *before* touching the orders and
`refresh` after, in one transaction. Two transactions on one customer then follow each other, and the second
counts what the first committed; without the lock each would count the orders it sees and miss the other's.

Definitions. An order counts unless it is cancelled; one that was returned still counts. Net revenue is what was
paid less what was refunded, in the shop's currency at the rate of the order's day. Margin is net revenue less the
cost of the goods the customer kept; it is unknown (null) for an order without lines or with a kept line whose cost
is unknown. A customer's margin is the sum over the orders where it is known. The usual interval is the median of
days between consecutive counted orders.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection, transaction

from crm.models import Customer

BATCH = 10_000

# Customers before their stats, each in id order: every caller waits in the same order, so none deadlock.
# KEY SHARE is what the foreign keys of the facts will take anyway; it keeps a merge away until the facts are in.
LOCK_CUSTOMERS = """
    SELECT count(*) FROM (
        SELECT 1 FROM crm_customer WHERE id = ANY(%(ids)s) ORDER BY id FOR KEY SHARE
    ) AS locked
"""
ADD_MISSING_STATS = """
    INSERT INTO crm_customerstats (customer_id, orders_count, revenue, returns_count)
    SELECT id, 0, 0, 0 FROM crm_customer WHERE id = ANY(%(ids)s) ORDER BY id
    ON CONFLICT DO NOTHING
"""
LOCK_STATS = """
    SELECT count(*) FROM (
        SELECT 1 FROM crm_customerstats WHERE customer_id = ANY(%(ids)s) ORDER BY customer_id FOR NO KEY UPDATE
    ) AS locked
"""
DROP_STALE_STANDINGS = """
    DELETE FROM crm_orderstanding AS standing
    USING crm_order AS purchase
    WHERE standing.customer_id = ANY(%(ids)s) AND purchase.id = standing.order_id
      AND purchase.cancelled_at IS NOT NULL
"""
# Both ask per order and per customer (LATERAL), along an index: joined sets would be nested loops over each other,
# hours instead of seconds, while the planner does not know yet of the rows that a bulk load has just written, or has
# been told "none" by an ANALYZE that came by meanwhile and could not see them. For that reason a return is looked up
# order by order, too: joined, all orders were read anew for each customer.
WRITE_STANDINGS = """
    WITH counted AS (
        SELECT id, customer_id, placed_at, round((total - refunded) * rate, 2) AS net_revenue
        FROM crm_order WHERE customer_id = ANY(%(ids)s) AND cancelled_at IS NULL
    )
    INSERT INTO crm_orderstanding AS standing
        (order_id, customer_id, placed_at, ordinal, previous_at, net_revenue, margin)
    SELECT counted.id, counted.customer_id, counted.placed_at,
           row_number() OVER history, lag(counted.placed_at) OVER history, counted.net_revenue,
           CASE WHEN NOT kept.is_unknown THEN round(counted.net_revenue - coalesce(kept.cost, 0), 2) END
    FROM counted CROSS JOIN LATERAL (
        SELECT sum((line.quantity - line.returned_quantity) * line.cost) AS cost,
               bool_or(line.cost IS NULL AND line.quantity > line.returned_quantity) AS is_unknown
        FROM crm_orderline AS line WHERE line.order_id = counted.id
    ) AS kept
    WINDOW history AS (PARTITION BY counted.customer_id ORDER BY counted.placed_at, counted.id)
    ON CONFLICT (order_id) DO UPDATE SET
        customer_id = excluded.customer_id, placed_at = excluded.placed_at, ordinal = excluded.ordinal,
        previous_at = excluded.previous_at, net_revenue = excluded.net_revenue, margin = excluded.margin
    WHERE (standing.customer_id, standing.placed_at, standing.ordinal,
           standing.previous_at, standing.net_revenue, standing.margin)
        IS DISTINCT FROM (excluded.customer_id, excluded.placed_at, excluded.ordinal,
                          excluded.previous_at, excluded.net_revenue, excluded.margin)
"""
WRITE_STATS = """
    UPDATE crm_customerstats AS stats SET
        orders_count = found.orders_count, revenue = found.revenue, margin = found.margin,
        returns_count = found.returns_count, first_order_at = found.first_order_at,
        last_order_at = found.last_order_at, median_gap_days = found.median_gap_days
    FROM (
        SELECT wanted.id AS customer_id, figures.*
        FROM unnest(%(ids)s::bigint[]) AS wanted (id) CROSS JOIN LATERAL (
            SELECT count(*) AS orders_count,
                   coalesce(sum(standing.net_revenue), 0) AS revenue,
                   sum(standing.margin) AS margin,
                   count(
                       (SELECT returned_at FROM crm_order AS purchase WHERE purchase.id = standing.order_id)
                   ) AS returns_count,
                   min(standing.placed_at) AS first_order_at,
                   max(standing.placed_at) AS last_order_at,
                   percentile_cont(0.5) WITHIN GROUP (
                       ORDER BY extract(epoch FROM standing.placed_at - standing.previous_at)::float8 / 86400
                   ) AS median_gap_days
            FROM crm_orderstanding AS standing WHERE standing.customer_id = wanted.id
        ) AS figures
    ) AS found
    WHERE stats.customer_id = found.customer_id
      AND (stats.orders_count, stats.revenue, stats.margin, stats.returns_count,
           stats.first_order_at, stats.last_order_at, stats.median_gap_days)
        IS DISTINCT FROM (found.orders_count, found.revenue, found.margin, found.returns_count,
                          found.first_order_at, found.last_order_at, found.median_gap_days)
"""


def lock(customer_ids: Iterable[int]) -> None:
    """Hold these customers' figures until the transaction ends. Call before writing their orders."""
    _run([LOCK_CUSTOMERS, ADD_MISSING_STATS, LOCK_STATS], customer_ids)


def refresh(customer_ids: Iterable[int]) -> None:
    """Recount these customers, whose figures the caller holds by `lock`. Rows that stay the same are not written."""
    _run([DROP_STALE_STANDINGS, WRITE_STANDINGS, WRITE_STATS], customer_ids)


def rebuild() -> int:
    """Recount everybody, a batch at a time, and return how many customers that was."""
    done, last = 0, 0
    while ids := list(Customer.objects.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:BATCH]):
        with transaction.atomic():
            lock(ids)
            refresh(ids)
        done, last = done + len(ids), ids[-1]
    return done


def _run(statements: list[str], customer_ids: Iterable[int]) -> None:
    ids = sorted(set(customer_ids))
    if not ids:
        return
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement, {"ids": ids})
