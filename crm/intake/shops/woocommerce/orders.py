"""An order of WooCommerce, and what was refunded of it, in Encore's words."""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from crm.intake.facts import NothingToRecord, OrderFact, RefundFact
from crm.intake.shops.woocommerce.bodies import Line, Order, Refund
from crm.intake.shops.woocommerce.people import buyer_fact
from crm.intake.shops.woocommerce.products import sku_of_line
from crm.intake.shops.woocommerce.tracking import tracking_of
from crm.orders.catalogue import LineData

ZERO = Decimal(0)
DRAFTS = frozenset({"auto-draft", "checkout-draft", "draft"})
CANCELLED = frozenset({"cancelled", "failed"})
IN_BIN = "trash"
REFUNDED = "refunded"
COMPLETED = "completed"
# Not in the shop itself: plugins and shops add them, under these usual names.
SHIPPED, DELIVERED = "shipped", "delivered"
ORDER_IN_ADDRESS = re.compile(r"/orders/(\d+)")
LONGEST_CODE = 64


def order_fact(body: Any) -> OrderFact:
    """The whole order as it is now. NothingToRecord for one that is only begun, ValueError for one without a date."""
    order = Order.of(body)
    status = order.status.removeprefix("wc-")
    if status in DRAFTS:
        raise NothingToRecord(_("Order %(id)s is only a draft.") % {"id": order.id})
    told_at = order.told_at
    if told_at is None:
        raise ValueError(_("Order %(id)s does not say when it was changed: date_modified_gmt.") % {"id": order.id})
    if status == IN_BIN:
        return gone_fact(order.id, told_at)
    tracking_number, left_at = tracking_of(order, told_at)
    return OrderFact(
        number=order.number or str(order.id),
        external_id=str(order.id),
        told_at=told_at,
        customer=buyer_fact(order),
        placed_at=order.created_at,
        currency=order.currency,
        total=order.total,
        discount=_with_tax(order, order.discount_total, order.discount_tax),
        lines=tuple(_line(order, line) for line in order.line_items if line.quantity),
        moments=_moments(order, status, told_at, left_at),
        details=_details(order, tracking_number),
        refunds=_refunds(order, status, told_at),
    )


def gone_fact(order_id: int, at: dt.datetime) -> OrderFact:
    """An order deleted or in the bin counts no more; taken out of the bin, it comes whole."""
    return OrderFact(external_id=str(order_id), told_at=at, moments={"cancelled_at": at})


def refund_fact(body: Any) -> OrderFact:
    """A refund by itself. It names its order by `parent_id`, or only in the address of that."""
    refund = Refund.of(body)
    order_id = _order_of(refund)
    at = refund.created_at
    if not order_id or at is None:
        raise ValueError(_("Refund %(id)s does not say of which order or when it was made.") % {"id": refund.id})
    came_back = _quantities(refund.line_items)
    amount = None if refund.amount is None else abs(refund.amount)
    told = RefundFact(str(refund.id), at, amount, came_back or None)
    return OrderFact(external_id=str(order_id), told_at=at, refunds=(told,))


def codes_of(body: Any) -> list[str]:
    """The coupons an order was bought with."""
    return [one.code[:LONGEST_CODE] for one in Order.of(body).coupon_lines if one.code]


def _line(order: Order, line: Line) -> LineData:
    """Its price as the shop lists it: before the discount, with tax where the shop's prices have it."""
    listed = _with_tax(order, line.subtotal, line.subtotal_tax)
    price = (line.price or ZERO) if listed is None else listed / line.quantity
    return LineData(sku_of_line(line), line.quantity, price, name=line.name)


def _with_tax(order: Order, amount: Decimal | None, tax: Decimal | None) -> Decimal | None:
    return amount + (tax or ZERO) if amount is not None and order.prices_include_tax else amount


def _moments(
    order: Order, status: str, told_at: dt.datetime, left_at: dt.datetime | None
) -> dict[str, dt.datetime | None]:
    """The shop keeps no history: a status it has now says what no longer holds."""
    moments: dict[str, dt.datetime | None] = {"paid_at": order.paid_at, "shipped_at": left_at}
    moments = {name: moment for name, moment in moments.items() if moment}
    if status == SHIPPED:
        moments.setdefault("shipped_at", told_at)
    if status in CANCELLED:
        moments["cancelled_at"] = told_at
    elif status != REFUNDED:
        moments["cancelled_at"] = None
    if status in {COMPLETED, DELIVERED}:
        moments["delivered_at"] = order.completed_at or told_at
    elif order.completed_at and status == REFUNDED:
        moments["delivered_at"] = order.completed_at
    elif order.completed_at and status not in CANCELLED:
        moments["delivered_at"] = None
    return moments


def _details(order: Order, tracking_number: str) -> dict[str, str]:
    coupon = next((one.code[:LONGEST_CODE] for one in order.coupon_lines if one.code), "")
    told = {"coupon_code": coupon}
    return told | {"tracking_number": tracking_number} if tracking_number else told


def _refunds(order: Order, status: str, told_at: dt.datetime) -> tuple[RefundFact, ...]:
    """As money: an order does not say which goods came back, unless all of it did."""
    refunds = [RefundFact(str(one.id), told_at, abs(one.total or ZERO)) for one in order.refunds]
    if refunds and status == REFUNDED:
        last = refunds[-1]
        refunds[-1] = RefundFact(last.key, last.at, last.amount, _quantities(order.line_items))
    return tuple(refunds)


def _quantities(lines: Iterable[Line]) -> dict[str, Decimal]:
    """How much of each SKU; in a refund it is written below zero, and nought where only money came back."""
    quantities: dict[str, Decimal] = defaultdict(Decimal)
    for line in lines:
        if line.quantity:
            quantities[sku_of_line(line)] += abs(line.quantity)
    return dict(quantities)


def _order_of(refund: Refund) -> int:
    if refund.parent_id:
        return refund.parent_id
    found = ORDER_IN_ADDRESS.findall(str(refund.links.get("up")))
    return int(found[-1]) if found else 0
