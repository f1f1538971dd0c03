"""Facts that let somebody go on, or make them leave, before their planned moment."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import NamedTuple

from chains.models import Enrolment, Touch
from crm.models import EventKind

# After these a date of the customer may be another.
MOVES_DATES = frozenset({EventKind.DATE_CHANGED, EventKind.CUSTOMER_MERGED})
ENDS_COOLDOWN = frozenset({EventKind.CASE_RESOLVED, EventKind.MOOD_NOTED})


class InboxEvent(NamedTuple):
    """The columns read of an event in the inbox, named as the query spells them."""

    pk: int
    event_id: int
    event__kind: str
    event__customer_id: int
    event__order_id: int | None
    event__occurred_at: dt.datetime


def wake(heard: Collection[InboxEvent], now: dt.datetime) -> None:
    """Make due what an event may have changed. Looking again is harmless: a wait that is not over goes on."""
    orders = {row.event__order_id for row in heard if row.event__order_id and row.event__kind != EventKind.ORDER_PLACED}
    if orders:
        about = Enrolment.objects.active().filter(order__in=orders).exclude(awaits=Enrolment.Awaits.RESUME)
        about.exclude(due_at__lte=now).update(due_at=now)
        arrived = Touch.objects.scheduled().filter(order__in=orders, reason=Touch.Reason.NOT_DELIVERED)
        arrived.update(due_at=now)
    _wake_travellers(heard, now)
    calmed = {row.event__customer_id for row in heard if row.event__kind in ENDS_COOLDOWN}
    if calmed:
        waiting = Touch.objects.scheduled().filter(customer__in=calmed)
        waiting.filter(reason__in=[Touch.Reason.COMPLAINT, Touch.Reason.MOOD]).update(due_at=now)


def _wake_travellers(heard: Collection[InboxEvent], now: dt.datetime) -> None:
    """Those whose dates changed, and those who wait for such an event of theirs."""
    waiting = Enrolment.objects.active().exclude(due_at__lte=now).exclude(awaits=Enrolment.Awaits.RESUME)
    moved = {row.event__customer_id for row in heard if row.event__kind in MOVES_DATES}
    if moved:
        waiting.filter(customer__in=moved).update(due_at=now)
    customers, kinds = {row.event__customer_id for row in heard}, {row.event__kind for row in heard}
    waiting.filter(customer__in=customers, awaited_event__in=kinds).update(due_at=now)
