from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, QuerySet

from crm.figures.periods import ALL_TIME, Period
from crm.models import Category, OrderLine, OrderStanding
from segments.models import Membership, Segment


@dataclass(frozen=True)
class Filters:
    """Which orders figures are about.

    `period` says of which days; the others narrow the base itself: to present members of a segment, to customers of
    one acquisition source, to orders with anything of a category (its sub-categories included). Within a narrowed
    base only its own orders exist: an order is a buyer's first there if it is their first of that category.
    """

    period: Period = ALL_TIME
    segment: Segment | None = None
    category: Category | None = None
    source: str = ""

    @property
    def is_whole_base(self) -> bool:
        return self.segment is None and self.category is None and not self.source

    def standings(self) -> QuerySet[OrderStanding]:
        orders = OrderStanding.objects.all()
        if self.segment is not None:
            members = Membership.objects.open_in(self.segment.pk).filter(customer=OuterRef("customer"))
            orders = orders.filter(Exists(members))
        if self.source:
            orders = orders.filter(customer__source=self.source)
        if self.category is not None:
            parents = Category.objects.values_list("pk", "parent_id")
            lines = OrderLine.objects.filter(
                order=OuterRef("order"), product__category__in=with_descendants(self.category.pk, parents)
            )
            orders = orders.filter(Exists(lines))
        return orders


def with_descendants(category: int, parents: Iterable[tuple[int, int | None]]) -> set[int]:
    """The category and all below it, from pairs of a category and what it is part of. Survives a circle."""
    children: dict[int | None, list[int]] = {}
    for child, parent in parents:
        children.setdefault(parent, []).append(child)
    found, fresh = {category}, [category]
    while fresh:
        fresh = [child for parent in fresh for child in children.get(parent, []) if child not in found]
        found.update(fresh)
    return found
