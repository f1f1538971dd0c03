"""An order comes in: with its lines, the products it names for the first time, and what follows for the figures."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import TypedDict, Unpack

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from crm.field_checks import check_fields
from crm.figures import stats
from crm.locks import lock_current
from crm.loyalty import order_came, redeem_with_order
from crm.models import Customer, EventKind, Order, OrderLine, Product
from crm.orders import amounts
from crm.orders.catalogue import LineData, products_for
from crm.orders.exchange import rate_on
from crm.orders.order_events import check_moment, write
from crm.shop_currency import shop_currency


class OrderFields(TypedDict, total=False):
    """What else may be known when an order is placed."""

    kind: str
    promised_at: dt.datetime | None
    appointment_at: dt.datetime | None
    payment_due_at: dt.datetime | None
    tracking_number: str
    responsible: User | None
    coupon_code: str
    receipt_url: str
    external_id: str | None
    source: str
    rate: Decimal
    told: dict[str, str]


@transaction.atomic
def place(
    number: str,
    *,
    customer: Customer,
    placed_at: dt.datetime,
    currency: str = "",
    lines: Sequence[LineData] = (),
    total: Decimal | None = None,
    discount: Decimal = amounts.ZERO,
    **fields: Unpack[OrderFields],
) -> Order:
    """Record a new order, with products it names for the first time; a known number is returned as it is.

    Without `total` it is the sum of the lines less the discount, rounded once. Without `rate` it is that of its day.
    ValueError in words for bad figures; RateUnknown for a currency of which no rate is known.
    """
    checked = amounts.check(number, lines, total, discount)
    check_moment(placed_at)
    customer = lock_current(customer)
    stats.lock([customer.pk])
    known = Order.objects.filter(number=number).first()
    if known:
        return known
    order = Order(
        number=number,
        customer=customer,
        placed_at=placed_at,
        currency=(currency or shop_currency()).upper(),
        total=checked.total,
        discount=checked.discount,
        **fields,
    )
    check_fields(order, _("order %(number)s") % {"number": number})
    if "rate" not in fields:
        order.rate = rate_on(order.currency, placed_at)
    products = products_for(checked.lines, order.rate)
    if "kind" not in fields:
        order.kind = _kind_of(products.values())
    if known := _known_after_inserting(order):
        return known
    OrderLine.objects.bulk_create([_line(order, line, products[line.sku]) for line in checked.lines])
    write(order, EventKind.ORDER_PLACED, at=placed_at, key="placed")
    if order.coupon_code:
        redeem_with_order(order, at=placed_at)
    stats.refresh([customer.pk])
    order_came(order, at=placed_at)
    return order


def _known_after_inserting(order: Order) -> Order | None:
    """The order of this number that somebody placed for another customer since we looked; None when ours is in."""
    try:
        with transaction.atomic():
            order.save(force_insert=True)
    except IntegrityError:
        known = Order.objects.filter(number=order.number).first()
        if known is None:
            raise
        return known
    return None


def _kind_of(products: Iterable[Product]) -> str:
    kinds = {product.kind for product in products}
    return Product.Kind.SERVICE.value if kinds == {Product.Kind.SERVICE.value} else Product.Kind.GOODS.value


def _line(order: Order, line: LineData, product: Product) -> OrderLine:
    cost = product.cost if line.cost is None else line.cost
    return OrderLine(order=order, product=product, quantity=line.quantity, price=line.price, cost=cost)
