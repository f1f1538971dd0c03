"""What may be told of an order by a button, and what of it may be taken back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.template.defaultfilters import date, floatformat
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.models import Event, Order, Product
from crm.orders.returns import returns_of

MOMENTS_UNDONE = ("paid_at", "shipped_at", "delivered_at", "cancelled_at")
MISTAKES = frozenset({"mistake", "not-returned", "not-reached"})


@dataclass(frozen=True)
class Field:
    """One input beside a button; `choices` make it a list to choose from."""

    name: str
    label: str
    kind: str = "text"
    is_required: bool = False
    choices: tuple[tuple[int, str], ...] = ()
    longest: int = 100


@dataclass(frozen=True)
class Button:
    """`opens` is what stands on it while its fields are folded away."""

    verb: str
    label: str
    fields: tuple[Field, ...] = ()
    tone: str = ""
    opens: str = ""


@dataclass(frozen=True)
class Mistake:
    """`posted` names what is taken back."""

    verb: str
    what: str
    label: str
    posted: dict[str, str] = field(default_factory=dict)


def buttons(order: Order) -> Iterator[Button]:
    if order.cancelled_at:
        return
    when = Field("at", _("When, empty for now"), "moment")
    is_service = order.kind == Product.Kind.SERVICE
    if not order.paid_at:
        yield Button("pay", _("Paid"), (when,))
    if not order.shipped_at and not order.delivered_at and not is_service:
        yield Button("ship", _("Shipped"), (when, Field("tracking_number", _("Tracking number"))))
    if not order.delivered_at:
        yield Button("deliver", _("Performed") if is_service else _("Delivered"), (when,), tone="main")
    yield from _folded(order, when, is_service=is_service)


def _folded(order: Order, when: Field, *, is_service: bool) -> Iterator[Button]:
    stage = Field("name", _("Stage"), is_required=True, longest=200)
    yield Button("milestone", _("Done"), (stage, when), opens=_("A stage is done…"))
    if not order.delivered_at:
        to = Field("to", _("Promised for"), "moment", is_required=True)
        yield Button("promise", _("Promise"), (to,), opens=_("Promise another day…"))
        yield Button("cancel", _("Yes, cancel it"), (when,), tone="bad", opens=_("Cancel the order…"))
    elif not is_service:
        lines = tuple((line.pk, str(line.product)) for line in order.lines.select_related("product").order_by("pk"))
        which = Field("line", _("Product"), "choice", choices=lines)
        serial = Field("serial", _("Serial number"))
        yield Button("register", _("Register"), (which, serial), opens=_("Product registered…"))


def mistakes(order: Order) -> Iterator[Mistake]:
    words = {
        "paid_at": (_("paid"), _("It was not paid")),
        "shipped_at": (_("shipped"), _("It was not shipped")),
        "delivered_at": (_("delivered"), _("It was not delivered")),
        "cancelled_at": (_("cancelled"), _("It was not cancelled")),
    }
    for moment in MOMENTS_UNDONE:
        if at := getattr(order, moment):
            what, label = words[moment]
            yield Mistake("mistake", f"{what} · {_day(at)}", label, {"moment": moment})
    for event in returns_of(order):
        yield Mistake("not-returned", _of_return(order, event), _("It did not come back"), {"key": event.key})
    for stage in order.milestones.order_by("reached_at", "pk"):
        what = f"{stage.name} · {_day(stage.reached_at)}"
        yield Mistake("not-reached", what, _("It is not done"), {"name": stage.name})


def _of_return(order: Order, event: Event) -> str:
    money = event.properties.get("amount")
    shown = f" · {floatformat(money, '2g')} {order.currency}" if money else ""
    return f"{_('returned')} · {_day(event.occurred_at)}{shown}"


def _day(at: Any) -> str:
    return date(timezone.localtime(at), "SHORT_DATETIME_FORMAT")
