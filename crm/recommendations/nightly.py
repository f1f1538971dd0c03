"""What customers buy next, and what sells best: the part of recommendations that depends on everybody.

A product is *bought next* after another when at least 20 customers who had the one bought the other for the first time
later, within 180 days, and no fewer of them did than of all buyers later than their first order. What was returned or
cancelled was not bought.
Whoever bought more than 100 different products in two years buys for a trade, and would alone make thousands of pairs.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import connection, transaction

from crm.models import BestSeller, ProductSequence
from crm.recommendations.kept_lines import KEPT_LINES, LEARNT_FROM, MOST_PRODUCTS

NEXT_WITHIN = dt.timedelta(days=180)
LATELY = dt.timedelta(days=90)
MOST_PLACES = 12

# Each step is a table of its own, with its own statistics: planned as one statement, the pairs are guessed to be few.
FIRST_BOUGHT = f"""
    CREATE TEMPORARY TABLE first_bought AS
    SELECT customer_id, product_id, at, min(at) OVER (PARTITION BY customer_id) AS began_at,
           count(*) OVER (PARTITION BY customer_id) AS products
    FROM (
        SELECT orders.customer_id, line.product_id, min(orders.placed_at) AS at
        FROM {KEPT_LINES}
        GROUP BY orders.customer_id, line.product_id
    ) AS bought
"""  # noqa: S608 - constants
SHARES = """
    CREATE TEMPORARY TABLE bought_share AS
    SELECT product_id, count(*) AS buyers, count(*) FILTER (WHERE at > began_at)::float / everybody.buyers AS later
    FROM first_bought, (SELECT count(DISTINCT customer_id) AS buyers FROM first_bought) AS everybody
    GROUP BY product_id, everybody.buyers
"""
SEQUENCES = """
    CREATE TEMPORARY TABLE bought_after AS
    SELECT earlier.product_id, later.product_id AS followed_by_id, count(*) AS customers,
           percentile_disc(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM later.at - earlier.at)) / 86400 AS days
    FROM first_bought AS earlier JOIN first_bought AS later
      ON later.customer_id = earlier.customer_id AND later.at > earlier.at AND later.at <= earlier.at + %(within)s
    WHERE earlier.products <= %(most_products)s AND later.products <= %(most_products)s
    GROUP BY earlier.product_id, later.product_id HAVING count(*) >= %(fewest)s
"""
WRITE_SEQUENCES = """
    INSERT INTO crm_productsequence
        (product_id, followed_by_id, position, customers, confidence, lift, typical_days)
    SELECT product_id, followed_by_id,
           row_number() OVER (PARTITION BY product_id ORDER BY confidence DESC, lift DESC, followed_by_id),
           customers, confidence, lift, greatest(1, round(days))
    FROM (
        SELECT pair.*, pair.customers::float / first.buyers AS confidence,
               round((pair.customers / (first.buyers * second.later))::numeric, 4) AS lift
        FROM bought_after AS pair
        JOIN bought_share AS first USING (product_id)
        JOIN bought_share AS second ON second.product_id = pair.followed_by_id
        JOIN crm_product AS one ON one.id = pair.product_id JOIN crm_product AS other ON other.id = pair.followed_by_id
        WHERE one.external_id = '' OR one.external_id <> other.external_id
    ) AS judged
    WHERE lift >= 1
"""
WRITE_BEST_SELLERS = """
    WITH sold AS (
        SELECT line.product_id, count(DISTINCT orders.customer_id) AS customers
        FROM crm_order AS orders JOIN crm_orderline AS line ON line.order_id = orders.id
        WHERE orders.cancelled_at IS NULL AND line.returned_quantity < line.quantity
          AND orders.placed_at > %(lately)s AND orders.placed_at <= %(now)s
        GROUP BY line.product_id
    ), places AS (
        SELECT product.category_id, product.id, sold.customers,
               row_number() OVER (PARTITION BY category_id ORDER BY sold.customers DESC, product.id) AS position
        FROM sold JOIN crm_product AS product ON product.id = sold.product_id
        WHERE product.is_in_stock AND product.category_id IS NOT NULL
        UNION ALL
        SELECT NULL, product.id, sold.customers, row_number() OVER (ORDER BY sold.customers DESC, product.id)
        FROM sold JOIN crm_product AS product ON product.id = sold.product_id
        WHERE product.is_in_stock
    )
    INSERT INTO crm_bestseller (category_id, product_id, position, customers)
    SELECT category_id, id, position, customers FROM places WHERE position <= %(most_places)s
"""


@transaction.atomic
def learn(now: dt.datetime) -> int:
    """Count everything anew; how many pairs of products were found. Readers see the night before until it is done."""
    terms: dict[str, Any] = {
        "now": now,
        "since": now - LEARNT_FROM,
        "lately": now - LATELY,
        "within": NEXT_WITHIN,
        "fewest": ProductSequence.FEWEST_CUSTOMERS,
        "most_products": MOST_PRODUCTS,
        "most_places": MOST_PLACES,
    }
    ProductSequence.objects.all().delete()
    BestSeller.objects.all().delete()
    with connection.cursor() as cursor:
        for statement in (FIRST_BOUGHT, "ANALYZE first_bought", SHARES, SEQUENCES, WRITE_SEQUENCES):
            cursor.execute(statement, terms)
        found = cursor.rowcount
        cursor.execute(WRITE_BEST_SELLERS, terms)
        cursor.execute("DROP TABLE first_bought, bought_share, bought_after")
    return int(found)
