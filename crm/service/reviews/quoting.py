"""Reviews that may be shown to others, by what they are about."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection
from typing import Any, NamedTuple

from django.db import connection

LOWEST_SCORE = 4
SHORTEST = 15
MOST_A_PRODUCT = 20


class Review(NamedTuple):
    customer_id: int
    first_name: str
    language: str
    score: int
    text: str


class BoughtGoods(NamedTuple):
    product_id: int
    name: str


# Of an order with several goods its review does not say which is meant.
REVIEWS = """
    WITH about AS (
        SELECT feedback.id, coalesce(feedback.product_id, single.product_id) AS product_id
        FROM crm_feedback AS feedback LEFT JOIN LATERAL (
            SELECT min(product_id) AS product_id FROM crm_orderline AS line
            WHERE line.order_id = feedback.order_id HAVING count(DISTINCT product_id) = 1
        ) AS single ON feedback.product_id IS NULL
        WHERE feedback.may_publish AND feedback.kind = 'rating' AND feedback.score >= %(lowest)s
          AND length(trim(feedback.text)) >= %(shortest)s AND feedback.left_at <= %(now)s
          AND (feedback.product_id = ANY(%(products)s) OR feedback.product_id IS NULL AND feedback.order_id IN (
              SELECT order_id FROM crm_orderline WHERE product_id = ANY(%(products)s)
          ))
    ), best AS (
        SELECT about.product_id, feedback.customer_id, feedback.score, feedback.text, row_number() OVER (
            PARTITION BY about.product_id ORDER BY feedback.score DESC, feedback.left_at DESC, feedback.id DESC
        ) AS place
        FROM about JOIN crm_feedback AS feedback USING (id) WHERE about.product_id = ANY(%(products)s)
    )
    SELECT best.product_id, best.customer_id, customer.first_name, customer.language, best.score, best.text
    FROM best JOIN crm_customer AS customer ON customer.id = best.customer_id
    WHERE place <= %(most)s AND customer.erased_at IS NULL ORDER BY best.product_id, place
"""
# What most of the money went to, of the order named, or of the customer's newest of which something is left.
MAIN_GOODS = """
    WITH asked AS (
        SELECT * FROM unnest(%(customers)s::bigint[], %(orders)s::bigint[]) AS asked (customer_id, order_id)
    ), spoken_of AS (
        SELECT asked.customer_id, asked.order_id, coalesce(asked.order_id, latest.id) AS of_order
        FROM asked LEFT JOIN LATERAL (
            SELECT orders.id FROM crm_order AS orders
            WHERE orders.customer_id = asked.customer_id AND orders.cancelled_at IS NULL
              AND orders.placed_at <= %(now)s AND EXISTS (
                  SELECT FROM crm_orderline AS line WHERE line.order_id = orders.id AND returned_quantity < quantity
              )
            ORDER BY orders.placed_at DESC, orders.id DESC LIMIT 1
        ) AS latest ON asked.order_id IS NULL
    )
    SELECT DISTINCT ON (spoken_of.customer_id, spoken_of.order_id)
           spoken_of.customer_id, spoken_of.order_id, product.id, coalesce(nullif(product.name, ''), product.sku)
    FROM spoken_of JOIN crm_orderline AS line ON line.order_id = of_order
    JOIN crm_product AS product ON product.id = line.product_id
    WHERE line.returned_quantity < line.quantity
    ORDER BY spoken_of.customer_id, spoken_of.order_id,
             line.price * (line.quantity - line.returned_quantity) DESC, line.id
"""


def reviews_of(products: Collection[int], now: dt.datetime) -> dict[int, list[Review]]:
    """By product, the best first: of at least four stars and more than a word, of whoever said they may be shown."""
    found: defaultdict[int, list[Review]] = defaultdict(list)
    terms: dict[str, Any] = {
        "products": sorted(products),
        "now": now,
        "lowest": LOWEST_SCORE,
        "shortest": SHORTEST,
        "most": MOST_A_PRODUCT,
    }
    with connection.cursor() as cursor:
        cursor.execute(REVIEWS, terms)
        for product, *told in cursor:
            found[product].append(Review(*told))
    return found


def main_goods(
    asked: Collection[tuple[int, int | None]], now: dt.datetime
) -> dict[tuple[int, int | None], BoughtGoods]:
    """By customer and order; without an order, of the newest that they kept something of."""
    pairs = list(asked)
    terms: dict[str, Any] = {
        "customers": [customer for customer, _order in pairs],
        "orders": [order for _customer, order in pairs],
        "now": now,
    }
    with connection.cursor() as cursor:
        cursor.execute(MAIN_GOODS, terms)
        return {(customer, order): BoughtGoods(*told) for customer, order, *told in cursor}
