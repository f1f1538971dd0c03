"""Orders as each door is told of them: a message for everything that happens, in the words of that shop's software.

A door is a function from the orders and its source to its messages.
"""

import base64
import json
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils import timezone
from standardwebhooks.webhooks import Webhook

from crm.intake.api.keys import key_of
from crm.intake.shops.shopify import example as shopify
from crm.intake.shops.woocommerce import signature as woocommerce
from tests.journeys.doors.shop_orders import MOMENTS, email_of, total_of


@dataclass
class Message:
    path: str
    body: Any
    headers: dict[str, str] = field(default_factory=dict)


def happenings(purchase):
    """(moment, what it is, what is known by then), the placing first."""
    told = [(purchase.placed_at, "placed_at")]
    told += sorted((getattr(purchase, name), name) for name in MOMENTS if getattr(purchase, name))
    for at, name in told:
        yield at, name, {one: moment for moment, one in told if moment <= at and one != "placed_at"}


def _serials(purchases):
    """Shops number their orders and customers; the real ones here are named by long hashes."""
    customers = {name: serial for serial, name in enumerate(dict.fromkeys(one.customer for one in purchases), start=1)}
    return {one.number: (1_000 + place, customers[one.customer]) for place, one in enumerate(purchases)}


def api(purchases, source):
    """Placed with all there is; what happens later by itself."""
    headers = {"Authorization": f"Bearer {key_of(source)}"}
    return [
        Message("/api/v1/orders", _plain(one, at, name), headers)
        for one in purchases
        for at, name, _known in happenings(one)
    ]


def api_in_batches(purchases, source):
    singly = api(purchases, source)
    return [
        Message("/api/v1/orders/batch", {"items": [one.body for one in singly[start : start + 20]]}, singly[0].headers)
        for start in range(0, len(singly), 20)
    ]


def webhook(purchases, source):
    messages = []
    for one in purchases:
        for at, name, _known in happenings(one):
            body = json.dumps(
                {
                    "type": f"order.{name.removesuffix('_at')}",
                    "timestamp": at.isoformat(),
                    "data": _plain(one, at, name),
                }
            )
            key, now = f"{one.number} {name}", timezone.now()
            signed = Webhook(source.secret).sign(key, now, body)
            headers = {"webhook-id": key, "webhook-timestamp": str(int(now.timestamp())), "webhook-signature": signed}
            messages.append(Message(f"/hooks/{source.key}/", body, headers))
    return messages


def _plain(one, at, name):
    if name != "placed_at":
        return {"number": one.number, name: at.isoformat(), "updated_at": at.isoformat()}
    lines = [
        {"sku": sku, "quantity": quantity, "price": price, "name": title, "category": category}
        for sku, quantity, price, title, category in one.lines
    ]
    customer = {"id": one.customer, "email": email_of(one), "city": one.city}
    return {
        "number": one.number,
        name: at.isoformat(),
        "updated_at": at.isoformat(),
        "customer": customer,
        "lines": lines,
    }


TOPICS = {"placed_at": "create", "paid_at": "paid", "cancelled_at": "cancelled"}


def of_shopify(purchases, source):
    """The whole order each time it is paid or cancelled; its parcel is told of by messages of its own."""
    numbers, messages = _serials(purchases), []
    for one in purchases:
        for at, name, known in happenings(one):
            topic, body = _shopify(one, at, name, known, *numbers[one.number])
            raw = json.dumps(body)
            headers = shopify.headers(source, raw.encode(), topic=topic, key=f"{one.number} {name}", at=at)
            messages.append(Message(f"/hooks/{source.key}/", raw, headers))
    return messages


def _shopify(one, at, name, known, order_id, customer_id):
    parcel = {"order_id": order_id, "name": f"{one.number}.1", "status": "success", "created_at": at.isoformat()}
    if name == "shipped_at":
        return "fulfillments/create", parcel | {"id": order_id + 1, "updated_at": at.isoformat()}
    if name == "delivered_at":
        arrived = {"status": "delivered", "happened_at": at.isoformat(), "fulfillment_id": order_id + 1}
        return "fulfillment_events/create", parcel | arrived | {"id": order_id + 2}
    cancelled_at = known.get("cancelled_at")
    return f"orders/{TOPICS[name]}", {
        "id": order_id, "name": one.number, "email": email_of(one), "test": False, "currency": settings.CURRENCY,
        "created_at": one.placed_at.isoformat(), "processed_at": one.placed_at.isoformat(),
        "updated_at": at.isoformat(),
        "cancelled_at": cancelled_at and cancelled_at.isoformat(),
        "financial_status": "paid" if "paid_at" in known else "pending",
        "total_price": str(total_of(one)), "total_discounts": "0.00", "discount_codes": [],
        "refunds": [], "fulfillments": [],
        "customer": {"id": customer_id, "email": email_of(one), "default_address": {"city": one.city}},
        "billing_address": {"city": one.city},
        "line_items": [
            {"id": place, "sku": sku, "name": title, "title": title, "quantity": int(quantity), "price": price}
            for place, (sku, quantity, price, title, _category) in enumerate(one.lines, start=1)
        ],
    }  # fmt: skip


STATUSES = {
    "placed_at": "pending", "paid_at": "processing", "shipped_at": "shipped",
    "delivered_at": "completed", "cancelled_at": "cancelled",
}  # fmt: skip


def of_woocommerce(purchases, source):
    """The whole order each time, in another status."""
    numbers, messages = _serials(purchases), []
    for one in purchases:
        for place, (at, name, known) in enumerate(happenings(one)):
            raw = json.dumps(_woocommerce(one, at, name, known, *numbers[one.number]))
            headers = {
                "X-WC-Webhook-Topic": "order.updated" if place else "order.created",
                "X-WC-Webhook-Source": "https://kettles.example.com/",
                woocommerce.SIGNATURE: woocommerce.sign(raw.encode(), source.secret),
            }
            messages.append(Message(f"/hooks/{source.key}/", raw, headers))
    return messages


def _woocommerce(one, at, name, known, order_id, customer_id):
    def gmt(moment):
        return moment and moment.strftime("%Y-%m-%dT%H:%M:%S")

    return {
        "id": order_id, "number": one.number, "status": STATUSES[name], "currency": settings.CURRENCY,
        "date_created_gmt": gmt(one.placed_at), "date_modified_gmt": gmt(at),
        "date_paid_gmt": gmt(known.get("paid_at")),
        "date_completed_gmt": gmt(known.get("delivered_at")), "discount_total": "0.00", "total": str(total_of(one)),
        "prices_include_tax": False, "customer_id": customer_id, "billing": {"email": email_of(one), "city": one.city},
        "line_items": [
            {"id": place, "name": title, "product_id": 93, "sku": sku, "quantity": int(quantity), "price": float(price),
             "subtotal": str(_of_line(quantity, price)), "total": str(_of_line(quantity, price))}
            for place, (sku, quantity, price, title, _category) in enumerate(one.lines, start=1)
        ],
        "coupon_lines": [], "refunds": [], "meta_data": [],
    }  # fmt: skip


def _of_line(quantity, price):
    return Decimal(quantity) * Decimal(price)


EVENTS = {
    "placed_at": "Order Completed", "paid_at": "Order Paid", "shipped_at": "Order Shipped",
    "delivered_at": "Order Delivered", "cancelled_at": "Order Cancelled",
}  # fmt: skip


def of_tracking(purchases, source):
    credentials = base64.b64encode(f"{key_of(source)}:".encode()).decode()
    headers = {"Authorization": f"Basic {credentials}"}
    return [
        Message("/v1/track", _tracked(one, at, name), headers)
        for one in purchases
        for at, name, _known in happenings(one)
    ]


def _tracked(one, at, name):
    told = {
        "userId": one.customer, "anonymousId": f"device {one.customer}", "messageId": f"{one.number} {name}",
        "event": EVENTS[name], "timestamp": at.isoformat(), "properties": {"order_id": one.number},
        "context": {"traits": {"email": email_of(one), "address": {"city": one.city}}},
    }  # fmt: skip
    if name == "placed_at":
        told["properties"]["products"] = [
            {"sku": sku, "quantity": int(quantity), "price": float(price), "name": title, "category": category}
            for sku, quantity, price, title, category in one.lines
        ]
    return told


# The kind of source, and how it tells.
DOORS = {
    "api": ("api", api),
    "api in batches": ("api", api_in_batches),
    "webhook": ("webhook", webhook),
    "shopify": ("shopify", of_shopify),
    "woocommerce": ("woocommerce", of_woocommerce),
    "tracking": ("tracking", of_tracking),
}
