"""An order as Shopify sends it."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

from crm.intake.shops.shopify.opening import MESSAGE_ID, TOPIC, TRIGGERED_AT
from crm.intake.shops.shopify.signature import SHOP, SIGNATURE, shop_of, sign
from crm.models import Source


def order(number: str, at: dt.datetime) -> dict[str, Any]:
    """Of a guest, so that it is nobody whom the shop knows."""
    moment = at.isoformat(timespec="seconds")
    return {
        "id": number,
        "name": f"#{number}",
        "email": f"{number.lower()}@example.com",
        "created_at": moment,
        "processed_at": moment,
        "updated_at": moment,
        "cancelled_at": None,
        "test": False,
        "total_price": "49.90",
        "total_discounts": "0.00",
        "financial_status": "pending",
        "customer_locale": "en",
        "billing_address": {"first_name": "Ann", "city": "London", "country_code": "GB"},
        "line_items": [{"id": 1, "sku": "K-1", "title": "Kettle", "quantity": 1, "price": "49.90"}],
        "discount_codes": [],
        "fulfillments": [],
        "refunds": [],
    }


def headers(source: Source, body: bytes, *, topic: str, key: str, at: dt.datetime) -> dict[str, str]:
    """`key` tells the message from others; the shop is named where it is known."""
    shop = shop_of(source)
    return {
        TOPIC: topic,
        SIGNATURE: sign(body, source.secret),
        MESSAGE_ID: key,
        TRIGGERED_AT: at.isoformat(),
    } | ({SHOP: shop} if shop else {})


def signed_order(source: Source, number: str, at: dt.datetime) -> tuple[str, dict[str, str]]:
    body = json.dumps(order(number, at))
    return body, headers(source, body.encode(), topic="orders/create", key=number, at=at)
