"""The currency that figures are in."""

from __future__ import annotations

from django.conf import settings
from django.db import transaction

from crm.models import Order

FALLBACK = "EUR"
# Once there is a first order it stays the first: asked of the database no more than once a process.
remembered: list[str] = []


def shop_currency() -> str:
    """What the shop counts in: `CURRENCY`, or where that is not set, what its first order was paid in."""
    return known_currency() or FALLBACK


def known_currency() -> str:
    """Empty as long as nothing tells it: `CURRENCY` is not set, and there are no orders."""
    if settings.CURRENCY or remembered:
        return str(settings.CURRENCY or remembered[0])
    first = Order.objects.order_by("pk").values_list("currency", flat=True).first() or ""
    if first:
        # An order that is rolled back was never the first.
        transaction.on_commit(lambda: remembered.append(first))
    return first
