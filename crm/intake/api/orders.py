"""Orders: told, looked up, and listed by when they were placed or last changed."""

from __future__ import annotations

from typing import Annotated, Any

from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Query, Router, Schema

from crm.intake.api import problems
from crm.intake.api.answers import OrderOut
from crm.intake.api.batches import BatchIn, BatchResult, Resource, Taken, take, take_all
from crm.intake.api.idempotency import once
from crm.intake.api.keys import READS, ApiKey
from crm.intake.api.naming import Who, customer_named
from crm.intake.api.operations import REFUSED_READS, REFUSED_WRITES
from crm.intake.api.pages import AskedPage, page
from crm.intake.api.reading import order_fact
from crm.intake.api.schemas import OrderIn
from crm.intake.api.showing import order_out
from crm.intake.api.values import Moment
from crm.models import Order, OrderLine

router = Router(tags=["orders"])
ORDERS = Resource(OrderIn, order_fact, lambda order: order.number)


class OrdersOut(Schema):
    items: list[OrderOut]
    next: str | None


@router.post(
    "",
    response={200: Taken, **REFUSED_WRITES},
    summary="Record or correct an order",
)
@once
def post_order(request: HttpRequest, order: OrderIn) -> Any:
    return take(request, ORDERS, order)


@router.post(
    "/batch",
    response={200: BatchResult, **REFUSED_WRITES},
    summary="Record or correct many orders",
)
@once
def post_orders(request: HttpRequest, batch: BatchIn) -> Any:
    return take_all(request, ORDERS, batch)


@router.get(
    "",
    auth=ApiKey(READS),
    response={200: OrdersOut, **REFUSED_READS},
    summary="Orders placed or changed since a moment, the oldest first",
)
def list_orders(
    request: HttpRequest,
    asked: AskedPage,
    who: Who,
    placed_since: Annotated[Moment | None, Query()] = None,
    changed_since: Annotated[Moment | None, Query(description="Rather than placed_since: for catching up.")] = None,
) -> Any:
    source = request.auth  # type: ignore[attr-defined]
    orders, column = Order.objects.all(), "placed_at"
    if placed_since:
        orders = orders.filter(placed_at__gte=placed_since)
    if changed_since:
        orders, column = orders.filter(changed_at__gte=changed_since), "changed_at"
    if who.is_told:
        orders = orders.filter(customer=customer_named(source, who))
    found, following = page(_whole(orders), column, asked)
    return OrdersOut(items=[order_out(order, source) for order in found], next=following)


@router.get(
    "/{path:number}", auth=ApiKey(READS), response={200: OrderOut, **REFUSED_READS}, summary="One order by its number"
)
def get_order(request: HttpRequest, number: str) -> Any:
    source = request.auth  # type: ignore[attr-defined]
    order = _whole(Order.objects.filter(number=f"{source.id_prefix}{number}")).first()
    if order is None:
        return problems.answer(404, _("There is no order of this number."))
    return order_out(order, source)


def _whole(orders: QuerySet[Order]) -> QuerySet[Order]:
    lines = OrderLine.objects.select_related("product").order_by("pk")
    return orders.select_related("customer", "responsible").prefetch_related(Prefetch("lines", lines), "milestones")
