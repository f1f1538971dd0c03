"""Counts of a period, from which the metrics are pure arithmetic.

Different buyers cannot be added up over days, but orders can. Of a buyer's n orders in a period, n - 1 have their
previous order in it and n - 2 (if n > 1) their previous but one, so over all buyers

    buyers                      = orders - orders whose previous one is in the period
    buyers with two and more    = orders whose previous one is in it - orders whose previous but one is in it
    lapsed who came back        = orders whose previous one lies before the days that make a buyer lapsed
    lapsed at the start         = first orders before those days - orders in them whose previous one lies before them
    revenue of buyers with one  = revenue of first orders - of those first orders that were followed by its end
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from analytics.relations import Relations
from crm.figures.periods import Period

QUERY = """
, period (position, a, b, lapse_days) AS (VALUES {periods})
SELECT period.lapse_days, made.*, gone.*, before.*, gaps.*,
       made.orders - gone.again AS buyers,
       gone.again - gone.thrice AS repeat_buyers,
       made.first_revenue - gone.followed_revenue AS single_revenue
FROM period
CROSS JOIN LATERAL (
    SELECT coalesce(sum(orders) FILTER (WHERE placed_on >= a), 0)::bigint AS orders,
           coalesce(sum(revenue) FILTER (WHERE placed_on >= a), 0) AS revenue,
           coalesce(sum(first_orders) FILTER (WHERE placed_on >= a), 0)::bigint AS new_buyers,
           coalesce(sum(first_revenue) FILTER (WHERE placed_on >= a), 0) AS first_revenue,
           sum(margin) FILTER (WHERE placed_on >= a) AS margin,
           coalesce(sum(orders_with_margin) FILTER (WHERE placed_on >= a), 0)::bigint AS orders_with_margin,
           coalesce(sum(first_orders), 0)::bigint AS buyers_so_far,
           coalesce(sum(second_orders), 0)::bigint AS repeat_buyers_so_far,
           coalesce(sum(orders), 0)::bigint AS orders_so_far,
           coalesce(sum(orders_with_margin), 0)::bigint AS orders_with_margin_so_far,
           coalesce(sum(revenue), 0) AS revenue_so_far,
           sum(margin) AS margin_so_far
    FROM days WHERE placed_on <= b
) AS made
CROSS JOIN LATERAL (
    SELECT coalesce(sum(orders) FILTER (WHERE back = 1 AND earlier_on >= a), 0)::bigint AS again,
           coalesce(sum(orders) FILTER (WHERE back = 2 AND earlier_on >= a), 0)::bigint AS thrice,
           coalesce(sum(orders) FILTER (WHERE back = 1 AND earlier_on < a - lapse_days), 0)::bigint AS reactivated,
           coalesce(sum(first_revenue) FILTER (WHERE earlier_on >= a), 0) AS followed_revenue
    FROM comebacks WHERE placed_on BETWEEN a AND b
) AS gone
CROSS JOIN LATERAL (
    SELECT coalesce((SELECT sum(first_orders) FROM days WHERE placed_on < a - lapse_days), 0)::bigint
         - coalesce((SELECT sum(orders) FROM comebacks
                     WHERE placed_on >= a - lapse_days AND placed_on < a
                       AND back = 1 AND earlier_on < a - lapse_days), 0)::bigint AS lapsed
) AS before
CROSS JOIN LATERAL (
    SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds) / 86400 AS median_gap_days,
           (avg(seconds) / 86400)::float8 AS mean_gap_days
    FROM days CROSS JOIN unnest(gaps_seconds) AS seconds WHERE placed_on BETWEEN a AND b
) AS gaps
ORDER BY period.position
"""


@dataclass(frozen=True)
class PeriodCounts:
    """Counts of one period; `…_so_far` are of all days up to its end. Sums of margin are None when none is known."""

    orders: int
    revenue: Decimal
    margin: Decimal | None
    orders_with_margin: int
    buyers: int
    new_buyers: int
    repeat_buyers: int
    first_revenue: Decimal
    single_revenue: Decimal
    lapse_days: int
    lapsed: int
    reactivated: int
    median_gap_days: float | None
    mean_gap_days: float | None
    buyers_so_far: int
    repeat_buyers_so_far: int
    orders_so_far: int
    orders_with_margin_so_far: int
    revenue_so_far: Decimal
    margin_so_far: Decimal | None


def count_periods(relations: Relations, periods: Sequence[Period], lapse_days: int) -> list[PeriodCounts]:
    """The counts of each period, in one query."""
    rows = ", ".join(["(%s::int, %s::date, %s::date, %s::int)"] * len(periods))
    params = [
        value
        for position, period in enumerate(periods)
        for value in (position, period.first_on, period.last_on, lapse_days)
    ]
    found = relations.fetch(QUERY.format(periods=rows), *params)
    return [PeriodCounts(**{name: row[name] for name in PeriodCounts.__dataclass_fields__}) for row in found]
