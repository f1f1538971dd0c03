"""Events that chains have yet to hear of."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import NamedTuple

from crm.models import EventInbox

COLUMNS = (
    "pk",
    "event_id",
    "event__kind",
    "event__customer_id",
    "event__order_id",
    "event__occurred_at",
)


class InboxEvent(NamedTuple):
    pk: int
    event_id: int
    kind: str
    customer_id: int
    order_id: int | None
    occurred_at: dt.datetime


def inbox_events(customers: Collection[int]) -> list[InboxEvent]:
    """All that these customers have in the inbox, in the order in which it happened."""
    rows = EventInbox.objects.filter(consumer=EventInbox.Consumer.CHAINS, customer__in=customers)
    return [InboxEvent(*row) for row in rows.order_by("event__occurred_at", "event_id").values_list(*COLUMNS)]
