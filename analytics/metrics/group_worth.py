from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any, ClassVar

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrPromise

from analytics.buyers import BuyerRelations
from analytics.metrics.few import FEWEST_BUYERS
from analytics.metrics.ratio import ratio
from segments.models import Membership

MOST_ROWS = 50
# Of a merged record the stays are those of the customer it became. What a first order was of is history: returns count.
QUERY = """
, belonging AS (
    SELECT 'source' AS kind, customer.source::text AS key, customer_id
    FROM buyers JOIN crm_customer AS customer ON customer.id = customer_id
    UNION ALL
    SELECT DISTINCT 'segment', stay.segment_id::text, buyers.customer_id
    FROM ({stays}) AS stay (segment_id, customer_id)
    JOIN crm_customer AS customer ON customer.id = stay.customer_id
    JOIN buyers ON buyers.customer_id = coalesce(customer.merged_into_id, customer.id)
    UNION ALL
    SELECT DISTINCT 'category', coalesce(lineage.above_id::text, ''), buyers.customer_id
    FROM buyers
    JOIN chosen ON chosen.customer_id = buyers.customer_id AND position = first_position
    LEFT JOIN (crm_orderline AS line JOIN crm_product AS product ON product.id = line.product_id
               JOIN lineage ON lineage.id = product.category_id) ON line.order_id = chosen.order_id
),
worth AS (
    SELECT kind, key, count(*)::int AS buyers, count(*) FILTER (WHERE buyers.orders > 1)::int AS repeat_buyers,
           sum(buyers.orders)::int AS orders, sum(buyers.revenue) AS revenue, sum(buyers.margin) AS margin,
           sum(buyers.orders_with_margin)::int AS orders_with_margin,
           count(prediction.revenue)::int AS predicted_buyers, sum(prediction.revenue) AS predicted_revenue
    FROM belonging JOIN buyers USING (customer_id)
    LEFT JOIN crm_customerprediction AS prediction USING (customer_id)
    GROUP BY kind, key
)
SELECT * FROM (
    SELECT *, count(*) OVER (PARTITION BY kind)::int AS groups,
           row_number() OVER (PARTITION BY kind ORDER BY buyers DESC, key) AS place
    FROM worth
) AS ranked
WHERE place <= %s ORDER BY kind, place
"""


class GroupKind(TextChoices):
    SOURCE = "source", _("acquisition source")
    SEGMENT = "segment", _("segment")
    CATEGORY = "category", _("category of the first order")


@dataclass(frozen=True)
class GroupWorth:
    """Means of fewer than 20 buyers are None: they would be about chance. `key` is empty where nothing is known."""

    definition: ClassVar[StrPromise] = _(
        "Buyers whose first order fell in the period, and all they have ordered since, up to today. Repeat rate: those "
        "with two orders and more ÷ all. LTV: revenue ÷ all; by margin, the margin of orders whose cost is known ÷ "
        "all. Expected: the mean of what the models expect each to bring in the next 12 months. Whoever came lately "
        "had less time to come back; of fewer than 20 buyers nothing can be told."
    )

    kind: GroupKind
    key: str
    buyers: int
    repeat_buyers: int
    orders: int
    revenue: Decimal
    margin: Decimal | None
    orders_with_margin: int
    predicted_buyers: int
    predicted_revenue: Decimal | None

    @property
    def is_enough(self) -> bool:
        return self.buyers >= FEWEST_BUYERS

    @property
    def repeat_rate(self) -> Decimal | None:
        return self._of_enough(ratio(self.repeat_buyers, self.buyers))

    @property
    def revenue_mean(self) -> Decimal | None:
        return self._of_enough(ratio(self.revenue, self.buyers))

    @property
    def margin_mean(self) -> Decimal | None:
        return self._of_enough(ratio(self.margin, self.buyers))

    @property
    def orders_per_buyer(self) -> Decimal | None:
        return self._of_enough(ratio(self.orders, self.buyers))

    @property
    def predicted_mean(self) -> Decimal | None:
        """Of those of whom anything is expected: the newest wait for the night."""
        if self.predicted_buyers < FEWEST_BUYERS:
            return None
        return ratio(self.predicted_revenue, self.predicted_buyers)

    def _of_enough(self, mean: Decimal | None) -> Decimal | None:
        return mean if self.is_enough else None


@dataclass(frozen=True)
class Groups:
    """Those with the most buyers, and how many there are in all."""

    kind: GroupKind
    rows: tuple[GroupWorth, ...]
    total: int


def groups(buyers: BuyerRelations, members_at: dt.datetime) -> list[Groups]:
    """Sources, segments as they were at that moment, and categories of the first order."""
    stays, params = (
        Membership.objects.open_at(members_at).order_by().values_list("segment", "customer").query.sql_with_params()
    )
    found = buyers.fetch(QUERY.format(stays=stays), *params, MOST_ROWS)
    return [_groups(kind, [row for row in found if row["kind"] == kind]) for kind in GroupKind]


def _groups(kind: GroupKind, rows: Sequence[dict[str, Any]]) -> Groups:
    names = [field.name for field in fields(GroupWorth) if field.name != "kind"]
    found = tuple(GroupWorth(kind, **{name: row[name] for name in names}) for row in rows)
    return Groups(kind, found, rows[0]["groups"] if rows else 0)
