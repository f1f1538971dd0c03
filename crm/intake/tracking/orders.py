"""Events that tell of an order: `Order Completed` and those that follow it, as Segment's e-commerce spec has them."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from crm.intake.facts import CustomerFact, OrderFact, RefundFact
from crm.intake.tracking.call import Call, text_of
from crm.orders.catalogue import LineData
from crm.placeholders import is_no_id

COMPLETED, UPDATED, REFUNDED = "order completed", "order updated", "order refunded"
# The others say that a moment of the order has come; all but the cancelling are in no spec, and sent by many shops.
MOMENTS = {
    "order cancelled": "cancelled_at",
    "order canceled": "cancelled_at",
    "order paid": "paid_at",
    "order shipped": "shipped_at",
    "order delivered": "delivered_at",
}
LONGEST_KEY = 80


def is_about_order(call: Call) -> bool:
    name = call.event.lower()
    return call.type == "track" and bool(call.order_id) and (name in {COMPLETED, UPDATED, REFUNDED} or name in MOMENTS)


def order_of(call: Call, customer: CustomerFact, at: dt.datetime, key: str) -> OrderFact:
    name = call.event.lower()
    if name == REFUNDED:
        return OrderFact(number=call.order_id, told_at=at, refunds=(_refund(call.properties, at, key),))
    if name in MOMENTS:
        return OrderFact(number=call.order_id, told_at=at, moments={MOMENTS[name]: at})
    coupon = text_of(call.properties.get("coupon"))
    return OrderFact(
        number=call.order_id,
        told_at=at,
        customer=customer,
        # Only its completing says when an order was placed: what is told of it before waits.
        placed_at=at if name == COMPLETED else None,
        currency=text_of(call.properties.get("currency")),
        total=_total(call.properties),
        discount=_number(call.properties, "discount"),
        lines=_lines(call.properties),
        details={"coupon_code": coupon} if coupon else {},
        anonymous_id=call.anonymous_id,
    )


def _refund(told: Mapping[str, Any], at: dt.datetime, key: str) -> RefundFact:
    """Neither an amount nor goods is the whole order."""
    products = _products(told)
    amounts = (_number(told, name) for name in ("total", "value", "revenue"))
    goods: dict[str, Decimal] = {}
    for place, one in enumerate(products):
        sku = _sku(one, place)
        goods[sku] = goods.get(sku, Decimal(0)) + _quantity(one, place)
    return RefundFact(
        key=key if len(key) <= LONGEST_KEY else hashlib.sha256(key.encode()).hexdigest(),
        at=at,
        amount=next((amount for amount in amounts if amount is not None), None),
        lines=goods or None,
    )


def _total(told: Mapping[str, Any]) -> Decimal | None:
    """What was paid. Revenue is of the goods, so carriage and taxes come on top; without either the lines say."""
    for name in ("total", "value"):
        if (total := _number(told, name)) is not None:
            return total
    revenue = _number(told, "revenue")
    if revenue is None:
        return None
    return revenue + sum((_number(told, name) or Decimal(0) for name in ("shipping", "tax")), Decimal(0))


def _lines(told: Mapping[str, Any]) -> tuple[LineData, ...] | None:
    products = _products(told)
    return tuple(_line(one, place) for place, one in enumerate(products)) or None


def _line(one: Mapping[str, Any], place: int) -> LineData:
    return LineData(
        sku=_sku(one, place),
        quantity=_quantity(one, place),
        price=_number(one, "price", f"products.{place}.") or Decimal(0),
        name=text_of(one.get("name"))[:300],
        category=text_of(one.get("category"))[:500],
    )


def _sku(one: Mapping[str, Any], place: int) -> str:
    found = (text_of(one.get(name)) for name in ("sku", "product_id", "name"))
    sku = next((name for name in found if not is_no_id(name)), "")
    if not sku:
        raise ValueError(_("%(place)s: has neither a SKU nor an id.") % {"place": f"products.{place}"})
    return sku


def _quantity(one: Mapping[str, Any], place: int) -> Decimal:
    quantity = _number(one, "quantity", f"products.{place}.")
    return Decimal(1) if quantity is None else quantity


def _products(told: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    products = told.get("products") or []
    if not isinstance(products, list) or not all(isinstance(one, dict) for one in products):
        raise ValueError(_("%(field)s: is not a list of products.") % {"field": "products"})
    return products


def _number(told: Mapping[str, Any], name: str, place: str = "") -> Decimal | None:
    """As it is written: 19, 19.5 or "19.50"."""
    value = told.get(name)
    if value is None or value == "":
        return None
    try:
        number = Decimal("NaN") if isinstance(value, bool) else Decimal(str(value))
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite():
        raise ValueError(_("%(field)s: is not a number.") % {"field": f"{place}{name}"})
    return number
