"""An order as WooCommerce tells it, of a guest nobody knows."""

from __future__ import annotations

import datetime as dt
from typing import Any

from crm.intake.shops.woocommerce.reading import DELIVERY, TOPIC
from crm.intake.shops.woocommerce.signature import SHOP, SIGNATURE, sign
from crm.models import Source


def order(number: str, at: dt.datetime) -> dict[str, Any]:
    moment = at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S")
    return {
        # Far above the numbers that shops count to.
        "id": int(at.timestamp()),
        "number": number,
        "status": "pending",
        "currency": "",
        "date_created_gmt": moment,
        "date_modified_gmt": moment,
        "discount_total": "0.00",
        "total": "54.90",
        "prices_include_tax": False,
        "customer_id": 0,
        "billing": {"first_name": "Ann", "email": f"{number.lower()}@example.com", "country": "DE"},
        "shipping_total": "5.00",
        "line_items": [
            {"id": 1, "name": "Kettle", "product_id": 93, "quantity": 1, "subtotal": "49.90", "total": "49.90",
             "sku": "K-1", "price": 49.9}
        ],
        "coupon_lines": [],
        "refunds": [],
        "meta_data": [],
    }  # fmt: skip


def headers(body: str, source: Source) -> dict[str, str]:
    return {
        TOPIC: "order.created",
        SHOP: source.site_address or "https://shop.example.com/",
        DELIVERY: "1",
        SIGNATURE: sign(body.encode(), source.secret),
    }
