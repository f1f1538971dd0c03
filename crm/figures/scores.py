"""Scores that depend on everybody, counted once a night: recency, frequency, money, and who is a VIP.

Among customers with a counted order, each score is 1 + the fifth of the ranking the customer has reached: what share
of the others does worse, in fifths, 5 the best. Equal values get equal scores, so in a shop of one-time buyers all of
them have frequency 1. Recency ranks the last order, frequency the number of orders, money the revenue.

A VIP is in the top tenth, by the margin of the last 365 days, of those who ordered in them; an order whose margin is
unknown counts with its revenue. Customers level with the last of the tenth are in it too.
"""

from __future__ import annotations

import datetime as dt

from django.db import connection, transaction

from crm.locks import prevent_merging
from crm.models import CustomerScore

VIP_WINDOW = dt.timedelta(days=365)
# `scored_at` is when the scores last changed: unchanged rows are left alone, or every night would rewrite the table.
WRITE = """
    WITH buyers AS (
        SELECT stats.customer_id, stats.last_order_at, stats.orders_count, stats.revenue
        FROM crm_customerstats AS stats JOIN crm_customer AS customer ON customer.id = stats.customer_id
        WHERE stats.orders_count > 0 AND customer.merged_into_id IS NULL AND customer.erased_at IS NULL
    ), ranked AS (
        SELECT customer_id,
               percent_rank() OVER (ORDER BY last_order_at) AS recency,
               percent_rank() OVER (ORDER BY orders_count) AS frequency,
               percent_rank() OVER (ORDER BY revenue) AS monetary
        FROM buyers
    ), yearly AS (
        SELECT customer_id, sum(coalesce(standing.margin, standing.net_revenue)) AS worth
        FROM crm_orderstanding AS standing JOIN buyers USING (customer_id)
        WHERE standing.placed_at > %(since)s AND standing.placed_at <= %(now)s
        GROUP BY customer_id
    ), best AS (
        SELECT customer_id, worth > 0 AND rank() OVER (ORDER BY worth DESC) <= ceil(count(*) OVER () / 10.0) AS is_vip
        FROM yearly
    )
    INSERT INTO crm_customerscore AS score (customer_id, recency, frequency, monetary, is_vip, scored_at)
    SELECT customer_id, least(5, 1 + floor(5 * recency)), least(5, 1 + floor(5 * frequency)),
           least(5, 1 + floor(5 * monetary)), coalesce(best.is_vip, false), %(now)s
    FROM ranked LEFT JOIN best USING (customer_id)
    ORDER BY customer_id
    ON CONFLICT (customer_id) DO UPDATE SET
        recency = excluded.recency, frequency = excluded.frequency, monetary = excluded.monetary,
        is_vip = excluded.is_vip, scored_at = excluded.scored_at
    WHERE (score.recency, score.frequency, score.monetary, score.is_vip)
        IS DISTINCT FROM (excluded.recency, excluded.frequency, excluded.monetary, excluded.is_vip)
"""


@transaction.atomic
def score_all(now: dt.datetime) -> int:
    """Score every customer who ever ordered, and return for how many something changed."""
    prevent_merging()
    gone, _by_model = CustomerScore.objects.exclude(
        customer__stats__orders_count__gt=0, customer__merged_into=None, customer__erased_at=None
    ).delete()
    with connection.cursor() as cursor:
        cursor.execute(WRITE, {"now": now, "since": now - VIP_WINDOW})
        return gone + int(cursor.rowcount)
