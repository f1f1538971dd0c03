"""What the other side sends, ready to be copied: an order by curl, with the source's own address and key."""

from __future__ import annotations

import datetime as dt
import json
import shlex
from typing import Any

from crm.intake.api.keys import key_of
from crm.intake.sources import address_of
from crm.models import Source


def order(number: str, at: dt.datetime) -> dict[str, Any]:
    return {
        "number": number,
        "customer": {"email": "ann@example.com", "first_name": "Ann"},
        "placed_at": at.isoformat(timespec="seconds"),
        "lines": [{"sku": "K-1", "name": "Kettle", "category": "Kitchen / Kettles", "quantity": 1, "price": "49.90"}],
    }


def body_for(source: Source, told: dict[str, Any], at: dt.datetime) -> dict[str, Any]:
    """What this source's door takes an order in."""
    if source.kind == Source.Kind.WEBHOOK:
        return {"type": "order.created", "timestamp": at.isoformat(timespec="seconds"), "data": told}
    return told


def key_for(source: Source) -> str:
    """What follows “Authorization: Bearer”."""
    return source.secret if source.kind == Source.Kind.WEBHOOK else key_of(source)


def curl(source: Source, key: str, at: dt.datetime) -> str:
    body = json.dumps(body_for(source, order("1001", at), at), ensure_ascii=False)
    return " \\\n  ".join(
        (
            f"curl {shlex.quote(address_of(source))}",
            f"-H {shlex.quote(f'Authorization: Bearer {key}')}",
            "-H 'Content-Type: application/json'",
            f"-d {shlex.quote(body)}",
        )
    )
