"""One order as its customer sees it: where it is, what was promised, and what belongs to each thing of it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from chains.messages.links import is_web
from chains.messages.wording import months_later
from chains.models import Touch
from chains.public.my.sections.orders import is_late
from crm.jobs.shown import job_for_order
from crm.models import Customer, Event, EventKind, Order, OrderLine, ProductRegistration, Shop
from crm.orders.parcels import tracking_links
from crm.orders.repeating import last_repeat_of, repeat_of

ASKED_LATELY = dt.timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Step:
    label: str
    at: dt.datetime | None
    is_now: bool


@dataclass(frozen=True, slots=True)
class ShownLine:
    line: OrderLine
    warranty_until: dt.datetime | None
    registration: ProductRegistration | None

    @property
    def instructions_url(self) -> str:
        return _web(self.line.product.instructions_url)

    @property
    def video_url(self) -> str:
        return _web(self.line.product.video_url)

    @property
    def product_url(self) -> str:
        return _web(self.line.product.url)

    @property
    def may_register(self) -> bool:
        """Services have no number, and what went back is theirs no more."""
        return self.line.product.kind == "goods" and self.line.kept_quantity > 0


def order_context(order: Order, customer: Customer, now: dt.datetime) -> dict[str, Any]:
    shop = Shop.load()
    lines = list(order.lines.select_related("product").order_by("pk"))
    registered = {one.product_id: one for one in order.registrations.all()}
    return {
        "order": order,
        "steps": steps_of(order),
        "lines": [ShownLine(line, _warranty_until(line, order), registered.get(line.product_id)) for line in lines],
        "milestones": order.milestones.order_by("reached_at", "pk"),
        "promises": _moved_promises(order),
        "is_late": is_late(order, now),
        "tracking": tracking_links(order, shop),
        "receipt_url": _web(order.receipt_url),
        "job": job_for_order(order),
        "review_url": _review_url(order),
        "repeat": repeat_of(order),
        "repeat_asked_at": last_repeat_of([order.pk], now - ASKED_LATELY).get(order.pk),
        "repeat_by": shop.repeat_by,
    }


def _review_url(order: Order) -> str:
    """Of goods that arrived: the page that the last letter about them leads to."""
    if not order.delivered_at or order.cancelled_at:
        return ""
    sent = Touch.objects.filter(customer=order.customer_id, order=order, status=Touch.Status.SENT)
    token = sent.order_by("-sent_at").values_list("token", flat=True).first()
    return reverse("chains:review", args=[token]) if token else ""


def steps_of(order: Order) -> list[Step]:
    """What happened and what is still to come; of a cancelled order only what happened."""
    is_service = order.kind == "service"
    moments = [
        (_("Placed"), order.placed_at),
        (_("Paid"), order.paid_at),
        *([] if is_service else [(_("On its way"), order.shipped_at)]),
        (_("Performed") if is_service else _("Delivered"), order.delivered_at),
    ]
    if order.cancelled_at:
        moments = [*(one for one in moments if one[1]), (_("Cancelled"), order.cancelled_at)]
    if order.returned_at:
        moments.append((_("Partly returned") if order.is_partly_returned else _("Returned"), order.returned_at))
    last = max(place for place, (_label, at) in enumerate(moments) if at)
    return [Step(label, at, place == last) for place, (label, at) in enumerate(moments)]


def _warranty_until(line: OrderLine, order: Order) -> dt.datetime | None:
    months = line.product.warranty_months
    return months_later(order.delivered_at, months) if order.delivered_at and months and line.kept_quantity else None


def _moved_promises(order: Order) -> list[dict[str, Any]]:
    moved = Event.objects.filter(order=order, kind=EventKind.PROMISE_MOVED).order_by("occurred_at", "pk")
    return [
        {"at": event.occurred_at, "was": _moment(event.properties.get("from")), "now": _moment(event.properties["to"])}
        for event in moved
    ]


def _moment(told: str | None) -> dt.datetime | None:
    return dt.datetime.fromisoformat(told) if told else None


def _web(url: str) -> str:
    return url if is_web(url) else ""
