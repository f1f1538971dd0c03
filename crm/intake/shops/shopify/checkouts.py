"""Checkouts that somebody began in a Shopify shop: events of a customer, for as long as they are no order."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils.translation import gettext as _

from crm.intake.facts import EventFact, NothingToRecord
from crm.intake.shops.shopify.customers import buyer_fact
from crm.intake.shops.shopify.lines import in_shop_currency, sku_of
from crm.intake.shops.shopify.order_bodies import Checkout

STARTED, UPDATED = "checkout.started", "checkout.updated"
MOST_ITEMS = 50


def checkout_fact(body: dict[str, Any], topic: str, told_at: dt.datetime) -> EventFact:
    told = Checkout.model_validate(body)
    if told.completed_at:
        raise NothingToRecord(_("This checkout has become an order."))
    is_new = topic != "checkouts/update"
    at = (told.created_at if is_new else told.updated_at) or told_at
    name = told.token or told.id
    return EventFact(
        kind=STARTED if is_new else UPDATED,
        customer=buyer_fact(
            told.customer,
            emails=[told.email],
            phones=[told.phone],
            addresses=[told.billing_address, told.shipping_address],
            locale=told.customer_locale,
        ),
        at=at,
        key=f"checkout:{name}:started" if is_new else f"checkout:{name}:{at.timestamp():.0f}",
        properties=_properties(told),
    )


def _properties(told: Checkout) -> dict[str, Any]:
    return {
        "checkout": told.token or told.id,
        "total": str(told.total_price),
        "currency": told.currency,
        "url": told.abandoned_checkout_url,
        "items": [
            {
                "sku": sku_of(line),
                "name": line.name or line.title,
                "quantity": str(line.quantity),
                "price": str(in_shop_currency(line.price, line.price_set)),
            }
            for line in told.line_items[:MOST_ITEMS]
        ],
    }
