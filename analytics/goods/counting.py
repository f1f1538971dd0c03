"""Who bought what with what, and what next, counted in sets: temporary tables of one transaction.

How this differs from crm.recommendations.nightly, whose lines and whose limit on traders it shares: that one has to
offer something to everybody, so it takes what was first bought after the first of another and ranks it, certain or
not. This one tells people of pairs, so it asks whether chance explains them, which takes orders to compare with; it
knows orders as baskets, categories, and buyers who have not been watched for long enough yet.

A customer counts once a pair, at their first order with the first of the two that has something kept in it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from django.db import connection

from analytics.models import GoodsPair
from crm.recommendations.kept_lines import KEPT_LINES, LEARNT_FROM, MOST_PRODUCTS

WINDOW = dt.timedelta(days=GoodsPair.WINDOW_DAYS)
QUARTER_DAYS = 91.25
# Whoever orders more often than this in two years is a till's "walk-in" or a trader.
MOST_ORDERS = 200

LINES = f"""
    CREATE TEMPORARY TABLE goods_line AS
    SELECT orders.customer_id, orders.id AS order_id, orders.placed_at AS at, line.product_id
    FROM {KEPT_LINES}
    GROUP BY orders.customer_id, orders.id, orders.placed_at, line.product_id
"""  # noqa: S608 - constants
LEAVE_OUT_TRADERS = """
    DELETE FROM goods_line USING (
        SELECT customer_id FROM goods_line GROUP BY customer_id
        HAVING count(DISTINCT product_id) > %(most_products)s OR count(DISTINCT order_id) > %(most_orders)s
    ) AS trader WHERE goods_line.customer_id = trader.customer_id
"""
# Strata: the quarter before now, and how many different products; beyond eight, sizes a quarter larger each.
STRATUM = """
    (1000 * floor(extract(epoch FROM %(now)s - at) / 86400 / %(quarter_days)s)
     + CASE WHEN {size} <= 8 THEN {size} ELSE 8 + ceil(ln({size} / 8.0) / ln(1.25)) END)::int
"""
ORDERS = f"""
    CREATE TEMPORARY TABLE goods_order AS
    WITH sized AS (
        SELECT customer_id, order_id, at, count(*) AS products FROM goods_line GROUP BY customer_id, order_id, at
    ), followed AS (
        SELECT earlier.order_id, count(DISTINCT line.product_id) AS products
        FROM sized AS earlier JOIN goods_line AS line
          ON line.customer_id = earlier.customer_id AND line.at > earlier.at AND line.at <= earlier.at + %(window)s
        WHERE earlier.at <= %(now)s - %(window)s
        GROUP BY earlier.order_id
    ), measured AS (
        SELECT sized.*, coalesce(followed.products, 0) AS later FROM sized LEFT JOIN followed USING (order_id)
    )
    SELECT customer_id, order_id, at, products, at <= %(now)s - %(window)s AS is_watched,
           {STRATUM.format(size="products")} AS stratum, {STRATUM.format(size="later")} AS later_stratum
    FROM measured
"""  # noqa: S608 - constants
CATEGORIES_ABOVE = """
    CREATE TEMPORARY TABLE goods_category AS
    WITH RECURSIVE above (category_id, item_id) AS (
        SELECT id, id FROM crm_category
        UNION SELECT above.category_id, category.parent_id
        FROM above JOIN crm_category AS category ON category.id = above.item_id WHERE category.parent_id IS NOT NULL
    )
    SELECT * FROM above
"""
ITEMS = {
    "product": "SELECT customer_id, order_id, at, product_id AS item_id FROM goods_line",
    "category": """
        SELECT DISTINCT line.customer_id, line.order_id, line.at, above.item_id
        FROM goods_line AS line JOIN crm_product AS product ON product.id = line.product_id
        JOIN goods_category AS above ON above.category_id = product.category_id
    """,
}
LEAVE_OUT_RARE = """
    DELETE FROM goods_item USING (
        SELECT item_id FROM goods_item GROUP BY item_id HAVING count(DISTINCT customer_id) < %(fewest)s
    ) AS rare WHERE goods_item.item_id = rare.item_id
"""
FIRST = """
    CREATE TEMPORARY TABLE goods_first AS
    SELECT DISTINCT ON (item.customer_id, item.item_id)
           item.item_id, item.order_id, orders.is_watched, orders.stratum, orders.later_stratum
    FROM goods_item AS item JOIN goods_order AS orders USING (order_id)
    ORDER BY item.customer_id, item.item_id, item.at, item.order_id
"""
FOLLOWING = """
    CREATE TEMPORARY TABLE goods_following AS
    SELECT orders.order_id, orders.later_stratum, later.item_id,
           extract(epoch FROM min(later.at) - orders.at) / 86400 AS days
    FROM goods_order AS orders JOIN goods_item AS later
      ON later.customer_id = orders.customer_id AND later.at > orders.at AND later.at <= orders.at + %(window)s
    WHERE orders.is_watched
    GROUP BY orders.order_id, orders.at, orders.later_stratum, later.item_id
"""
TOGETHER = """
    SELECT first.item_id, other.item_id, count(*), NULL
    FROM goods_first AS first JOIN goods_item AS other
      ON other.order_id = first.order_id AND other.item_id <> first.item_id
    GROUP BY 1, 2 HAVING count(*) >= %(fewest)s
"""
NEXT = """
    SELECT first.item_id, later.item_id, count(*), percentile_cont(0.5) WITHIN GROUP (ORDER BY later.days)
    FROM goods_first AS first JOIN goods_following AS later
      ON later.order_id = first.order_id AND later.item_id <> first.item_id
    GROUP BY 1, 2 HAVING count(*) >= %(fewest)s
"""
# Items are not what they are part of, nor variants of one another.
RELATED = {
    "product": """
        SELECT one.id, other.id FROM crm_product AS one JOIN crm_product AS other USING (external_id)
        WHERE one.id <> other.id AND external_id <> ''
          AND one.id IN (SELECT item_id FROM goods_first) AND other.id IN (SELECT item_id FROM goods_first)
    """,
    "category": """
        SELECT category_id, item_id FROM goods_category WHERE category_id <> item_id
        UNION SELECT item_id, category_id FROM goods_category WHERE category_id <> item_id
    """,
}
TABLES = ("goods_line", "goods_order", "goods_category", "goods_item", "goods_first", "goods_following")
Rows = list[tuple[Any, ...]]


class Baskets(NamedTuple):
    """What pairs of one way are judged by, as rows: of strata, their orders and mean size; of items and strata, the
    orders with (or followed by) the item, and the customers whose first order with it counts; of pairs, both items,
    customers, days."""

    strata: Rows
    orders: Rows
    buyers: Rows
    pairs: Rows


@contextmanager
def bought(now: dt.datetime) -> Iterator[dict[str, Any]]:
    """The lines and orders to count from, and what queries ask them with; they go when it ends."""
    terms = {
        "now": now,
        "since": now - LEARNT_FROM,
        "window": WINDOW,
        "quarter_days": QUARTER_DAYS,
        "fewest": GoodsPair.FEWEST_CUSTOMERS,
        "most_products": MOST_PRODUCTS,
        "most_orders": MOST_ORDERS,
    }
    _drop()
    # Millions of lines sort in memory; the usual few megabytes would send them over the disk.
    run("SET LOCAL work_mem = '128MB'")
    for statement in (LINES, LEAVE_OUT_TRADERS, "ANALYZE goods_line", ORDERS, "ANALYZE goods_order", CATEGORIES_ABOVE):
        run(statement, terms)
    yield terms
    _drop()


def choose_items(of: str, terms: dict[str, Any]) -> None:
    """Have the next questions be about products, or about categories; a product is in all above its own."""
    for name in TABLES[3:]:
        run(f"DROP TABLE IF EXISTS pg_temp.{name}")
    run(f"CREATE TEMPORARY TABLE goods_item AS {ITEMS[of]}")
    for statement in (LEAVE_OUT_RARE, "ANALYZE goods_item", FIRST, FOLLOWING, "ANALYZE goods_first, goods_following"):
        run(statement, terms)


def together(terms: dict[str, Any]) -> Baskets:
    return Baskets(
        rows("SELECT stratum, count(*), avg(products)::float8 FROM goods_order GROUP BY 1"),
        rows("SELECT item_id, stratum, count(*) FROM goods_item JOIN goods_order USING (order_id) GROUP BY 1, 2"),
        rows("SELECT item_id, stratum, count(*) FROM goods_first GROUP BY 1, 2"),
        rows(TOGETHER, terms),
    )


def following(terms: dict[str, Any]) -> Baskets:
    return Baskets(
        rows("SELECT later_stratum, count(*), 1 FROM goods_order WHERE is_watched GROUP BY 1"),
        rows("SELECT item_id, later_stratum, count(*) FROM goods_following GROUP BY 1, 2"),
        rows("SELECT item_id, later_stratum, count(*) FROM goods_first WHERE is_watched GROUP BY 1, 2"),
        rows(NEXT, terms),
    )


def related(of: str) -> set[tuple[int, int]]:
    return {(one, other) for one, other in rows(RELATED[of])}


def totals() -> tuple[int, int]:
    """Orders, and their customers."""
    ((orders, customers),) = rows("SELECT count(*), count(DISTINCT customer_id) FROM goods_order")
    return int(orders), int(customers)


def rows(query: str, terms: dict[str, Any] | None = None) -> Rows:
    with connection.cursor() as cursor:
        cursor.execute(query, terms)
        return list(cursor.fetchall())


def run(statement: str, terms: dict[str, Any] | None = None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, terms)


def _drop() -> None:
    for name in TABLES:
        run(f"DROP TABLE IF EXISTS pg_temp.{name}")
