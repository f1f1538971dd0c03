"""The RFM grid: how many buyers stand where by recency and frequency, and what they brought."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, Sum

from crm.models import CustomerScore

FIFTHS = (5, 4, 3, 2, 1)


@dataclass(frozen=True)
class RfmCell:
    """Customers with these scores of the nightly pass; `share` is their part of all buyers, 0 to 1."""

    recency: int
    frequency: int
    customers: int = 0
    revenue: Decimal = Decimal(0)
    share: float = 0


def grid() -> list[list[RfmCell]]:
    """Rows by recency, the latest buyers first; in a row by frequency, the most frequent first."""
    counted = (
        CustomerScore.objects.filter(customer__merged_into=None, customer__erased_at=None)
        .order_by()
        .values_list("recency", "frequency")
        .annotate(customers=Count("pk"), revenue=Sum("customer__stats__revenue"))
    )
    found = {(recency, frequency): (customers, revenue) for recency, frequency, customers, revenue in counted}
    everybody = sum(customers for customers, _revenue in found.values()) or 1
    return [[_cell(recency, frequency, found, everybody) for frequency in FIFTHS] for recency in FIFTHS]


def _cell(recency: int, frequency: int, found: dict[tuple[int, int], tuple[int, Decimal]], everybody: int) -> RfmCell:
    customers, revenue = found.get((recency, frequency), (0, Decimal(0)))
    return RfmCell(recency, frequency, customers, revenue or Decimal(0), customers / everybody)


def rule_of(recency: int, frequency: int) -> dict[str, Any]:
    return {
        "all": [
            {"field": "recency_score", "operator": "exactly", "value": recency},
            {"field": "frequency_score", "operator": "exactly", "value": frequency},
        ]
    }
