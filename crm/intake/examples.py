"""What the other side sends: an order as each kind of source tells it, ready to be copied or tried."""

from __future__ import annotations

import base64
import datetime as dt
import json
import shlex
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from standardwebhooks.webhooks import Webhook

from crm.intake.api.keys import key_of
from crm.intake.shops.shopify import example as shopify
from crm.intake.shops.woocommerce import example as woocommerce
from crm.intake.sources import address_of
from crm.models import Source


@dataclass(frozen=True)
class Example:
    """A request as the other side would make it, signed by the source's secret."""

    body: str
    headers: dict[str, str] = field(default_factory=dict)
    content_type: str = "application/json"


def order(number: str, at: dt.datetime) -> dict[str, Any]:
    """An order in Encore's own shape, of a customer nobody knows by that number."""
    return {
        "number": number,
        "customer": {"id": number, "email": f"{number.lower()}@example.com", "first_name": "Ann"},
        "placed_at": at.isoformat(timespec="seconds"),
        "lines": [{"sku": "K-1", "name": "Kettle", "category": "Kitchen / Kettles", "quantity": 1, "price": "49.90"}],
    }


def _of_api(source: Source, number: str, at: dt.datetime) -> Example:
    return Example(json.dumps(order(number, at)), {"Authorization": f"Bearer {key_for(source)}"})


def _of_webhook(source: Source, number: str, at: dt.datetime) -> Example:
    body = json.dumps(_enveloped(order(number, at), at))
    headers = {
        "webhook-id": number,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(source.secret).sign(number, at.replace(microsecond=0), body),
    }
    return Example(body, headers)


def _of_woocommerce(source: Source, number: str, at: dt.datetime) -> Example:
    body = json.dumps(woocommerce.order(number, at))
    return Example(body, woocommerce.headers(body, source))


def _of_shopify(source: Source, number: str, at: dt.datetime) -> Example:
    return Example(*shopify.signed_order(source, number, at))


def _of_tracking(source: Source, number: str, at: dt.datetime) -> Example:
    line = order(number, at)["lines"][0]
    told = {
        "userId": number,
        "event": "Order Completed",
        "timestamp": at.isoformat(),
        "messageId": number,
        "context": {"traits": {"email": f"{number.lower()}@example.com", "firstName": "Ann"}},
        "properties": {"order_id": number, "products": [line]},
    }
    credentials = base64.b64encode(f"{key_of(source)}:".encode()).decode()
    return Example(json.dumps(told), {"Authorization": f"Basic {credentials}"})


# An order told by a source of this kind, under a number that tells it from all others.
EXAMPLES: dict[str, Callable[[Source, str, dt.datetime], Example]] = {
    Source.Kind.API: _of_api,
    Source.Kind.WEBHOOK: _of_webhook,
    Source.Kind.WOOCOMMERCE: _of_woocommerce,
    Source.Kind.SHOPIFY: _of_shopify,
    Source.Kind.TRACKING: _of_tracking,
}
# Kinds whose key names the source too: there is no place for it in their address.
NAMED_BY_KEY = frozenset({Source.Kind.API, Source.Kind.TRACKING})


def key_for(source: Source) -> str:
    """What is shown once, and follows “Authorization: Bearer” where a bearer is sent."""
    return key_of(source) if source.kind in NAMED_BY_KEY else source.secret


def curl(source: Source, key: str, at: dt.datetime) -> str:
    """An order posted with a bearer key, by sources that take one."""
    told = order("1001", at) | {"customer": {"email": "ann@example.com", "first_name": "Ann"}}
    body = json.dumps(_enveloped(told, at) if source.kind == Source.Kind.WEBHOOK else told, ensure_ascii=False)
    return " \\\n  ".join(
        (
            f"curl {shlex.quote(address_of(source))}",
            f"-H {shlex.quote(f'Authorization: Bearer {key}')}",
            "-H 'Content-Type: application/json'",
            f"-d {shlex.quote(body)}",
        )
    )


def _enveloped(told: dict[str, Any], at: dt.datetime) -> dict[str, Any]:
    return {"type": "order.created", "timestamp": at.isoformat(timespec="seconds"), "data": told}
