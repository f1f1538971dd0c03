"""A Shopify shop as Encore meets it: what it sends, after the shapes of its webhooks, and how."""

import itertools
import json

from django.test import Client
from django.utils import timezone

from crm.intake import deliveries
from crm.intake.doors import read
from crm.intake.shops.shopify.example import headers
from crm.intake.shops.shopify.signature import sign
from crm.models import Delivery, Source

DOMAIN = "kettle.myshopify.com"
PLACED = "2026-03-10T10:00:00+01:00"
LATER = "2026-03-12T09:00:00+01:00"
ADDRESS = {"first_name": "Ann", "last_name": "Lee", "city": "Leeds", "country_code": "GB", "phone": "0113 496 0000"}
_serial = itertools.count(1)


def connected(name="Kettle shop", **fields):
    address = f"https://{DOMAIN}"
    return Source.objects.create(kind="shopify", name=name, secret=f"s-{name}", site_address=address, **fields)


def post(source, topic, body, *, key=None, secret=None, signed=None, **changed):
    """As Shopify posts it; `changed` are headers that it would not have so, an empty one being left out."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    sent = headers(source, raw, topic=topic, key=key or f"w{next(_serial)}", at=timezone.now())
    if secret or signed:
        sent["X-Shopify-Hmac-SHA256"] = sign(signed or raw, secret or source.secret)
    sent |= {f"X-Shopify-{name.replace('_', '-')}": value for name, value in changed.items()}
    sent = {name: value for name, value in sent.items() if value}
    return Client().post(f"/hooks/{source.key}/", raw, content_type="application/json", headers=sent)


def apply(at=None):
    return dict(deliveries.apply_due(at or timezone.now(), read))


def tell(source, topic, body, **how):
    """Post it and apply it; the delivery."""
    answer = post(source, topic, body, **how)
    assert answer.status_code == 202, answer.content
    apply()
    return Delivery.objects.latest("pk")


def customer(**changes):
    return {
        "id": 7,
        "email": "ann@example.com",
        "first_name": "Ann",
        "last_name": "Lee",
        "phone": "+441134960001",
        "tags": "vip, tea",
        "created_at": "2025-01-01T10:00:00+01:00",
        "updated_at": PLACED,
        "default_address": ADDRESS,
        "email_marketing_consent": {
            "state": "subscribed",
            "opt_in_level": "single_opt_in",
            "consent_updated_at": "2026-01-05T10:00:00+01:00",
        },
        "sms_marketing_consent": None,
    } | changes


def line(number, sku, price, quantity=1, **changes):
    return {
        "id": number,
        "sku": sku,
        "variant_id": 100 + number,
        "product_id": 1000 + number,
        "title": f"Product {sku}",
        "name": f"Product {sku}",
        "quantity": quantity,
        "price": price,
    } | changes


def order(**changes):
    """Two kettles and a mug, with shipping: 20 + 20 + 7.50 - 2.50 + 5."""
    return {
        "id": 501,
        "name": "#1001",
        "email": "ann@example.com",
        "contact_email": "ann@example.com",
        "phone": None,
        "test": False,
        "created_at": PLACED,
        "processed_at": PLACED,
        "updated_at": PLACED,
        "cancelled_at": None,
        "currency": "EUR",
        "total_price": "50.00",
        "total_discounts": "2.50",
        "financial_status": "pending",
        "fulfillment_status": None,
        "customer_locale": "en-GB",
        "customer": customer(),
        "billing_address": ADDRESS,
        "shipping_address": ADDRESS,
        "line_items": [line(1, "K-1", "20.00", 2), line(2, "M-1", "7.50")],
        "discount_codes": [{"code": "TEA", "amount": "2.50", "type": "fixed_amount"}],
        "fulfillments": [],
        "refunds": [],
    } | changes


def refund(number=9, *, lines=(), amount="0.00", **changes):
    """`lines` are (line, quantity)."""
    return {
        "id": number,
        "order_id": 501,
        "created_at": LATER,
        "processed_at": LATER,
        "refund_line_items": [
            {
                "id": 10 + one["id"],
                "line_item_id": one["id"],
                "line_item": one,
                "quantity": quantity,
                "restock_type": "no_restock",
            }
            for one, quantity in lines
        ],
        "transactions": [
            {"id": 1, "kind": "refund", "status": "success", "amount": amount, "currency": "EUR", "test": False}
        ]
        if amount != "0.00"
        else [],
        "order_adjustments": [],
    } | changes


def parcel(**changes):
    return {
        "id": 31,
        "order_id": 501,
        "name": "#1001.1",
        "status": "success",
        "shipment_status": None,
        "tracking_number": "GB123",
        "created_at": "2026-03-11T08:00:00+01:00",
        "updated_at": "2026-03-11T08:00:00+01:00",
    } | changes


def arrival(**changes):
    return {
        "id": 41,
        "fulfillment_id": 31,
        "order_id": 501,
        "status": "delivered",
        "happened_at": "2026-03-13T15:00:00+01:00",
        "created_at": "2026-03-13T15:01:00+01:00",
    } | changes
