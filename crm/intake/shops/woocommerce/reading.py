"""What a webhook of WooCommerce brings, kept as it came, and the facts in it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from crm.customers.recognition import nobody
from crm.intake.arrival import Arrival
from crm.intake.facts import Fact, NothingToRecord, OrderFact
from crm.intake.order_recording import known_order
from crm.intake.shops.woocommerce import deleted
from crm.intake.shops.woocommerce.orders import codes_of, order_fact, refund_fact
from crm.intake.shops.woocommerce.people import customer_fact
from crm.intake.shops.woocommerce.products import product_fact
from crm.intake.shops.woocommerce.signature import is_ping
from crm.loyalty.coupon_codes import normalise
from crm.models import Coupon, CouponBatch, Delivery

TOPIC = "X-WC-Webhook-Topic"
DELIVERY = "X-WC-Webhook-Delivery-ID"


def opened(request: HttpRequest) -> Arrival | None:
    """ValueError says why it cannot be read; the ping of a set-up is forgotten."""
    if is_ping(request):
        return None
    topic = request.headers.get(TOPIC, "").strip()
    if not topic:
        raise ValueError(_("The header %(header)s is missing.") % {"header": TOPIC})
    try:
        body = json.loads(request.body)
    except (ValueError, RecursionError) as wrong:
        raise ValueError(_("The body is not JSON: %(why)s") % {"why": wrong}) from wrong
    return arrival(topic, body, request.headers.get(DELIVERY, ""))


def arrival(topic: str, body: Any, delivery_id: str = "") -> Arrival:
    """The same object told again in the same words has the same key, from a webhook or from the REST API.

    Neither number in the headers names an event, and two changes may fall into one second: the body itself tells them
    apart. One that was deleted twice has the same body both times, and only there the number of the delivery helps.
    """
    told = body if isinstance(body, dict) else {}
    digest = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()[:32]
    mark = delivery_id[:32] if deleted.is_bare(told) else ""
    parts = (topic, told.get("id"), told.get("date_modified_gmt"), mark, digest)
    key = " ".join(str(part)[:40] for part in parts if part)
    return Arrival(key=key, topic=topic, payload=body, subject=_subject(topic, told))


def read(delivery: Delivery) -> list[Fact]:
    """NothingToRecord says why it is nothing for Encore, ValueError what is not as described."""
    resource, _dot, event = delivery.topic.partition(".")
    if resource not in READERS:
        raise NothingToRecord(
            _("“%(topic)s” is none of orders, refunds, customers and products: Encore does not use it.")
            % {"topic": delivery.topic}
        )
    return READERS[resource](delivery, event)


def _subject(topic: str, told: dict[str, Any]) -> str:
    resource = topic.partition(".")[0]
    if resource == "refund":
        try:
            return f"order {refund_fact(told).external_id}"
        except ValueError:
            return ""
    return f"{resource} {told['id']}" if resource in READERS and told.get("id") else ""


def _order(delivery: Delivery, event: str) -> list[Fact]:
    fact = deleted.order(delivery) if event == "deleted" else order_fact(delivery.payload)
    if fact.customer is None:
        return [deleted.awaited(delivery, fact)]
    if not fact.customer.is_somebody and known_order(delivery.source, fact.number, fact.external_id) is None:
        raise _names_nobody(fact)
    codes = codes_of(delivery.payload)
    if len(codes) > 1:
        fact = replace(fact, details={**fact.details, "coupon_code": _ours(codes)})
    is_back = event == "restored" and "cancelled_at" in fact.moments and fact.moments["cancelled_at"] is None
    return [fact, deleted.order_back(delivery, fact)] if is_back else [fact]


def _names_nobody(fact: OrderFact) -> Exception:
    if fact.customer and fact.customer.placeholders:
        return ValueError(nobody(fact.customer.placeholders))
    return NothingToRecord(
        _("Order %(number)s names nobody: it has no account, email or phone.") % {"number": fact.number}
    )


def _ours(codes: list[str]) -> str:
    """An order has room for one coupon: that which Encore gave, if any, for it knows the others only by name."""
    typed = [normalise(code) for code in codes]
    known = {code for model in (Coupon, CouponBatch) for code in _codes_of(model, typed)}
    return next((code for code in codes if normalise(code) in known), codes[0])


def _codes_of(model: type[Coupon] | type[CouponBatch], typed: list[str]) -> Iterable[str | None]:
    return model._default_manager.filter(code__in=typed).values_list("code", flat=True)


def _refund(delivery: Delivery, event: str) -> list[Fact]:
    if event == "deleted":
        raise NothingToRecord(_("A refund was deleted in the shop. Encore keeps it: what was paid back is not undone."))
    return [refund_fact(delivery.payload)]


def _customer(delivery: Delivery, event: str) -> list[Fact]:
    if event == "deleted":
        raise NothingToRecord(
            _(
                "The account was deleted in the shop. Nothing is erased here: the orders stay, and a customer who asks"
                " to be forgotten is erased on their own page."
            )
        )
    return [customer_fact(delivery.payload)]


def _product(delivery: Delivery, event: str) -> list[Fact]:
    if event == "deleted":
        return [deleted.product(delivery)]
    fact = product_fact(delivery.payload)
    return [fact, deleted.product_back(delivery, fact)] if event == "restored" else [fact]


def _coupon(delivery: Delivery, event: str) -> list[Fact]:
    raise NothingToRecord(_("Coupons of the shop stay in the shop: an order tells which one it was bought with."))


READERS: dict[str, Callable[[Delivery, str], list[Fact]]] = {
    "order": _order,
    "refund": _refund,
    "customer": _customer,
    "product": _product,
    "coupon": _coupon,
}
