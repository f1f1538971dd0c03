"""What happens to subscriptions, for the log."""

from __future__ import annotations

import datetime as dt
from typing import Any

from crm.models import Event, EventKind, Subscription

SOURCE = "crm"


def event_of(subscription: Subscription, kind: EventKind, at: dt.datetime, key: str, **more: Any) -> Event:
    """`key` tells what happened to it from whatever else did."""
    return Event(
        kind=kind,
        customer_id=subscription.customer_id,
        order_id=more.pop("order_id", None),
        occurred_at=at,
        source=SOURCE,
        key=f"subscription:{subscription.pk}:{key}",
        properties={
            "subscription": subscription.pk,
            "sku": subscription.product.sku,
            "product": str(subscription.product),
            "quantity": subscription.quantity,
            "next_on": subscription.next_on.isoformat(),
            **more,
        },
    )
