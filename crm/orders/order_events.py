"""The events of an order: what their keys are made of."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils.translation import gettext as _

from crm.events import record_many
from crm.models import Event, EventKind, Order

SOURCE = "crm"
YEARS = range(1970, 2200)


def write(order: Order, kind: EventKind, *, at: dt.datetime, key: str, **properties: Any) -> None:
    """Log what happened to the order; `key` tells it from everything else that happens to it."""
    event = Event(
        kind=kind,
        customer_id=order.customer_id,
        order_id=order.pk,
        occurred_at=at,
        source=SOURCE,
        key=event_key(order, key),
        properties={"number": order.number, **properties},
    )
    record_many([event])


def is_written(order: Order, key: str) -> bool:
    return Event.objects.filter(source=SOURCE, key=event_key(order, key)).exists()


def times_undone(order: Order, moment: str) -> int:
    undone = Event.objects.filter(order=order, kind=EventKind.ORDER_MOMENT_UNDONE)
    return undone.filter(properties__moment=moment.removesuffix("_at")).count()


def event_key(order: Order, key: str) -> str:
    return f"order:{order.number}:{key}"


def stamp(moment: dt.datetime) -> str:
    """The moment as part of a key: the same whatever its time zone."""
    return f"{moment.timestamp():.6f}"


def check_moment(moment: dt.datetime) -> None:
    if moment.tzinfo is None:
        raise ValueError(_("A moment needs its time zone."))
    # A shop's clock gone wrong: one order of the year 1 would stretch every figure by age beyond its column.
    if moment.year not in YEARS:
        raise ValueError(_("The year %(year)d cannot be right.") % {"year": moment.year})
