"""The same order again: what of it can be had today, at today's price, and asking the shop for it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext

from crm.events import record
from crm.locks import lock_fact
from crm.models import Event, EventKind, Order, Product, ProductRelation, Shop
from crm.service.staff_tasks import open_task
from crm.shop_currency import shop_currency

SOURCE = "crm"
SUBSTITUTES = 3
CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class RepeatLine:
    """One thing of the order. `price` is today's, `paid` what one cost then; neither where it is not known."""

    product: Product
    quantity: Decimal
    paid: Decimal | None
    substitutes: Sequence[Product] = ()

    @property
    def price(self) -> Decimal | None:
        return self.product.price

    @property
    def is_available(self) -> bool:
        return self.product.is_in_stock

    @property
    def dearer_by(self) -> Decimal | None:
        """Less than nothing where it became cheaper; nothing where either price is unknown or both are the same."""
        if self.price is None or self.paid is None or self.price == self.paid:
            return None
        return self.price - self.paid


@dataclass(frozen=True, slots=True)
class Repeat:
    order: Order
    lines: Sequence[RepeatLine]

    @property
    def available(self) -> list[RepeatLine]:
        return [line for line in self.lines if line.is_available]

    @property
    def total(self) -> Decimal | None:
        """Of what can be had; unknown where a price is."""
        prices = [line.price for line in self.available]
        if not prices or None in prices:
            return None
        return sum((line.price * line.quantity for line in self.available if line.price is not None), Decimal())


def repeat_of(order: Order) -> Repeat:
    """In two queries. Services are arranged anew, not repeated."""
    lines = order.lines.select_related("product").filter(product__kind=Product.Kind.GOODS).order_by("pk")
    bought = list(lines)
    substitutes = _substitutes([line.product for line in bought if not line.product.is_in_stock])
    currency = shop_currency()
    return Repeat(
        order,
        [
            RepeatLine(
                line.product,
                line.quantity,
                line.price if order.currency == currency else None,
                substitutes.get(line.product_id, ()),
            )
            for line in bought
        ],
    )


@transaction.atomic
def request_repeat(order: Order, *, at: dt.datetime, key: str, instead: Collection[int] = ()) -> Event | None:
    """Ask the shop for it, once for a key; nothing where it was asked for already.

    Of what is out of stock the substitutes go in whose ids are in `instead`. ValueError where nothing is left to ask.
    """
    lock_fact(order)
    goods = chosen(repeat_of(order), instead)
    if not goods:
        raise ValueError(gettext("Nothing of this order can be had today."))
    total = sum(((product.price or Decimal()) * quantity for product, quantity in goods), Decimal())
    asked = record(
        EventKind.REPEAT_REQUESTED,
        customer=order.customer,
        order=order,
        occurred_at=at,
        source=SOURCE,
        key=f"repeat:{order.pk}:{key}",
        properties={
            "number": order.number,
            "lines": {product.sku: float(quantity) for product, quantity in goods},
            "total": str(total.quantize(CENT)),
            "currency": shop_currency(),
        },
    )
    shop = Shop.load()
    if asked and shop.repeat_by == Shop.RepeatBy.TASK:
        open_task(
            order.customer,
            title=gettext("Order %(number)s again") % {"number": order.number},
            script="\n".join(f"{quantity:g} × {product} ({product.sku})" for product, quantity in goods),
            order=order,
            at=at,
            due_at=shop.answer_due("normal", at),
            key=asked.key,
        )
    return asked


def chosen(repeat: Repeat, instead: Collection[int]) -> list[tuple[Product, Decimal]]:
    """What is asked for: all that can be had, and the substitutes that were picked."""
    goods = {line.product: line.quantity for line in repeat.available}
    for line in repeat.lines:
        if not line.is_available:
            picked = next((one for one in line.substitutes if one.pk in instead), None)
            if picked:
                goods.setdefault(picked, line.quantity)
    return list(goods.items())


def _substitutes(missing: Sequence[Product]) -> dict[int, list[Product]]:
    """What replaces each: its other variants that can be had, then what the shop calls an upgrade of it."""
    if not missing:
        return {}
    numbers = {one.external_id for one in missing if one.external_id}
    variants = Product.objects.filter(external_id__in=numbers, is_in_stock=True).order_by("name", "pk")
    upgrades = ProductRelation.objects.filter(
        product__in=missing, kind=ProductRelation.Kind.UPGRADE, related__is_in_stock=True
    ).select_related("related")
    named = [(one.external_id, one) for one in variants]
    found = {one.pk: [variant for number, variant in named if number == one.external_id] for one in missing}
    for relation in upgrades.order_by("pk"):
        found[relation.product_id].append(relation.related)
    return {pk: list(dict.fromkeys(some))[:SUBSTITUTES] for pk, some in found.items()}


def last_repeat_of(orders: Collection[int], since: dt.datetime) -> dict[int, dt.datetime]:
    """When each of these orders was asked for again last, if it was since then."""
    asked = Event.objects.filter(kind=EventKind.REPEAT_REQUESTED, order__in=orders, occurred_at__gte=since)
    return dict(asked.order_by("occurred_at").values_list("order", "occurred_at"))
