"""Facts that let a customer go on in a chain, or make them leave it, before their planned moment."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from chains.engine.inbox import InboxEvent
from chains.engine.moments import moment_in_sql
from chains.models import Enrolment
from crm.models import EventKind

# After these a date of the customer may be another.
MOVES_DATES = frozenset({EventKind.DATE_CHANGED, EventKind.CUSTOMER_MERGED})


def wake_enrolments(events: Collection[InboxEvent], now: dt.datetime) -> None:
    """Make due what an event may have changed. Looking again is harmless: a wait that is not over goes on."""
    at = moment_in_sql(now)
    waiting = Enrolment.objects.active().exclude(due_at__lte=at).exclude(awaits=Enrolment.Awaits.RESUME)
    orders = {event.order_id for event in events if event.order_id and event.kind != EventKind.ORDER_PLACED}
    if orders:
        waiting.filter(order__in=orders).update(due_at=at)
    moved = {event.customer_id for event in events if event.kind in MOVES_DATES}
    if moved:
        waiting.filter(customer__in=moved).update(due_at=at)
    customers, kinds = {event.customer_id for event in events}, {event.kind for event in events}
    waiting.filter(customer__in=customers, awaited_event__in=kinds).update(due_at=at)
