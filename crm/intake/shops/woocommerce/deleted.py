"""What was put into the bin or deleted in the shop, of which only the number is told, and what came back from there."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils.translation import gettext as _

from crm.intake.facts import NothingToRecord, OrderFact, ProductFact
from crm.intake.order_recording import known_order
from crm.intake.shops.woocommerce.bodies import Resource
from crm.intake.shops.woocommerce.orders import gone_fact
from crm.intake.shops.woocommerce.products import sku_of_id
from crm.models import Delivery, Product

# The shop empties its abandoned baskets daily, each told as an order deleted: those Encore waits for no longer.
PATIENCE = dt.timedelta(days=1)


def is_bare(told: dict[str, Any]) -> bool:
    return set(told) == {"id"}


def order(delivery: Delivery) -> OrderFact:
    """The shop does not say when, so it is the moment at which we heard."""
    return gone_fact(Resource.of(delivery.payload).id, delivery.received_at)


def awaited(delivery: Delivery, fact: OrderFact) -> OrderFact:
    """The order may have been told later than that it is gone; after a day it was none."""
    has_waited = delivery.due_at - delivery.received_at > PATIENCE
    if has_waited and known_order(delivery.source, fact.number, fact.external_id) is None:
        raise NothingToRecord(_("Order %(id)s was deleted before Encore knew it.") % {"id": fact.external_id})
    return fact


def order_back(delivery: Delivery, fact: OrderFact) -> OrderFact:
    """Heard later than that it was deleted, though it may have been changed earlier."""
    return OrderFact(external_id=fact.external_id, told_at=delivery.received_at, moments={"cancelled_at": None})


def product(delivery: Delivery) -> ProductFact:
    told = Resource.of(delivery.payload)
    sku = _sku_before(delivery) or sku_of_id(told.id)
    if not Product.objects.filter(sku=sku).exists():
        raise NothingToRecord(
            _("Product %(id)s was deleted, and no SKU is known under which Encore has it.") % {"id": told.id}
        )
    return ProductFact(sku, {"is_in_stock": False}, told_at=delivery.received_at)


def product_back(delivery: Delivery, fact: ProductFact) -> ProductFact:
    return ProductFact(fact.sku, {"is_in_stock": fact.fields["is_in_stock"]}, told_at=delivery.received_at)


def _sku_before(delivery: Delivery) -> str:
    """The SKU that the shop's number last stood for, while what came is kept."""
    told = Delivery.objects.filter(source=delivery.source_id, subject=delivery.subject, payload__has_key="sku")
    return str(told.order_by("-pk").values_list("payload__sku", flat=True).first() or "")
