"""What a mapping would make of messages, recorded for real and undone at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from crm.intake.any_shape.mapping import ShapeMapping
from crm.intake.any_shape.picking import Unreadable
from crm.intake.any_shape.reading import Message, facts_of
from crm.intake.facts import NothingToRecord, NotYet
from crm.intake.recording import record_fact
from crm.models import Customer, Delivery, Event, Order, Source

MOST_TRIED = 50
MOST_SHOWN = 10
MOST_LINES_SHOWN = 20


class Outcome(StrEnum):
    TAKEN = "taken"
    IGNORED = "ignored"
    WAITS = "waits"
    FAILS = "fails"


@dataclass(frozen=True)
class Trial:
    """`made` says in words what there would be, a heading and lines each; `problems` are by field."""

    outcome: Outcome
    reason: str = ""
    made: Sequence[tuple[str, Sequence[tuple[str, str]]]] = ()
    problems: Mapping[str, str] = field(default_factory=dict)


def try_one(source: Source, payload: Any, mapping: ShapeMapping, message: Message, now: dt.datetime) -> Trial:
    with transaction.atomic():
        trial = _try(source, payload, mapping, message, now)
        transaction.set_rollback(True)
    return trial


def try_all(source: Source, mapping: ShapeMapping, now: dt.datetime) -> list[tuple[Delivery, Trial]]:
    """Of the latest messages that are still kept, one after another as they came: a later one builds on an earlier."""
    latest = kept(source)[:MOST_TRIED]
    with transaction.atomic():
        trials = [
            (one, _try(source, one.payload, mapping, Message(one.key, one.received_at), now))
            for one in reversed(latest)
        ]
        transaction.set_rollback(True)
    return trials


def kept(source: Source) -> Any:
    """The messages whose bodies are still there, the latest first."""
    return source.deliveries.exclude(payload={}).order_by("-pk")


def _try(source: Source, payload: Any, mapping: ShapeMapping, message: Message, now: dt.datetime) -> Trial:
    try:
        with transaction.atomic():
            recorded = [record_fact(fact, source, now) for fact in facts_of(payload, mapping, message)]
    except NothingToRecord as nothing:
        return Trial(Outcome.IGNORED, str(nothing))
    except NotYet as missing:
        return Trial(Outcome.WAITS, str(missing))
    except Unreadable as wrong:
        return Trial(Outcome.FAILS, str(wrong), problems=wrong.problems)
    except ValueError as refused:
        return Trial(Outcome.FAILS, str(refused))
    made = [_in_words(one) for one in recorded[:MOST_SHOWN]]
    if len(recorded) > MOST_SHOWN:
        made.append((_("%(shown)d of %(count)d are shown") % {"shown": MOST_SHOWN, "count": len(recorded)}, []))
    return Trial(Outcome.TAKEN, made=made)


def _in_words(recorded: Any) -> tuple[str, list[tuple[str, str]]]:
    if isinstance(recorded, Order):
        return _order(Order.objects.select_related("customer").get(pk=recorded.pk))
    if isinstance(recorded, Customer):
        return _("A customer"), _customer(recorded)
    return _event(recorded)


def _order(order: Order) -> tuple[str, list[tuple[str, str]]]:
    told = [
        (_("order number"), order.number),
        (_("placed at"), _moment(order.placed_at)),
        (_("total"), f"{order.total:.2f} {order.currency}"),
        (_("discount"), f"{order.discount:.2f} {order.currency}" if order.discount else ""),
        (_("coupon"), order.coupon_code),
        (_("status"), str(order.status.label)),
        *_lines(order),
        *_customer(order.customer),
    ]
    return _("An order"), [(name, value) for name, value in told if value]


def _lines(order: Order) -> list[tuple[str, str]]:
    lines = list(order.lines.select_related("product").order_by("pk"))
    shown = [
        (
            _("bought"),
            _("%(quantity)s × %(name)s (%(sku)s) at %(price)s")
            % {
                "quantity": f"{line.quantity.normalize():f}",
                "name": line.product.name or line.product.sku,
                "sku": line.product.sku,
                "price": f"{line.price:.2f}",
            },
        )
        for line in lines[:MOST_LINES_SHOWN]
    ]
    if len(lines) > len(shown):
        shown.append((_("bought"), _("%(shown)d of %(count)d are shown") % {"shown": len(shown), "count": len(lines)}))
    return shown


def _customer(customer: Customer) -> list[tuple[str, str]]:
    contacts = list(customer.contacts.order_by("channel", "pk"))
    told = [
        (_("customer"), f"{customer.first_name} {customer.last_name}".strip()),
        (_("customer id in the shop"), customer.external_id or ""),
        *((str(contact.get_channel_display()), contact.address) for contact in contacts),
        (_("city"), customer.city),
        (_("address"), ", ".join(filter(None, (customer.address, customer.postal_code)))),
        (_("company"), customer.company.name if customer.company else ""),
        (_("comment"), str(customer.attributes.get("comment", ""))),
        (_("agreed to marketing by"), ", ".join(one.address for one in contacts if one.marketing_consent == "granted")),
    ]
    return [(name, value) for name, value in told if value]


def _event(event: Event | None) -> tuple[str, list[tuple[str, str]]]:
    """Nothing new, where this source told it before."""
    if event is None:
        return _("An event that is known already"), []
    told = [(_("name of the event"), event.kind), (_("when"), _moment(event.occurred_at))]
    properties = [(name, str(value)[:200]) for name, value in event.properties.items()]
    return _("An event"), [*told, *_customer(event.customer), *properties]


def _moment(moment: dt.datetime) -> str:
    return date_format(timezone.localtime(moment), "SHORT_DATETIME_FORMAT")
