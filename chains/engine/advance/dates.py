"""The dates that waits count from, for a whole batch: a query for the orders' goods and one for the customers'."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.db.models import Min

from chains.engine.advance.waits import OF_THE_GOODS, Anchors
from chains.engine.facts import OrderMoments
from chains.engine.local_time import DAY, months_after
from chains.models import Step
from crm.customers.dates import Moment
from crm.models import Customer, OrderLine

OF_THE_CUSTOMER = frozenset({Step.Anchor.BIRTHDAY, Step.Anchor.ATTRIBUTE})


class Terms(NamedTuple):
    """The shortest terms among an order's goods."""

    warranty_months: int | None
    repurchase_days: int | None


class Asked(NamedTuple):
    """Whose dates are wanted, and which of them the program counts from."""

    customer_id: int
    order_id: int | None
    triggered_at: dt.datetime
    anchors: Collection[str]


class Dates:
    """Everything the batch needs to know, read at once; what no program counts from is not read."""

    def __init__(self, asked: Collection[Asked], orders: dict[int, OrderMoments]) -> None:
        self.orders = orders
        self.terms = _terms(one.order_id for one in asked if one.order_id and OF_THE_GOODS & set(one.anchors))
        self.people = _people(one.customer_id for one in asked if OF_THE_CUSTOMER & set(one.anchors))

    def anchors(self, asked: Asked, zone: ZoneInfo) -> Anchors:
        born_on, attributes = self.people.get(asked.customer_id, (None, {}))
        order = self.orders.get(asked.order_id) if asked.order_id else None
        dates: dict[str, Moment | None] = {Step.Anchor.BIRTHDAY: born_on}
        if order and asked.order_id:
            dates |= _of_order(order, self.terms.get(asked.order_id), zone)
        return Anchors(asked.triggered_at, order is not None, dates, attributes)


def _terms(order_ids: Iterable[int]) -> dict[int, Terms]:
    wanted = set(order_ids)
    if not wanted:
        return {}
    lines = OrderLine.objects.filter(order__in=wanted).order_by().values_list("order")
    rows = lines.annotate(Min("product__warranty_months"), Min("product__repurchase_days"))
    return {order: Terms(months, days) for order, months, days in rows}


def _people(customer_ids: Iterable[int]) -> dict[int, tuple[dt.date | None, dict[str, Any]]]:
    wanted = set(customer_ids)
    if not wanted:
        return {}
    rows = Customer.objects.filter(pk__in=wanted).values_list("pk", "born_on", "attributes")
    return {pk: (born_on, attributes) for pk, born_on, attributes in rows}


def _of_order(order: OrderMoments, terms: Terms | None, zone: ZoneInfo) -> dict[str, Moment | None]:
    dates: dict[str, Moment | None] = {
        Step.Anchor.PLACED: order.placed_at,
        Step.Anchor.PAYMENT_DUE: order.payment_due_at,
        Step.Anchor.PAID: order.paid_at,
        Step.Anchor.SHIPPED: order.shipped_at,
        Step.Anchor.DELIVERED: order.delivered_at,
        Step.Anchor.PROMISED: order.promised_at,
        Step.Anchor.APPOINTMENT: order.appointment_at,
    }
    if terms and order.delivered_at:
        arrived_on = order.delivered_at.astimezone(zone).date()
        if terms.warranty_months is not None:
            dates[Step.Anchor.WARRANTY_END] = months_after(arrived_on, terms.warranty_months)
        if terms.repurchase_days is not None:
            dates[Step.Anchor.REPURCHASE] = arrived_on + terms.repurchase_days * DAY
    return dates
