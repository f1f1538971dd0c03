"""What to offer each of a batch of customers, best first, in one query.

In this order: what goes with the goods they have (the shop's own relations), what they may be running out of, what is
usually bought next, and what sells best in the category of their newest goods, or in the whole shop where there is no
such category. Newer goods lead to offers before older ones, and what has a picture comes before what has none.

Never what they have or gave back, nor another variant of it; what is bought again may come once its term has passed.
Never what is out of stock, has no name, or may not be recommended, by itself or by a category above it.

What depends on everybody is learnt at night; what follows from the customer's own purchases is read here, so that the
letter of an order speaks of that order's goods within the minute, and of nothing that was bought this morning.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from decimal import Decimal
from enum import IntEnum
from typing import Any, NamedTuple

from django.db import connection

MOST = 8
# Goods that offers follow from: of whoever has hundreds, the newest.
NEWEST_GOODS = 10


class Source(IntEnum):
    """Why something is offered; the lower, the sooner."""

    NAMED = 0
    RELATED = 1
    AGAIN = 2
    NEXT = 3
    POPULAR = 4


class Recommendation(NamedTuple):
    """`relation` is a kind of ProductRelation; `because_of` the name of what they have that led to it."""

    product_id: int
    source: Source
    relation: str
    because_of: str
    name: str
    price: Decimal | None
    picture_url: str
    url: str


# Variants of one product are one thing, by a number: sorting texts by a language's rules would take most of the time.
QUERY = """
    WITH RECURSIVE kept_back (id) AS (
        SELECT id FROM crm_category WHERE NOT may_be_recommended
        UNION SELECT category.id FROM crm_category AS category JOIN kept_back ON category.parent_id = kept_back.id
    ), bought AS (
        SELECT orders.customer_id, line.product_id, max(orders.placed_at) AS at,
               bool_or(line.returned_quantity < line.quantity) AS is_kept
        FROM crm_order AS orders JOIN crm_orderline AS line ON line.order_id = orders.id
        WHERE orders.customer_id = ANY(%(customers)s) AND orders.cancelled_at IS NULL AND orders.placed_at <= %(now)s
        GROUP BY orders.customer_id, line.product_id
    ), had AS MATERIALIZED (
        SELECT bought.*, product.category_id, product.name,
               coalesce(hashtextextended(nullif(product.external_id, ''), 0), product.id) AS thing,
               coalesce(is_kept AND at + product.repurchase_days * interval '1 day' <= %(now)s, false) AS is_due,
               row_number() OVER (PARTITION BY customer_id ORDER BY is_kept DESC, at DESC, product_id) AS place
        FROM bought JOIN crm_product AS product ON product.id = bought.product_id
    ), reason AS MATERIALIZED (
        SELECT * FROM had WHERE is_kept AND place <= %(newest_goods)s
    ), candidate (customer_id, product_id, source, relation, because_of, at, position) AS (
        SELECT customer.id, named.id, 0, '', '', NULL::timestamptz, named.position
        FROM unnest(%(customers)s::bigint[]) AS customer (id),
             unnest(%(named)s::bigint[]) WITH ORDINALITY AS named (id, position)
        UNION ALL
        SELECT customer_id, relation.related_id, 1, relation.kind, name, at, relation.id
        FROM reason JOIN crm_productrelation AS relation USING (product_id)
        UNION ALL
        SELECT customer_id, product_id, 2, '', name, at, 0 FROM reason WHERE is_due
        UNION ALL
        SELECT customer_id, next.followed_by_id, 3, '', name, at, next.position
        FROM reason JOIN crm_productsequence AS next USING (product_id) WHERE next.position <= %(most)s
        UNION ALL
        SELECT customer_id, best.product_id, 4, '', '', at, best.position
        FROM reason JOIN crm_bestseller AS best USING (category_id) WHERE place = 1 AND best.position <= %(most)s
        UNION ALL
        SELECT customer.id, best.product_id, 4, '', '', NULL, best.position
        FROM unnest(%(customers)s::bigint[]) AS customer (id), crm_bestseller AS best
        WHERE best.category_id IS NULL AND best.position <= %(most)s
          AND customer.id NOT IN (SELECT customer_id FROM reason WHERE place = 1 AND category_id IS NOT NULL)
    ), ranked AS (
        SELECT candidate.*, product.name, product.price, product.picture_url, product.url,
               coalesce(hashtextextended(nullif(product.external_id, ''), 0), product.id) AS thing,
               row_number() OVER (
                   PARTITION BY customer_id, source = 0 ORDER BY picture_url = '', source, at DESC, position, product_id
               ) AS place
        FROM candidate JOIN crm_product AS product ON product.id = candidate.product_id
        WHERE product.is_in_stock AND product.name <> ''
          AND (source = 0 OR product.may_be_recommended
               AND NOT coalesce(product.category_id IN (SELECT id FROM kept_back), false))
          AND NOT EXISTS (
              SELECT FROM had
              WHERE had.customer_id = candidate.customer_id AND NOT had.is_due
                AND had.thing = coalesce(hashtextextended(nullif(product.external_id, ''), 0), product.id)
          )
    )
    SELECT customer_id, thing, product_id, source, relation, because_of, name, price, picture_url, url
    FROM ranked WHERE source = 0 OR place <= 2 * %(most)s ORDER BY customer_id, place
"""


@dataclass(frozen=True, slots=True)
class Offers:
    """To one customer: what follows from what they have, and what they may be shown of the products named, by id."""

    found: list[Recommendation] = field(default_factory=list)
    named: dict[int, Recommendation] = field(default_factory=dict)


def recommend(customers: Collection[int], now: dt.datetime, named: Collection[int] = ()) -> dict[int, Offers]:
    """By customer. Of `named`, products by id, only what each neither has nor gave back, and what is in stock."""
    terms: dict[str, Any] = {
        "customers": sorted(set(customers)),
        "now": now,
        "named": sorted(set(named)),
        "most": MOST,
        "newest_goods": NEWEST_GOODS,
    }
    offers: defaultdict[int, Offers] = defaultdict(Offers)
    seen: set[tuple[int, int]] = set()
    with connection.cursor() as cursor:
        cursor.execute(QUERY, terms)
        for customer, thing, product, source, *told in cursor:
            one = Recommendation(product, Source(source), *told)
            if source == Source.NAMED:
                offers[customer].named[product] = one
            elif (customer, thing) not in seen and len(offers[customer].found) < MOST:
                # It may follow from several of their goods; the first of these tells why.
                seen.add((customer, thing))
                offers[customer].found.append(one)
    return offers
