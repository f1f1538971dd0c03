"""What is kept of a webhook of Shopify's: under which key, and which order or customer it is about."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from crm.intake.arrival import Arrival

TRIGGERED_AT = "X-Shopify-Triggered-At"
MESSAGE_ID = "X-Shopify-Webhook-Id"
TOPIC = "X-Shopify-Topic"
TEST = "X-Shopify-Test"

# How an object is named where it is wrapped, as by the REST API: {"order": {…}}. By the first half of the topic.
OBJECTS = {
    "orders": "order",
    "refunds": "refund",
    "fulfillments": "fulfillment",
    "fulfillment_events": "fulfillment_event",
    "products": "product",
    "checkouts": "checkout",
}
CUSTOMERS = "customers"
CONSENTS = ("customers_email_marketing_consent", "customers_marketing_consent")
PRIVACY = ("customers/data_request", "customers/redact", "shop/redact")


def arrival(request: HttpRequest) -> Arrival:
    """ValueError says what is missing."""
    topic = request.headers.get(TOPIC, "").lower()
    if not topic:
        raise ValueError(_("The header %(name)s is missing.") % {"name": TOPIC})
    body = json.loads(request.body)
    if not isinstance(body, dict):
        raise ValueError(_("The body is not a JSON object."))
    key = request.headers.get(MESSAGE_ID) or hashlib.sha256(topic.encode() + request.body).hexdigest()
    subject = subject_of(topic, body)
    # What the body does not tell by itself: the headers are kept beside it, under names no body has.
    kept = (TEST,) if "updated_at" in unwrapped(topic, body) else (TEST, TRIGGERED_AT)
    beside = {name: request.headers[name][:40] for name in kept if name in request.headers}
    return Arrival(key=key, topic=topic, subject=subject, payload=body | beside)


def unwrapped(topic: str, body: dict[str, Any]) -> dict[str, Any]:
    """The object itself, be it wrapped or not."""
    about = topic.partition("/")[0]
    name = "customer" if about == CUSTOMERS and topic not in PRIVACY else OBJECTS.get(about, "")
    inner = body.get(name)
    return inner if isinstance(inner, dict) and "id" not in body else body


def subject_of(topic: str, body: dict[str, Any]) -> str:
    """All about one order, its refunds and parcels too, is one subject; so is all about one customer."""
    about, told = topic.partition("/")[0], unwrapped(topic, body)
    if topic in PRIVACY:
        customer = _part(told, "customer")
        return named("customer", customer.get("id") or customer.get("email")) or "shop"
    if about == CUSTOMERS or about in CONSENTS:
        return named("customer", told.get("customer_id") or told.get("id"))
    if about == "checkouts":
        return named("customer", _part(told, "customer").get("id") or told.get("email"))
    if about in {"refunds", "fulfillments", "fulfillment_events"}:
        return named("order", told.get("order_id"))
    return named(OBJECTS[about], told.get("id")) if about in OBJECTS else ""


def named(kind: str, name: Any) -> str:
    """The subject “kind name”; empty where it has no name. Of an email address the case does not matter."""
    return f"{kind} {name}".strip().lower() if isinstance(name, int | str) and name else ""


def _part(told: dict[str, Any], name: str) -> dict[str, Any]:
    part = told.get(name)
    return part if isinstance(part, dict) else {}
