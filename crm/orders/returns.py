"""Goods and money that come back, and a return that was a mistake."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from crm.figures import stats
from crm.locks import lock_fact
from crm.loyalty import follow_order
from crm.models import Event, EventKind, Order, OrderLine
from crm.orders import amounts
from crm.orders.amounts import ReturnAmounts
from crm.orders.order_events import check_moment, event_key, is_written, stamp, write


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
    the order's discount shared over them. ValueError when more is asked for than is left, and nothing is done.
    `key` names the return, so that the same one is not booked twice; without it the moment does. Its money may be
    told first and its goods later.
    """
    check_moment(at)
    lock_fact(order, lambda customer_id: stats.lock([customer_id]))
    if len(key) > 80:
        raise ValueError(_("The key of a return is longer than 80 characters."))
    name = key or ("" if amount is None and lines is None else stamp(at))
    return_name = f"returned:{name}" if name else _key_of_whole(order, at)
    if is_written(order, return_name):
        return _name_goods(order, return_name, lines, at)
    bought = _bought(order)
    back = amounts.returned(order, bought, amount, lines)
    if not back.amount and not back.quantities:
        return order
    _mark_returned(bought, back.quantities)
    order.refunded += back.amount
    order.returned_at = max(filter(None, (order.returned_at, at)))
    if key and lines is None:
        order.told = {**order.told, return_name: at.isoformat()}
    order.save(update_fields=["refunded", "returned_at", "told"])
    lines_back = _by_sku(bought, back)
    write(order, EventKind.ORDER_RETURNED, at=at, key=return_name, amount=str(back.amount), lines=lines_back)
    stats.refresh([order.customer_id])
    follow_order(order, at=at)
    return order


def returns_of(order: Order) -> list[Event]:
    """Those that stand, the latest first."""
    undone = set(_undoings(order).values_list("properties__return", flat=True))
    found = Event.objects.filter(order=order, kind=EventKind.ORDER_RETURNED).order_by("-occurred_at", "-pk")
    return [event for event in found if event.key not in undone]


@transaction.atomic
def undo_return(order: Order, key: str, *, at: dt.datetime) -> Order:
    """What was said to have come back did not: the lines are kept as bought, the money was not given back.

    `key` is that of the return's event. ValueError when it is undone already, or when what came back is not known.
    """
    check_moment(at)
    lock_fact(order, lambda customer_id: stats.lock([customer_id]))
    standing = returns_of(order)
    event = next((one for one in standing if one.key == key), None)
    if event is None:
        raise ValueError(_("This return does not stand any more: look at the order again."))
    bought = _bought(order)
    back = _came_back(order, bought, event, is_only_one=len(standing) == 1)
    _mark_returned(bought, {pk: -quantity for pk, quantity in back.quantities.items()})
    order.refunded -= back.amount
    order.returned_at = max((one.occurred_at for one in standing if one is not event), default=None)
    # Goods of it that are named later are no longer waited for.
    name = event.key.removeprefix(event_key(order, ""))
    order.told = {told: moment for told, moment in order.told.items() if told not in (name, _goods_of(name))}
    order.save(update_fields=["refunded", "returned_at", "told"])
    properties = {"moment": "returned", "return": event.key, "amount": str(back.amount)}
    write(order, EventKind.ORDER_MOMENT_UNDONE, at=at, key=f"undone:return:{event.pk}", **properties)
    stats.refresh([order.customer_id])
    follow_order(order, at=at)
    return order


def _came_back(order: Order, bought: Sequence[OrderLine], event: Event, *, is_only_one: bool) -> ReturnAmounts:
    """By the only return came all that came back, whatever was corrected since."""
    if is_only_one:
        return ReturnAmounts(order.refunded, {line.pk: line.returned_quantity for line in bought})
    told = event.properties.get("lines")
    later = order.told.get(_goods_of(event.key.removeprefix(event_key(order, ""))))
    if told is not None and later:
        told = {**told, **later}
    if told is None or "amount" not in event.properties:
        # Written before returns told their lines, or taken from a file.
        raise ValueError(_("What came back by this return is not known, so it cannot be undone alone."))
    left = {sku: Decimal(quantity) for sku, quantity in told.items()}
    quantities: dict[int, Decimal] = {}
    for line in reversed(bought):
        quantities[line.pk] = min(left.get(line.product.sku, amounts.ZERO), line.returned_quantity)
        left[line.product.sku] = left.get(line.product.sku, amounts.ZERO) - quantities[line.pk]
    return ReturnAmounts(min(Decimal(event.properties["amount"]), order.refunded), quantities)


def _name_goods(order: Order, name: str, lines: Mapping[str, Decimal] | None, at: dt.datetime) -> Order:
    """The goods of a return that was told as money alone: nothing is paid back again, and nobody hears of it twice."""
    if not lines or name not in order.told:
        return order
    bought = _bought(order)
    back = amounts.returned(order, bought, amounts.ZERO, lines)
    _mark_returned(bought, back.quantities)
    order.told = {told: at for told, at in order.told.items() if told != name}
    # The event is written and stays as it is; an undoing needs to know what came back.
    order.told[_goods_of(name)] = _by_sku(bought, back)
    order.save(update_fields=["told"])
    stats.refresh([order.customer_id])
    follow_order(order, at=at)
    return order


def _goods_of(name: str) -> str:
    return f"goods:{name}"


def _mark_returned(bought: Sequence[OrderLine], quantities: Mapping[int, Decimal]) -> None:
    for line in bought:
        line.returned_quantity += quantities.get(line.pk, 0)
    OrderLine.objects.bulk_update(bought, ["returned_quantity"])


def _key_of_whole(order: Order, at: dt.datetime) -> str:
    """An order that came back after all, once that was undone, is told again; an old report of it is not."""
    undone = _undoings(order).filter(occurred_at__lt=at).count()
    return f"returned#{undone + 1}" if undone else "returned"


def _undoings(order: Order) -> QuerySet[Event]:
    return Event.objects.filter(order=order, kind=EventKind.ORDER_MOMENT_UNDONE, properties__moment="returned")


def _bought(order: Order) -> list[OrderLine]:
    return list(order.lines.select_related("product").order_by("pk"))


def _by_sku(bought: Sequence[OrderLine], back: ReturnAmounts) -> dict[str, str]:
    """SKU → quantity: lines may be told anew, what they hold stays."""
    quantities: dict[str, Decimal] = defaultdict(Decimal)
    for line in bought:
        quantities[line.product.sku] += back.quantities.get(line.pk, amounts.ZERO)
    return {sku: str(quantity) for sku, quantity in quantities.items() if quantity}
