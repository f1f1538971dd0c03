"""Two segments side by side: who is in both, and what each part ordered and brought."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum

from crm.models import Customer
from segments.models import Membership, Segment


@dataclass(frozen=True)
class GroupFigures:
    """Members as the last refresh found them, and their orders and revenue of all time."""

    customers: int
    orders: int
    revenue: Decimal
    repeat_buyers: int

    @property
    def revenue_each(self) -> Decimal | None:
        return self.revenue / self.customers if self.customers else None

    @property
    def repeat_share(self) -> float | None:
        return self.repeat_buyers / self.customers if self.customers else None


@dataclass(frozen=True)
class Comparison:
    first: GroupFigures
    second: GroupFigures
    both: GroupFigures
    only_first: GroupFigures
    only_second: GroupFigures


def compare(first: Segment, second: Segment) -> Comparison:
    return Comparison(
        first=_part(_inside(first)),
        second=_part(_inside(second)),
        both=_part(_inside(first), _inside(second)),
        only_first=_part(_inside(first), ~_inside(second)),
        only_second=_part(_inside(second), ~_inside(first)),
    )


def _inside(segment: Segment) -> Q:
    return Q(Exists(Membership.objects.open_in(segment.pk).filter(customer=OuterRef("pk"))))


def _part(*conditions: Q) -> GroupFigures:
    customers: QuerySet[Customer] = Customer.objects.current().filter(*conditions)
    found = customers.aggregate(
        customers=Count("pk"),
        orders=Sum("stats__orders_count", default=0),
        revenue=Sum("stats__revenue", default=Decimal(0)),
        repeat_buyers=Count("pk", filter=Q(stats__orders_count__gte=2)),
    )
    return GroupFigures(**found)
