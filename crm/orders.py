"""What happens to an order. Each function writes the fact, its event and the figures that follow in one transaction.

All may be called again with the same fact and then change nothing: shops repeat their webhooks. Locks are always
taken in the order customer, figures, order.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypedDict, Unpack

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from crm import amounts, stats
from crm.catalogue import LineData, products_for
from crm.customers import hold
from crm.events import record_many
from crm.models import Customer, Event, EventKind, Milestone, Order, OrderLine, Product

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from django.contrib.auth.models import AbstractUser

__all__ = [
    "LineData",
    "cancel",
    "deliver",
    "move_promise",
    "pay",
    "place",
    "reach_milestone",
    "return_goods",
    "ship",
]

SOURCE = "crm"


class OrderFields(TypedDict, total=False):
    """What else may be known when an order is placed."""

    kind: str
    promised_at: dt.datetime | None
    appointment_at: dt.datetime | None
    tracking_number: str
    responsible: AbstractUser | None
    coupon_code: str
    receipt_url: str
    source: str


@transaction.atomic
def place(
    number: str,
    *,
    customer: Customer,
    placed_at: dt.datetime,
    currency: str = "",
    lines: Sequence[LineData] = (),
    total: Decimal | None = None,
    discount: Decimal = amounts.NOTHING,
    **fields: Unpack[OrderFields],
) -> Order:
    """Record a new order, with products it names for the first time; a known number is returned as it is.

    Without `total` it is the sum of the lines less the discount, rounded once. ValueError in words for bad figures.
    """
    checked = amounts.check(number, lines, total, discount)
    _check_moment(placed_at)
    customer = hold(customer)
    stats.lock([customer.pk])
    known = Order.objects.filter(number=number).first()
    if known:
        return known
    products = products_for(checked.lines)
    fields.setdefault("kind", _kind_of(products.values()))
    order = Order(
        number=number,
        customer=customer,
        placed_at=placed_at,
        currency=(currency or settings.CURRENCY).upper(),
        total=checked.total,
        discount=checked.discount,
        **fields,
    )
    try:
        with transaction.atomic():
            order.save(force_insert=True)
    except IntegrityError:
        # Somebody placed the number for another customer since we looked.
        known = Order.objects.filter(number=number).first()
        if known is None:
            raise
        return known
    OrderLine.objects.bulk_create([_line(order, line, products[line.sku]) for line in checked.lines])
    _record(order, EventKind.ORDER_PLACED, at=placed_at, key="placed")
    stats.refresh([customer.pk])
    return order


def pay(order: Order, *, at: dt.datetime) -> Order:
    return _reach(order, "paid_at", EventKind.ORDER_PAID, at)


@transaction.atomic
def ship(order: Order, *, at: dt.datetime, tracking_number: str = "") -> Order:
    order = _reach(order, "shipped_at", EventKind.ORDER_SHIPPED, at)
    if tracking_number and order.tracking_number != tracking_number:
        order.tracking_number = tracking_number
        order.save(update_fields=["tracking_number"])
    return order


def deliver(order: Order, *, at: dt.datetime) -> Order:
    """The goods arrived, or the service was performed."""
    return _reach(order, "delivered_at", EventKind.ORDER_DELIVERED, at)


@transaction.atomic
def cancel(order: Order, *, at: dt.datetime) -> Order:
    """The order no longer counts in any figure."""
    _hold_with_figures(order)
    _reach(order, "cancelled_at", EventKind.ORDER_CANCELLED, at)
    stats.refresh([order.customer_id])
    return order


@transaction.atomic
def return_goods(
    order: Order,
    *,
    at: dt.datetime,
    amount: Decimal | None = None,
    lines: Mapping[str, Decimal] | None = None,
    key: str = "",
) -> Order:
    """Take back the whole order, or in part: `lines` as SKU → quantity, `amount` as the money given back.

    `amount` alone is a refund of an order whose goods stay; `lines` alone are refunded at what was paid for them,
    the order's discount shared over them. More than is left cannot come back: both are cut to the rest.
    `key` names the return, so that the same one is not booked twice; without it the moment does.
    """
    _check_moment(at)
    _hold_with_figures(order)
    if len(key) > 80:
        raise ValueError(_("The key of a return is longer than 80 characters."))
    name = key or ("" if amount is None and lines is None else _stamp(at))
    event_key = f"returned:{name}" if name else "returned"
    if _is_recorded(order, event_key):
        return order
    bought = list(order.lines.select_related("product").order_by("pk"))
    back = amounts.returned(order, bought, amount, lines)
    if not back.amount and not back.quantities:
        return order
    for line in bought:
        line.returned_quantity += back.quantities.get(line.pk, 0)
    OrderLine.objects.bulk_update(bought, ["returned_quantity"])
    order.refunded += back.amount
    order.returned_at = max(filter(None, (order.returned_at, at)))
    order.save(update_fields=["refunded", "returned_at"])
    _record(order, EventKind.ORDER_RETURNED, at=at, key=event_key, amount=str(back.amount))
    stats.refresh([order.customer_id])
    return order


@transaction.atomic
def move_promise(order: Order, *, to: dt.datetime, at: dt.datetime) -> Order:
    """Promise another moment than before."""
    _check_moment(to)
    _check_moment(at)
    _hold(order)
    key = f"promised:{_stamp(to)}:{_stamp(at)}"
    if order.promised_at == to or _is_recorded(order, key):
        return order
    before, order.promised_at = order.promised_at, to
    order.save(update_fields=["promised_at"])
    told = {"from": before.isoformat() if before else None, "to": to.isoformat()}
    _record(order, EventKind.PROMISE_MOVED, at=at, key=key, **told)
    return order


@transaction.atomic
def reach_milestone(order: Order, name: str, *, at: dt.datetime) -> Order:
    """A stage of a long job is done."""
    _check_moment(at)
    _hold(order)
    milestone, is_new = Milestone.objects.get_or_create(order=order, name=name, defaults={"reached_at": at})
    if is_new:
        _record(order, EventKind.MILESTONE_REACHED, at=at, key=f"milestone:{milestone.pk}", name=name)
    return order


@transaction.atomic
def _reach(order: Order, moment: str, kind: EventKind, at: dt.datetime) -> Order:
    """Set a moment of the order's life, once: the first report of it stands."""
    _check_moment(at)
    _hold(order)
    if getattr(order, moment) is None:
        setattr(order, moment, at)
        order.save(update_fields=[moment])
        _record(order, kind, at=at, key=kind.removeprefix("order."))
    return order


def _hold(order: Order) -> None:
    """Read the order as it is now and keep it until the transaction ends."""
    order.refresh_from_db(from_queryset=Order.objects.select_for_update(no_key=True))


def _hold_with_figures(order: Order) -> None:
    """As `_hold`, with the figures of its customer, who may have been merged away since the order was read."""
    customer_id = None
    while customer_id != order.customer_id:
        customer_id = Order.objects.values_list("customer_id", flat=True).get(pk=order.pk)
        stats.lock([customer_id])
        _hold(order)


def _record(order: Order, kind: EventKind, *, at: dt.datetime, key: str, **properties: Any) -> None:
    event = Event(
        kind=kind,
        customer_id=order.customer_id,
        order_id=order.pk,
        occurred_at=at,
        source=SOURCE,
        key=_event_key(order, key),
        properties={"number": order.number, **properties},
    )
    record_many([event])


def _is_recorded(order: Order, key: str) -> bool:
    return Event.objects.filter(source=SOURCE, key=_event_key(order, key)).exists()


def _event_key(order: Order, key: str) -> str:
    return f"order:{order.number}:{key}"


def _stamp(moment: dt.datetime) -> str:
    return f"{moment.timestamp():.6f}"


def _check_moment(moment: dt.datetime) -> None:
    if moment.tzinfo is None:
        raise ValueError(_("A moment needs its time zone."))


def _kind_of(products: Any) -> str:
    kinds = {product.kind for product in products}
    return Product.Kind.SERVICE.value if kinds == {Product.Kind.SERVICE.value} else Product.Kind.GOODS.value


def _line(order: Order, line: LineData, product: Product) -> OrderLine:
    cost = product.cost if line.cost is None else line.cost
    return OrderLine(order=order, product=product, quantity=line.quantity, price=line.price, cost=cost)
