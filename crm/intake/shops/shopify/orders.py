"""Orders of Shopify."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from crm.intake.facts import NothingToRecord, OrderFact
from crm.intake.shops.shopify import refunds
from crm.intake.shops.shopify.customers import buyer_fact
from crm.intake.shops.shopify.lines import in_shop_currency, sku_of
from crm.intake.shops.shopify.order_bodies import Fulfillment, Line, Order
from crm.orders.catalogue import LineData

# What is partly paid is not paid; what went back was paid before.
IS_PAID = frozenset({"paid", "partially_refunded", "refunded"})
PAID_TOPIC, UPDATED_TOPIC = "orders/paid", "orders/updated"
# An order that is told as paid later than this may have been paid at any time since it was placed.
PAID_AT_ONCE = dt.timedelta(days=1)
LONGEST_CODE, LONGEST_TRACKING = 64, 100


def order_fact(body: dict[str, Any], topic: str = "") -> OrderFact:
    """The order as it stood at `updated_at`; without a topic it is read as history."""
    told = Order.model_validate(body)
    if told.test:
        raise NothingToRecord(_("A test order of the shop's own."))
    placed_at = told.processed_at or told.created_at
    returns = [refund for refund in told.refunds if refunds.is_return(refund)]
    return OrderFact(
        number=told.name,
        external_id=told.id,
        told_at=told.updated_at,
        customer=buyer_fact(
            told.customer,
            emails=[told.email, told.contact_email],
            phones=[told.phone],
            addresses=[told.billing_address, told.shipping_address],
            locale=told.customer_locale,
        ),
        placed_at=placed_at,
        currency=told.currency,
        total=_total(told),
        discount=in_shop_currency(told.total_discounts, told.total_discounts_set),
        lines=None if told.line_items is None else tuple(_lines(told)),
        moments=_moments(told, topic, placed_at),
        details=_details(told),
        refunds=tuple(refunds.refund_of(refund, told.currency, told.updated_at) for refund in returns),
    )


def deleted_order_fact(order_id: str, deleted_at: dt.datetime) -> OrderFact:
    """What the shop deleted no longer counts; what was told of it stays readable."""
    return OrderFact(external_id=order_id, told_at=deleted_at, moments={"cancelled_at": deleted_at})


def _total(told: Order) -> Decimal | None:
    """What it came to before anything went back: Encore takes returns off by itself.

    What Shopify calls current is less what was refunded and what was edited away. Of a cancelled order it is nothing.
    """
    total = in_shop_currency(told.total_price, told.total_price_set)
    current = in_shop_currency(told.current_total_price, told.current_total_price_set)
    if current is None or told.cancelled_at:
        return total
    returned = (refunds.money_back(refund, told.currency) for refund in told.refunds)
    kept = current + sum(filter(None, returned), Decimal(0))
    return kept if total is None else min(total, kept)


def _lines(told: Order) -> list[LineData]:
    taken_off = {} if told.cancelled_at else refunds.edited_away(told.refunds)
    returned = refunds.came_back(told.refunds)
    lines = []
    for line in told.line_items or ():
        quantity = line.quantity - taken_off.get(line.id, 0)
        if line.current_quantity is not None and not told.cancelled_at:
            quantity = line.current_quantity + returned.get(line.id, 0)
        if quantity:
            lines.append(_line(line, quantity))
    return lines


def _line(line: Line, quantity: Decimal) -> LineData:
    price = in_shop_currency(line.price, line.price_set)
    return LineData(sku_of(line), quantity, price or Decimal(0), name=(line.name or line.title)[:300])


def _moments(told: Order, topic: str, placed_at: dt.datetime | None) -> dict[str, dt.datetime | None]:
    moments: dict[str, dt.datetime | None] = {}
    if "cancelled_at" in told.model_fields_set:
        moments["cancelled_at"] = told.cancelled_at
    if paid_at := _paid_at(told, topic, placed_at):
        moments["paid_at"] = paid_at
    sent = [one for one in told.fulfillments if one.status == "success"]
    if sent:
        moments["shipped_at"] = min(filter(None, (one.created_at for one in sent)), default=told.updated_at)
        if delivered_at := _delivered_at(sent):
            moments["delivered_at"] = delivered_at
    elif any(one.status == "cancelled" for one in told.fulfillments):
        moments["shipped_at"] = None
    return moments


def _paid_at(told: Order, topic: str, placed_at: dt.datetime | None) -> dt.datetime | None:
    """An order does not tell when it was paid.

    The webhook of the payment comes with it; any other tells a moment only where it was placed a short time ago, and
    leaves the rest to the former. Of the past nothing better is known than when it was placed.
    """
    if told.financial_status not in IS_PAID:
        return None
    payments = [one.processed_at or one.created_at for one in told.transactions if one.kind in {"sale", "capture"}]
    if known := max(filter(None, payments), default=None):
        return known
    if topic == PAID_TOPIC:
        return told.updated_at or placed_at
    is_late = bool(told.updated_at and placed_at and told.updated_at - placed_at > PAID_AT_ONCE)
    return None if topic == UPDATED_TOPIC and is_late else placed_at


def _delivered_at(sent: list[Fulfillment]) -> dt.datetime | None:
    """When the last of its parcels arrived."""
    if any(one.shipment_status != "delivered" for one in sent):
        return None
    return max(filter(None, (one.updated_at for one in sent)), default=None)


def _details(told: Order) -> dict[str, Any]:
    code = next((one.code for one in told.discount_codes if one.code), "")
    tracking = next((one.tracking_number for one in reversed(told.fulfillments) if one.tracking_number), "")
    details = {"coupon_code": code[:LONGEST_CODE], "tracking_number": tracking[:LONGEST_TRACKING]}
    return {name: value for name, value in details.items() if value}
