from __future__ import annotations

import datetime as dt

from crm.models import Event, Order


def historic(kind: str, order: Order, at: dt.datetime, key: str, /, **properties: object) -> Event:
    """An event under the key the verbs would use, so that the same fact recorded again changes nothing."""
    return Event(
        kind=kind,
        customer=order.customer,
        order=order,
        occurred_at=at,
        received_at=at,
        source="crm",
        key=key,
        properties=properties,
        is_historic=True,
    )
