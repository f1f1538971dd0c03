"""Objects as WooCommerce's REST API and webhooks tell them, and a shop that sends them."""

import base64
import datetime as dt
import hashlib
import hmac
import json

from django.utils import timezone

from crm.intake import deliveries
from crm.intake.doors import read
from crm.intake.sources import new_secret
from crm.models import Source

PLACED = dt.datetime(2026, 3, 10, 9, 0, tzinfo=dt.UTC)
SHOP = "https://kettles.example.com"


def hours(count):
    return PLACED + dt.timedelta(hours=count)


def gmt(moment):
    return moment and moment.strftime("%Y-%m-%dT%H:%M:%S")


def line(sku="K-1", quantity=1, price="40.00", **changes):
    """Of 40 each and 8 tax on it."""
    subtotal = str(quantity * float(price))
    return {
        "id": 501, "name": "Kettle &ndash; 1&nbsp;l", "product_id": 93, "variation_id": 0, "quantity": quantity,
        "subtotal": subtotal, "subtotal_tax": str(quantity * 8), "total": subtotal, "total_tax": str(quantity * 8),
        "sku": sku, "price": float(price), "meta_data": [],
    } | changes  # fmt: skip


def order(**changes):
    """Two kettles and shipping, paid by a guest, told an hour after it was placed."""
    changed_at = changes.pop("changed_at", hours(1))
    return {
        "id": 727, "parent_id": 0, "number": "727", "status": "processing", "currency": "EUR",
        "date_created": "2026-03-10T12:00:00", "date_created_gmt": gmt(PLACED), "date_modified_gmt": gmt(changed_at),
        "discount_total": "0.00", "discount_tax": "0.00", "shipping_total": "5.00", "total": "101.00",
        "prices_include_tax": False, "customer_id": 0, "date_paid_gmt": gmt(PLACED), "date_completed_gmt": None,
        "billing": {
            "first_name": "Ann", "last_name": "Lee", "company": "", "city": "Berlin", "country": "DE",
            "email": "ann@example.com", "phone": "030 901820",
        },
        "line_items": [line(quantity=2)], "coupon_lines": [], "fee_lines": [], "refunds": [], "meta_data": [],
    } | changes  # fmt: skip


def refund(**changes):
    """One kettle of the order came back."""
    return {
        "id": 731, "date_created_gmt": gmt(hours(30)), "amount": "48.00", "reason": "too loud",
        "line_items": [line(quantity=-1, price="40.00")],
        "_links": {"up": [{"href": f"{SHOP}/wp-json/wc/v3/orders/727"}]},
    } | changes  # fmt: skip


def customer(**changes):
    return {
        "id": 25, "date_created_gmt": gmt(PLACED), "date_modified_gmt": gmt(hours(2)), "email": "ann@example.com",
        "first_name": "Anna", "last_name": "Lee", "role": "customer", "meta_data": [],
        "billing": {"first_name": "Ann", "city": "Berlin", "country": "DE", "email": "", "phone": "+49 30 901820"},
    } | changes  # fmt: skip


def product(**changes):
    return {
        "id": 93, "name": "Kettle &amp; lid", "type": "simple", "status": "publish", "sku": "K-1", "price": "40.00",
        "regular_price": "45.00", "stock_status": "instock", "permalink": f"{SHOP}/kettle/",
        "date_created_gmt": gmt(PLACED), "date_modified_gmt": gmt(hours(1)),
        "categories": [{"id": 9, "name": "Tea &amp; coffee", "slug": "tea"}, {"id": 10, "name": "Gifts", "slug": "g"}],
        "images": [{"id": 1, "src": f"{SHOP}/kettle.jpg"}], "variations": [], "meta_data": [],
    } | changes  # fmt: skip


def connected(name="Kettles", **changes):
    return Source.objects.create(kind="woocommerce", name=name, secret=new_secret("woocommerce"), **changes)


def signature(body, secret):
    return base64.b64encode(hmac.digest(secret.encode(), body, hashlib.sha256)).decode()


def post(client, source, topic, told, *, secret=None, **headers):
    """As the shop would; a header of None is left out."""
    body = told if isinstance(told, bytes) else json.dumps(told).encode()
    sent = {
        "X-WC-Webhook-Source": f"{SHOP}/",
        "X-WC-Webhook-Topic": topic,
        "X-WC-Webhook-ID": "3",
        "X-WC-Webhook-Delivery-ID": "a1b2",
        "X-WC-Webhook-Signature": signature(body, secret or source.secret),
    } | headers
    kept = {name: value for name, value in sent.items() if value is not None}
    return client.post(f"/hooks/{source.key}/", body, content_type="application/json", headers=kept)


def apply(at=None):
    return dict(deliveries.apply_due(at or timezone.now(), read))
