"""Which first orders were followed by a second one within 90 days more often, or less, than the others.

Looked at are facts that were there with the order, or that came within 30 days of it. Of the latter only customers are
compared who had not ordered again by then, and what counts is an order from then on: otherwise whoever orders again
within a week had no time to complain or to rate, and having kept silent would look as if it brought customers back.

Letters of chains are not looked at: who gets one is chosen by what they did, and a chain's control group tells what
its letters bring. Nor are the weekday and the month, which nobody can make a segment to do something about.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.conf import settings

from analytics.goods.chance import corrected, differ
from analytics.goods.counting import rows, run
from analytics.models import ReturnTrait

MOST_CHANCE = 0.05
CENT = Decimal("0.01")
Kind = ReturnTrait.Kind

NEWCOMERS = """
    CREATE TEMPORARY TABLE goods_newcomer AS
    WITH newcomer AS (
        SELECT customer_id, order_id, placed_at FROM crm_orderstanding
        WHERE ordinal = 1 AND placed_at > %(since)s AND placed_at <= %(now)s - %(days)s
    ), rated AS (
        SELECT order_id, bool_or(score >= 4) AS well, bool_or(score <= 3) AS badly
        FROM newcomer JOIN crm_feedback USING (order_id)
        WHERE kind = 'rating' AND left_at <= placed_at + %(known_by)s GROUP BY order_id
    ), complained AS (
        SELECT DISTINCT order_id FROM newcomer JOIN crm_case AS opened USING (order_id)
        WHERE opened.kind = 'complaint' AND opened.opened_at <= placed_at + %(known_by)s
    )
    SELECT newcomer.order_id, orders.total_in_shop_currency AS total, customer.source, orders.source AS order_source,
           orders.discount > 0 OR orders.coupon_code <> '' AS discounted,
           CASE WHEN orders.delivered_at <= newcomer.placed_at + %(known_by)s THEN
               (orders.delivered_at AT TIME ZONE %(zone)s)::date > (orders.promised_at AT TIME ZONE %(zone)s)::date
           END AS late,
           coalesce(rated.well, false) AS rated_well, coalesce(rated.badly, false) AS rated_badly,
           complained.order_id IS NOT NULL AS complaint,
           coalesce(second.placed_at <= newcomer.placed_at + %(days)s, false) AS came_back,
           coalesce(second.placed_at <= newcomer.placed_at + %(known_by)s, false) AS came_early
    FROM newcomer JOIN crm_order AS orders ON orders.id = newcomer.order_id
    JOIN crm_customer AS customer ON customer.id = newcomer.customer_id
    LEFT JOIN crm_orderstanding AS second ON second.customer_id = newcomer.customer_id AND second.ordinal = 2
    LEFT JOIN rated ON rated.order_id = newcomer.order_id
    LEFT JOIN complained ON complained.order_id = newcomer.order_id
"""
COUNTS = "count(*), count(*) FILTER (WHERE came_back)"
# What was bought, whether it was kept or not.
BY_PRODUCT = f"""
    SELECT product_id, {COUNTS}
    FROM (
        SELECT DISTINCT order_id, product_id, came_back FROM goods_newcomer JOIN crm_orderline USING (order_id)
    ) AS first GROUP BY product_id
"""  # noqa: S608 - constants
BY_CATEGORY = f"""
    SELECT item_id, {COUNTS}
    FROM (
        SELECT DISTINCT order_id, item_id, came_back FROM goods_newcomer JOIN crm_orderline AS line USING (order_id)
        JOIN crm_product AS product ON product.id = line.product_id JOIN goods_category USING (category_id)
    ) AS first GROUP BY item_id
"""  # noqa: S608 - constants
QUARTERS = "SELECT percentile_disc(ARRAY[0.25, 0.5, 0.75]) WITHIN GROUP (ORDER BY total) FROM goods_newcomer"
# What was not there with the order is compared between those who had not come back before it was known.
KNOWN_LATER = {
    Kind.LATE: "NOT came_early AND late IS NOT NULL",
    Kind.RATED_WELL: "NOT came_early",
    Kind.RATED_BADLY: "NOT came_early",
    Kind.COMPLAINT: "NOT came_early",
}


@dataclass(frozen=True)
class FoundTraits:
    traits: list[ReturnTrait]
    looked_at: int
    newcomers: int


def find_traits(terms: dict[str, Any]) -> FoundTraits:
    """Within `counting.bought`, whose tables it reads."""
    days = {"days": dt.timedelta(days=ReturnTrait.DAYS), "known_by": dt.timedelta(days=ReturnTrait.KNOWN_BY_DAYS)}
    run("DROP TABLE IF EXISTS pg_temp.goods_newcomer")
    run(NEWCOMERS, {**terms, **days, "zone": settings.TIME_ZONE})
    looked_at = [trait for trait in _traits() if min(trait.customers, trait.others) >= ReturnTrait.FEWEST_CUSTOMERS]
    ((newcomers,),) = rows("SELECT count(*) FROM goods_newcomer")
    run("DROP TABLE goods_newcomer")
    return FoundTraits(_remarkable(looked_at), len(looked_at), newcomers)


def _remarkable(looked_at: list[ReturnTrait]) -> list[ReturnTrait]:
    columns = [
        [getattr(trait, name) for trait in looked_at]
        for name in ("came_back", "customers", "others_came_back", "others")
    ]
    if not looked_at:
        return []
    p_values = corrected(differ(*columns), len(looked_at))
    for trait, p_value in zip(looked_at, p_values, strict=True):
        trait.p_value = float(p_value)
    return [trait for trait in looked_at if trait.p_value <= MOST_CHANCE]


def _traits() -> Iterator[ReturnTrait]:
    everybody = _count("true", "true")
    for category, *counts in rows(BY_CATEGORY):
        yield _trait(everybody, counts, kind=Kind.CATEGORY, category_id=category)
    for product, *counts in rows(BY_PRODUCT):
        yield _trait(everybody, counts, kind=Kind.PRODUCT, product_id=product)
    for kind in (Kind.SOURCE, Kind.ORDER_SOURCE):
        for name, *counts in rows(f"SELECT {kind.value}, {COUNTS} FROM goods_newcomer GROUP BY 1"):  # noqa: S608
            if name:
                yield _trait(everybody, counts, kind=kind, text=name)
    for least, most in _bands():
        within = f"total >= {least}" + ("" if most is None else f" AND total <= {most}")
        yield _trait(everybody, _count("true", within), kind=Kind.TOTAL, least=least, most=most)
    yield _trait(everybody, _count("true", "discounted"), kind=Kind.DISCOUNTED)
    for kind, whose in KNOWN_LATER.items():
        yield _trait(_count(whose, "true"), _count(whose, kind.value), kind=kind)


def _bands() -> Iterator[tuple[Decimal, Decimal | None]]:
    """Of orders' totals, each with about a quarter of the first orders."""
    ((cuts,),) = rows(QUARTERS)
    least = Decimal(0)
    for cut in sorted(set(cuts or [])):
        yield least, cut
        least = cut + CENT
    if cuts:
        yield least, None


def _count(whose: str, which: str) -> list[int]:
    """How many, and how many of them came back."""
    ((customers, came_back),) = rows(f"SELECT {COUNTS} FROM goods_newcomer WHERE ({whose}) AND ({which})")  # noqa: S608
    return [customers, came_back]


def _trait(whole: list[int], part: list[int], **what: Any) -> ReturnTrait:
    customers, came_back = part
    others, others_came_back = whole[0] - customers, whole[1] - came_back
    return ReturnTrait(
        customers=customers, came_back=came_back, others=others, others_came_back=others_came_back, **what
    )
