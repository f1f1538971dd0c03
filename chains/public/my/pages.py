"""The pages of a customer's own: everything at a glance, and one order with all that belongs to it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from chains.public.my.acting import new_once, was_done
from chains.public.my.door import Visit, my_view
from chains.public.my.order_page import order_context
from chains.public.my.sections import orders
from chains.public.my.sections.sections import shown
from chains.public.pages import shop_page, unknown_link_page
from crm.models import Order, Subscription
from crm.shop_currency import shop_currency
from crm.subscriptions.subscriptions import LONGEST_PAUSE_DAYS
from crm.timezones import day_of


@require_safe
@my_view
def home_view(request: HttpRequest, visit: Visit) -> HttpResponse:
    return home(request, visit)


@require_safe
@my_view
def order_view(request: HttpRequest, visit: Visit, order_id: int) -> HttpResponse:
    order = order_of(visit, order_id)
    return order_page(request, visit, order) if order else unknown_link_page(request)


@require_safe
@my_view
def orders_view(request: HttpRequest, visit: Visit) -> HttpResponse:
    """More of them than the first page shows."""
    told = request.GET.get("count", "")
    count = int(told) if told.isdecimal() and len(told) < 4 else 2 * orders.FIRST
    found = orders.newest(visit.customer, timezone.now(), count) or {"orders": []}
    return my_page(request, visit, "orders", **found)


def home(request: HttpRequest, visit: Visit, *, refused: str = "", status: int = 200) -> HttpResponse:
    sections = shown(visit.customer, timezone.now())
    return my_page(request, visit, "home", sections=sections, refused=refused, status=status)


def order_page(
    request: HttpRequest, visit: Visit, order: Order, *, refused: str = "", status: int = 200, **more: Any
) -> HttpResponse:
    context = order_context(order, visit.customer, timezone.now())
    return my_page(request, visit, "order", refused=refused, status=status, **(context | more))


def my_page(request: HttpRequest, visit: Visit, template: str, *, status: int = 200, **context: Any) -> HttpResponse:
    today = day_of(timezone.now())
    return shop_page(
        request,
        f"my/{template}",
        status=status,
        customer=visit.customer,
        currency=shop_currency(),
        once=new_once(),
        done=was_done(request),
        today=today,
        pause_days=LONGEST_PAUSE_DAYS,
        stop_reasons=OFFERED_REASONS,
        **context,
    )


OFFERED_REASONS = [
    reason
    for reason in Subscription.StopReason
    if reason not in (Subscription.StopReason.MERGED, Subscription.StopReason.ERASED)
]


def order_of(visit: Visit, order_id: int) -> Order | None:
    """Their own: anybody else's is as unknown as one that never was."""
    return visit.customer.orders.filter(pk=order_id).first()
