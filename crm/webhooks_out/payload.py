"""The body of a message: made of the facts as they are when it is sent, so that nothing personal is kept twice.

{"type": "order.delivered", "timestamp": when it happened,
 "data": {"customer": {"id", "external_id", and "email" where the endpoint is told it},
          "order": {"number"}, where it is about one,
          "properties": {what the event knows, by the names in crm.events}}}
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import Any

from crm.models import Channel, Contact, WebhookMessage

# A message stays below the 20 KB that Standard Webhooks advises; what is beside the properties is small.
MOST_BYTES = 16_000
MOST_VALUE_BYTES = 4_000


def body_of(message: WebhookMessage, email: str | None) -> str:
    """As JSON. Its endpoint, customer, order and event are read with the message."""
    data: dict[str, Any] = {}
    if customer := message.customer:
        data["customer"] = {"id": customer.pk, "external_id": customer.external_id}
        if message.endpoint.tells_email:
            data["customer"]["email"] = email
    if message.order:
        data["order"] = {"number": message.order.number}
    data["properties"] = bounded(message.event.properties if message.event else message.data)
    timestamp = message.occurred_at.isoformat()
    return json.dumps({"type": message.kind, "timestamp": timestamp, "data": data}, ensure_ascii=False)


def emails_of(customers: Collection[int]) -> dict[int, str]:
    """The address of each that was told last."""
    contacts = Contact.objects.filter(customer__in=customers, channel=Channel.EMAIL)
    return dict(contacts.order_by("told_at", "pk").values_list("customer", "address"))


def bounded(properties: Mapping[str, Any]) -> dict[str, Any]:
    """Whole where it is small enough; else what has room, and `is_cut` says that something had none."""
    kept: dict[str, Any] = {}
    room = MOST_BYTES
    for name, value in properties.items():
        size = len(json.dumps({name: value}, ensure_ascii=False).encode())
        if size <= min(room, MOST_VALUE_BYTES):
            kept[name] = value
            room -= size
    return kept if len(kept) == len(properties) else kept | {"is_cut": True}
