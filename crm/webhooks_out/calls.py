"""A webhook called by a step of a chain, and its answer, which chains read as an event of the customer."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from psycopg.types.json import Jsonb

from crm.events import record, ring_on_commit, ring_webhooks
from crm.models import Customer, EventKind, WebhookMessage
from crm.webhooks_out.answers import Answer

SOURCE = "webhooks"
MOST_ANSWER_BYTES = 4_096
MOST_TEXT = 500
MOST_NAME = 100
LARGEST = 1e100

# Unqualified names: a rehearsal shadows the table.
WRITE = """
    INSERT INTO crm_webhookmessage (endpoint_id, key, kind, customer_id, order_id, data, occurred_at, created_at)
    SELECT called.endpoint, called.key, 'chain.call', called.customer, called.order_id, called.data, %(now)s, %(now)s
    FROM unnest(
        %(endpoint)s::bigint[], %(key)s::text[], %(customer)s::bigint[], %(order)s::bigint[], %(data)s::jsonb[]
    ) AS called (endpoint, key, customer, order_id, data)
    ON CONFLICT (endpoint_id, key) DO NOTHING
"""


@dataclass(frozen=True, slots=True)
class Call:
    """`told` goes out with it: {"chain", "enrolment", "step", "step_name", "text"}."""

    endpoint_id: int
    customer_id: int
    order_id: int | None
    told: dict[str, Any]

    @property
    def key(self) -> str:
        return call_key(self.told["enrolment"], self.told["step"])


def call_key(enrolment_id: int, step_key: str) -> str:
    return f"call:{enrolment_id}:{step_key}"


def call(calls: Sequence[Call], now: dt.datetime) -> None:
    """Have the endpoints called, each once for an enrolment and step, when the transaction is in."""
    if not calls:
        return
    columns: dict[str, list[Any]] = {
        "endpoint": [one.endpoint_id for one in calls],
        "key": [one.key for one in calls],
        "customer": [one.customer_id for one in calls],
        "order": [one.order_id for one in calls],
        "data": [Jsonb(one.told) for one in calls],
    }
    with connection.cursor() as cursor:
        cursor.execute(WRITE, columns | {"now": now})
    ring_on_commit(ring_webhooks)


def record_answer(message: WebhookMessage, caller: Customer, answer: Answer, now: dt.datetime) -> None:
    """As an event of the customer, which wakes the chain that waits for it."""
    record(
        EventKind.WEBHOOK_ANSWERED,
        customer=caller,
        order=message.order,
        occurred_at=now,
        source=SOURCE,
        key=message.key,
        properties={
            **{name: message.data.get(name) for name in ("enrolment", "step", "step_name")},
            "status": answer.status or None,
            "ok": answer.is_taken,
            "answer": fields_of(answer.text),
        },
    )


def fields_of(text: str) -> dict[str, str | int | float | bool]:
    """The top-level fields of a small JSON answer that are words, numbers, or yes and no; of anything else nothing."""
    if len(text.encode()) > MOST_ANSWER_BYTES:
        return {}
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    if not isinstance(told, dict):
        return {}
    plain = {
        _clean(name)[:MOST_NAME]: _plain(value) for name, value in told.items() if isinstance(value, str | int | float)
    }
    return {name: value for name, value in plain.items() if value is not None}


def _plain(value: str | int | float) -> str | int | float | None:
    """As it can be kept in a JSON column; None where it cannot."""
    if isinstance(value, str):
        return _clean(value)[:MOST_TEXT]
    return value if abs(value) <= LARGEST else None


def _clean(text: str) -> str:
    return text.replace("\0", "").encode(errors="replace").decode()
