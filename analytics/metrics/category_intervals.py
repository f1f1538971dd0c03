from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrPromise

from analytics.buyers import BuyerRelations

FEWEST_INTERVALS = 20
MOST_ROWS = 50
QUERY = """
, bought AS (
    SELECT DISTINCT chosen.customer_id, position, placed_at, above_id AS category_id
    FROM chosen JOIN buyers USING (customer_id)
    JOIN crm_orderline AS line ON line.order_id = chosen.order_id
    JOIN crm_product AS product ON product.id = line.product_id
    JOIN lineage ON lineage.id = product.category_id
),
gaps AS (
    SELECT category_id, extract(epoch FROM placed_at - lag(placed_at) OVER (
        PARTITION BY customer_id, category_id ORDER BY position
    )) / 86400 AS days
    FROM bought
)
SELECT category_id AS category, count(days)::int AS intervals,
       percentile_cont(0.25) WITHIN GROUP (ORDER BY days::float8) AS lower_days,
       percentile_cont(0.5) WITHIN GROUP (ORDER BY days::float8) AS median_days,
       percentile_cont(0.75) WITHIN GROUP (ORDER BY days::float8) AS upper_days,
       count(*) OVER ()::int AS categories
FROM gaps WHERE days IS NOT NULL GROUP BY category_id HAVING count(days) >= %s
ORDER BY intervals DESC, category_id LIMIT %s
"""


@dataclass(frozen=True)
class CategoryInterval:
    """Between the quartiles lies the middle half of the intervals."""

    definition: ClassVar[StrPromise] = _(
        "Days between an order with anything of the category, or of what is part of it, and the same customer's next "
        "order with it, of buyers whose first order fell in the period: a quarter of the intervals are shorter than "
        "the lower quartile, half are shorter than the median, a quarter are longer than the upper quartile. Only "
        "those who bought it again count, and of recent buyers only short intervals can be seen yet. Categories with "
        "20 intervals and more."
    )

    category: int
    intervals: int
    lower_days: float
    median_days: float
    upper_days: float
    categories: int


def category_intervals(buyers: BuyerRelations) -> list[CategoryInterval]:
    """The categories with the most intervals first; `categories` says how many there are in all."""
    return [CategoryInterval(**row) for row in buyers.fetch(QUERY, FEWEST_INTERVALS, MOST_ROWS)]
