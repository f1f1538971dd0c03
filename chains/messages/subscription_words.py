"""What a letter says of the subscriptions that come round next: all of the soonest day, at the price of today."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from decimal import Decimal

from chains.messages import wording
from crm.models import Subscription
from crm.timezones import shop_zone, start_of

NO_SUBSCRIPTION = {"goods": "", "next_on": "", "total": ""}


def coming_next(customers: Collection[int]) -> dict[int, list[Subscription]]:
    """By customer, in one query."""
    found: dict[int, list[Subscription]] = {}
    active = Subscription.objects.active().filter(customer__in=set(customers)).select_related("product")
    for one in active.order_by("customer", "next_on", "pk"):
        soonest = found.setdefault(one.customer_id, [])
        if not soonest or soonest[0].next_on == one.next_on:
            soonest.append(one)
    return found


def subscription_words(coming: Sequence[Subscription], language: str, currency: str) -> dict[str, str]:
    if not coming:
        return NO_SUBSCRIPTION
    return {
        "goods": ", ".join(f"{one.quantity} × {one.product}" for one in coming),
        "next_on": _day(coming[0].next_on, language),
        "total": _total(coming, language, currency),
    }


def _total(coming: Sequence[Subscription], language: str, currency: str) -> str:
    prices = [one.product.price for one in coming]
    if None in prices:
        return ""
    total = sum((one.product.price or Decimal()) * one.quantity for one in coming)
    return wording.money(Decimal(total), currency, language)


def _day(day: dt.date, language: str) -> str:
    return wording.day(start_of(day), shop_zone(), language)
