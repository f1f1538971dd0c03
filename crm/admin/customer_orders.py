"""What a customer ordered, on their page: with pictures, and in the currency of each order."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, F, Prefetch, Sum

from crm.models import Customer, Order, OrderLine

SHOWN = 5
PICTURES = 4
LINES = Prefetch("lines", OrderLine.objects.select_related("product"))


@dataclass(frozen=True, slots=True)
class ShownOrder:
    order: Order
    lines: list[OrderLine]
    more: int

    @property
    def has_pictures(self) -> bool:
        return any(line.product.picture_url for line in self.lines)


@dataclass(frozen=True, slots=True)
class Spent:
    currency: str
    amount: Decimal
    orders: int


def newest_orders(customer: Customer) -> list[ShownOrder]:
    orders = customer.orders.order_by("-placed_at", "-pk").prefetch_related(LINES)[:SHOWN]
    return [_shown(order) for order in orders]


def spent_by_currency(customer: Customer) -> list[Spent]:
    """Less what was given back; an order that was cancelled does not count."""
    counted = customer.orders.counted().values("currency")
    sums = counted.annotate(amount=Sum(F("total") - F("refunded")), orders=Count("pk")).order_by("-orders", "currency")
    return [Spent(one["currency"], one["amount"], one["orders"]) for one in sums]


def _shown(order: Order) -> ShownOrder:
    """Lines with a picture come first: it says at a glance what it was about."""
    lines = sorted(order.lines.all(), key=lambda line: (not line.product.picture_url, line.pk))
    return ShownOrder(order, lines[:PICTURES], max(0, len(lines) - PICTURES))
