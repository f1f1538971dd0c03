"""Published reviews that letters quote, by what they are about."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection
from typing import Any, NamedTuple

from django.db import connection

LOWEST_STARS = 4
SHORTEST, LONGEST = 15, 300
MOST_A_PRODUCT = 20


class QuotedReview(NamedTuple):
    customer_id: int
    first_name: str
    last_name: str
    shown_as: str
    language: str
    stars: int
    text: str
    photo: str


class BoughtGoods(NamedTuple):
    product_id: int
    name: str


# What fits into a letter goes before what would be cut off there; then the newest. Of who wrote only answers to the
# shop's questions, these are their words.
REVIEWS = """
    WITH told AS (
        SELECT review.*, coalesce(nullif(trim(review.text), ''), (
            SELECT string_agg(one ->> 'answer', ' ') FROM jsonb_array_elements(review.answers) AS one
        ), '') AS said
        FROM crm_review AS review
        WHERE review.status = 'published' AND review.product_id = ANY(%(products)s) AND review.stars >= %(lowest)s
          AND review.published_at <= %(now)s
    ), best AS (
        SELECT told.*, row_number() OVER (
            PARTITION BY product_id ORDER BY length(said) <= %(longest)s DESC, published_at DESC, id DESC
        ) AS place
        FROM told WHERE length(trim(said)) >= %(shortest)s
    )
    SELECT best.product_id, best.customer_id, customer.first_name, customer.last_name, best.shown_as, best.language,
           best.stars, best.said, coalesce(photo.token, '')
    FROM best JOIN crm_customer AS customer ON customer.id = best.customer_id
    LEFT JOIN LATERAL (
        SELECT token FROM crm_reviewphoto WHERE review_id = best.id AND hidden_at IS NULL ORDER BY id LIMIT 1
    ) AS photo ON true
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


def reviews_of(products: Collection[int], now: dt.datetime) -> dict[int, list[QuotedReview]]:
    """By product, the best first: published, of at least four stars and more than a word."""
    found: defaultdict[int, list[QuotedReview]] = defaultdict(list)
    terms: dict[str, Any] = {
        "products": sorted(products),
        "now": now,
        "lowest": LOWEST_STARS,
        "shortest": SHORTEST,
        "longest": LONGEST,
        "most": MOST_A_PRODUCT,
    }
    with connection.cursor() as cursor:
        cursor.execute(REVIEWS, terms)
        for product, *told in cursor:
            found[product].append(QuotedReview(*told))
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
