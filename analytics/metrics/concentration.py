from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrPromise

from analytics.metrics.ratio import ratio
from analytics.relations import Relations

# A tenth is rounded up, so that even one buyer has a top tenth.
QUERY = """
, buyers AS (
    SELECT sum(net_revenue) AS revenue, row_number() OVER (ORDER BY sum(net_revenue) DESC) AS rank,
           count(*) OVER () AS buyers
    FROM standing GROUP BY customer_id
)
SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY revenue) AS median,
       coalesce(sum(revenue), 0) AS revenue,
       coalesce(sum(revenue) FILTER (WHERE rank <= ceil(buyers / 10.0)), 0) AS top_decile_revenue
FROM buyers
"""


@dataclass(frozen=True)
class Concentration:
    definition: ClassVar[StrPromise] = _(
        "Half of all buyers have brought less than the median, half more. "
        "Top tenth: revenue of the tenth of buyers who brought the most ÷ all revenue."
    )

    median_revenue: float | None
    top_decile_share: Decimal | None


def concentration(counted: Relations) -> Concentration:
    """How unevenly buyers bring revenue; `counted` from orders, since rollups know no single buyer."""
    (row,) = counted.fetch(QUERY)
    return Concentration(row["median"], ratio(row["top_decile_revenue"], row["revenue"]))
