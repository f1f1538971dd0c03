"""What happens to an order. Each function writes the fact, its event and the figures that follow in one transaction.

All may be called again with the same fact and then change nothing: shops repeat their webhooks. Locks are always
taken in the order customer, figures, order.
"""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from crm.figures import stats
from crm.locks import lock_fact
from crm.loyalty import follow_order
from crm.models import EventKind, Milestone, Order
from crm.orders.catalogue import LineData
from crm.orders.order_events import check_moment, is_written, stamp, times_undone, write
from crm.orders.placing import OrderFields, place
from crm.orders.registering import register_product, unregister_product
from crm.orders.returns import return_goods
from crm.service.staff_tasks import no_parcel, parcel_left

__all__ = [
    "LineData",
    "OrderFields",
    "cancel",
    "deliver",
    "move_appointment",
    "move_payment",
    "move_promise",
    "pay",
    "place",
    "reach_milestone",
    "register_product",
    "return_goods",
    "ship",
    "unregister_product",
]


def pay(order: Order, *, at: dt.datetime, told_at: dt.datetime | None = None) -> Order:
    return _reach(order, "paid_at", EventKind.ORDER_PAID, at, told_at)


@transaction.atomic
def ship(order: Order, *, at: dt.datetime, tracking_number: str = "", told_at: dt.datetime | None = None) -> Order:
    order = _reach(order, "shipped_at", EventKind.ORDER_SHIPPED, at, told_at)
    parcel_left(order, at=at)
    if tracking_number and order.tracking_number != tracking_number:
        order.tracking_number = tracking_number
        order.save(update_fields=["tracking_number"])
    return order


@transaction.atomic
def deliver(order: Order, *, at: dt.datetime, told_at: dt.datetime | None = None) -> Order:
    """The goods arrived, or the service was performed."""
    order = _reach(order, "delivered_at", EventKind.ORDER_DELIVERED, at, told_at)
    parcel_left(order, at=at)
    return order


@transaction.atomic
def cancel(order: Order, *, at: dt.datetime, told_at: dt.datetime | None = None) -> Order:
    """The order no longer counts in any figure."""
    lock_fact(order, lambda customer_id: stats.lock([customer_id]))
    _reach(order, "cancelled_at", EventKind.ORDER_CANCELLED, at, told_at)
    no_parcel(order, at=at)
    stats.refresh([order.customer_id])
    follow_order(order, at=at)
    return order


def move_promise(order: Order, *, to: dt.datetime | None, at: dt.datetime) -> Order:
    """Promise another moment than before, or none."""
    return _move(order, "promised_at", EventKind.PROMISE_MOVED, "promised", to, at)


def move_appointment(order: Order, *, to: dt.datetime | None, at: dt.datetime) -> Order:
    """Agree on another moment than before, or on none."""
    return _move(order, "appointment_at", EventKind.APPOINTMENT_MOVED, "appointment", to, at)


def move_payment(order: Order, *, to: dt.datetime | None, at: dt.datetime) -> Order:
    """Let it be paid by another moment than before, or by none."""
    return _move(order, "payment_due_at", EventKind.PAYMENT_MOVED, "payment", to, at)


@transaction.atomic
def reach_milestone(order: Order, name: str, *, at: dt.datetime) -> Order:
    """A stage of a long job is done."""
    check_moment(at)
    lock_fact(order)
    milestone, is_new = Milestone.objects.get_or_create(order=order, name=name, defaults={"reached_at": at})
    if is_new:
        write(order, EventKind.MILESTONE_REACHED, at=at, key=f"milestone:{milestone.pk}", name=name)
    return order


@transaction.atomic
def _move(order: Order, moment: str, kind: EventKind, name: str, to: dt.datetime | None, at: dt.datetime) -> Order:
    for moment_given in filter(None, (to, at)):
        check_moment(moment_given)
    lock_fact(order)
    before: dt.datetime | None = getattr(order, moment)
    key = f"{name}:{stamp(to) if to else 'none'}:{stamp(at)}"
    if before == to or is_written(order, key):
        return order
    setattr(order, moment, to)
    order.told = {**order.told, moment: at.isoformat()}
    order.save(update_fields=[moment, "told"])
    properties = {"from": before.isoformat() if before else None, "to": to.isoformat() if to else None}
    write(order, kind, at=at, key=key, **properties)
    return order


@transaction.atomic
def _reach(order: Order, moment: str, kind: EventKind, at: dt.datetime, told_at: dt.datetime | None) -> Order:
    """Set a moment of the order's life, once: the first report of it stands. A source tells it as of `told_at`."""
    check_moment(at)
    lock_fact(order)
    if getattr(order, moment) is None:
        setattr(order, moment, at)
        if told_at:
            order.told = {**order.told, moment: told_at.isoformat()}
        order.save(update_fields=[moment, "told"])
        write(order, kind, at=at, key=_key_of_reaching(order, moment, kind))
    return order


def _key_of_reaching(order: Order, moment: str, kind: EventKind) -> str:
    """What was undone may happen after all, and is then told again."""
    name = kind.removeprefix("order.")
    undone = times_undone(order, moment)
    return f"{name}:{undone + 1}" if undone else name
