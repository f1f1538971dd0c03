"""What Shopify's webhooks tell, by topic. The objects of its REST API are read by the same functions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _
from pydantic import ValidationError

from crm.intake.facts import CustomerFact, Fact, NothingToRecord, OrderFact
from crm.intake.shops.shopify import checkouts, orders, parcels, products, refunds
from crm.intake.shops.shopify.customers import consent_fact, customer_fact
from crm.intake.shops.shopify.opening import CONSENTS, PRIVACY, TEST, TRIGGERED_AT, unwrapped
from crm.intake.shops.shopify.privacy import privacy_fact
from crm.intake.webhook.reading import in_words
from crm.models import Delivery, Product

# Each tells the whole order as it is then.
WHOLE_ORDERS = frozenset({"create", "updated", "paid", "fulfilled", "partially_fulfilled", "cancelled"})
PARTS_OF_ORDERS: dict[str, Callable[[dict[str, Any], dt.datetime], OrderFact]] = {
    "refunds": refunds.refund_fact,
    "fulfillments": parcels.fulfillment_fact,
    "fulfillment_events": parcels.fulfillment_event_fact,
}


def read(delivery: Delivery) -> list[Fact]:
    """NothingToRecord says why there is nothing in it; ValueError names the field that is not as Shopify has it."""
    try:
        return _read(delivery)
    except ValidationError as wrong:
        raise ValueError(in_words(wrong)) from wrong


def _read(delivery: Delivery) -> list[Fact]:
    topic, payload = delivery.topic, dict(delivery.payload)
    told_at = _moment(payload.pop(TRIGGERED_AT, ""), delivery.received_at)
    if payload.pop(TEST, "").lower() == "true":
        raise NothingToRecord(_("A test notification of Shopify's: it arrives as it should."))
    body, (about, _slash, what) = unwrapped(topic, payload), topic.partition("/")
    if topic in PRIVACY:
        return [privacy_fact(delivery, body)]
    if about in PARTS_OF_ORDERS or topic == "orders/delete":
        _refuse_where_order_is_left_out(delivery)
    if about == "orders":
        return [_of_order(what, body, "" if delivery.is_historic else topic, told_at)]
    if about in PARTS_OF_ORDERS:
        return [PARTS_OF_ORDERS[about](body, told_at)]
    if about == "customers" or about in CONSENTS:
        return [_of_customer(about, what, body)]
    if about == "products":
        return _of_product(what, body, told_at, delivery.source.id_prefix)
    if about == "checkouts" and what in {"create", "update"}:
        return [checkouts.checkout_fact(body, topic, told_at)]
    raise _nothing_in(topic)


def _of_order(what: str, body: dict[str, Any], topic: str, told_at: dt.datetime) -> OrderFact:
    if what == "edited":
        raise NothingToRecord(_("The goods and sums of an edited order come with its update."))
    if what == "delete":
        return orders.deleted_order_fact(str(body.get("id", "")), told_at)
    if what not in WHOLE_ORDERS:
        raise _nothing_in(f"orders/{what}")
    fact = orders.order_fact(body, topic)
    return replace(fact, told_at=fact.told_at or told_at)


def _of_customer(about: str, what: str, body: dict[str, Any]) -> CustomerFact:
    if about in CONSENTS:
        return consent_fact(body)
    if what == "delete":
        raise NothingToRecord(
            _("Deleted in Shopify. Encore keeps who bought until the person, or Shopify for them, asks for erasure.")
        )
    if what not in {"create", "update", "enable", "disable"}:
        raise _nothing_in(f"{about}/{what}")
    return customer_fact(body)


def _of_product(what: str, body: dict[str, Any], told_at: dt.datetime, prefix: str) -> list[Fact]:
    """Variants that are told no longer are sold no longer."""
    if what not in {"create", "update", "delete"}:
        raise _nothing_in(f"products/{what}")
    known = set(Product.objects.filter(external_id=prefix + products.product_id(body)).values_list("sku", flat=True))
    if what == "delete":
        if not known:
            raise NothingToRecord(_("Deleted, and not known here."))
        return [*products.gone_facts(sorted(known), told_at)]
    told = products.product_facts(body, told_at, prefix)
    moment = told[0].told_at or told_at
    return [*told, *products.gone_facts(sorted(known - {fact.sku for fact in told}), moment)]


def _refuse_where_order_is_left_out(delivery: Delivery) -> None:
    """What belongs to a sale without a customer, or to a test order, would wait for it in vain."""
    told = Delivery.objects.filter(source=delivery.source_id, subject=delivery.subject, topic__startswith="orders/")
    last = told.exclude(status=Delivery.Status.WAITING).order_by("-pk").first() if delivery.subject else None
    if last and last.status == Delivery.Status.IGNORED:
        raise NothingToRecord(_("Its order was left out: %(reason)s") % {"reason": last.reason})


def _nothing_in(topic: str) -> NothingToRecord:
    return NothingToRecord(_("Encore takes nothing from “%(topic)s”.") % {"topic": topic})


def _moment(text: str, received_at: dt.datetime) -> dt.datetime:
    """When Shopify says it happened, for what carries no time of its own; the header is not signed, so never later."""
    try:
        triggered_at = dt.datetime.fromisoformat(text)
    except (TypeError, ValueError):
        return received_at
    return min(triggered_at, received_at) if triggered_at.tzinfo else received_at
