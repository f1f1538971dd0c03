"""The event log: what happened, once, with its moment; and the bell that tells the engine at once.

`properties` by kind (ids are primary keys, moments ISO 8601):

    order.*              {"number"}; returned adds {"amount", "lines": {SKU: quantity}}, milestone {"name"},
                         promise_moved, appointment_moved and payment_moved {"from", "to"},
                         corrected {"from", "to"} of its total, or {"what", "from", "to"} of something else,
                         undone {"moment", "from"}; of a return {"moment", "return", "amount"}, of a milestone
                         {"moment", "name", "from"}
    product.registered   {"number", "product", "serial"}
    case.*               {"case", "kind", "severity"}; acknowledged, answered and resolved add {"promised_at"}, what
                         held then; reopened {"resolved_at"}, when it had been resolved; corrected and escalated what
                         it was before ("kind_was", "order_was"); held {"for"}, taken_up {"since"};
                         merged {"into", "moved": {"messages", "notes", "tasks"}, "was_open"}, split {"from"}
    order.repeat_requested  adds {"lines": {SKU: quantity}, "total", "currency"}: what can be had today, at its price
    product.registered   {"number", "product", "serial"}; unregistered {"number", "product"}
    subscription.*       {"subscription", "sku", "product", "quantity", "next_on"}; started adds {"every", "unit"},
                         changed {"was", "now"}, skipped and unskipped {"date"}, paused {"until"}, stopped {"reason",
                         "words"}, upcoming {"price", "in_stock"}, due and out_of_stock {"due_on", "price"}, renewed
                         {"due_on"}
    case.*               {"case", "kind", "severity"}; reopened adds {"resolved_at"}, when it had been resolved
                         offer_chosen {"choice"}: solution, alternative or neither; again when it was changed
    task.closed          {"task", "kind", "status", "case"}
    goodwill.*           {"goodwill", "case", "kind", "points", "percent", "amount", "currency"}: those that it has
    task.*               {"task", "kind", "status", "outcome", "reason", "case"}; tried when it is to be tried again
    job.*                {"number", "job", "name"}; acceptance_asked, accepted and refused add {"stage", "stage_name"},
                         refused {"case"}, status_due {"day"}
    feedback.left        {"kind", "score", "feedback"}, and "answer" where one was chosen; again when it was changed
    feedback.left        {"kind", "score", "feedback"}, and "answer" where one was chosen; "level", low or high;
                         of a survey {"survey", "question"}, their ids; again when it was changed
    review.*             {"review", "stars", "product"}; left again when the stars were changed
    points.changed       {"kind", "points", "balance"}; points.expiring {"points", "expires_at"}
    points.earned        {"points", "number"}; they come when the order can no longer be returned
    points.refused       {"points", "reason"}, with an order
    tier.*               {"tier", "from", "to"}: names, the first as id of the tier they are or will be in, or nothing;
                         ending adds {"on"}
    coupon.*             {"coupon", "kind"}; refused {"code", "reason"}; released adds {"number"},
                         expiring {"expires_at"}
    consent.changed      {"channel", "purpose", "action"}
    customer.merged      {"duplicate"}, on the one who was kept
    customer.mood        {"mood"}
    customer.address     {"channel", "contact", "replaced", "by"}: ids of contacts; the last two only by hand
    customer.date        {"name", "from", "to"}, of the birth date (born_on) or an attribute that spells a date
    segment.*            {"segment"}
    message.*            {"touch", "chain", "step", "tags"}; opened and clicked add {"is_machine"}, clicked
                         {"link", "address"}, bounced {"is_lasting", "is_refused",
                         "detail"}, replied {"case"}
    referral.forwarded   {"by"}; asked and visited {}; refused {"why"}; joined, came, used, voided and rewarded
                         {"referral"}: of these came and joined add {"came_by"}, voided {"why"}, rewarded
                         {"as", "reward", "value"}. Nothing there names the other of the two
    page.viewed          {"url", "title", "seconds"}
    webhook.answered     {"step", "step_name", "enrolment", "status", "ok", "answer": {top-level fields of its body}}
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from celery import current_app
from django.conf import settings
from django.db import connection, transaction
from psycopg.types.json import Jsonb

from crm.models import Customer, Event, EventInbox, Order

BELL = "chains.tasks.run_engine"
WEBHOOKS_BELL = "crm.tasks.send_webhooks"
BELL_LASTS_SECONDS = 30

# All rows in one statement, so a consumer can never find the one without the other. Where no other system listens,
# the last of them costs a look into an empty table. Of whoever was erased it is counted that something happened,
# whatever door it came by, and nothing is said about it.
WRITE = """
    WITH fresh AS (
        INSERT INTO crm_event
            (kind, customer_id, order_id, occurred_at, received_at, source, key, properties, is_historic)
        SELECT kind, customer, bought, occurred_at, received_at, source, key,
               CASE WHEN EXISTS (SELECT FROM crm_customer WHERE id = customer AND erased_at IS NOT NULL)
                    THEN '{}' ELSE properties END,
               is_historic
        FROM unnest(
            %(kind)s::text[], %(customer)s::bigint[], %(order)s::bigint[], %(occurred_at)s::timestamptz[],
            %(received_at)s::timestamptz[], %(source)s::text[], %(key)s::text[], %(properties)s::jsonb[],
            %(is_historic)s::boolean[]
        ) AS told (kind, customer, bought, occurred_at, received_at, source, key, properties, is_historic)
        ON CONFLICT (source, key) DO NOTHING
        RETURNING id, kind, customer_id, order_id, occurred_at, source, key, is_historic
    ), waiting AS (
        INSERT INTO crm_eventinbox (consumer, event_id, customer_id)
        SELECT consumer, fresh.id, fresh.customer_id
        FROM fresh
        JOIN unnest(%(consumers)s::text[], %(heard)s::text[]) AS listener (consumer, heard)
            ON heard IN ('', fresh.kind)
        WHERE NOT fresh.is_historic
    ), told AS (
        INSERT INTO crm_webhookmessage (endpoint_id, key, kind, event_id, customer_id, order_id, occurred_at)
        SELECT endpoint.id, 'event:' || fresh.id, fresh.kind, fresh.id, fresh.customer_id, fresh.order_id,
               fresh.occurred_at
        FROM fresh JOIN crm_webhookendpoint AS endpoint ON fresh.kind = ANY (endpoint.kinds)
        WHERE NOT fresh.is_historic AND endpoint.gone_at IS NULL
        RETURNING id
    )
    SELECT source, key, id, EXISTS (SELECT FROM told) FROM fresh
"""


_is_past: ContextVar[bool] = ContextVar("is_past", default=False)


@contextmanager
def as_history() -> Iterator[None]:
    """Whatever is recorded within is a shop's past, told when it is connected: it starts nothing."""
    token = _is_past.set(True)
    try:
        yield
    finally:
        _is_past.reset(token)


def is_history() -> bool:
    """Whether a shop's past is being told."""
    return _is_past.get()


def record(
    kind: str,
    *,
    customer: Customer,
    occurred_at: dt.datetime,
    source: str,
    key: str,
    order: Order | None = None,
    properties: dict[str, Any] | None = None,
    is_historic: bool = False,
) -> Event | None:
    """Write one fact to the log; None when this source already recorded it under this key."""
    event = Event(
        kind=kind,
        customer=customer,
        order=order,
        occurred_at=occurred_at,
        source=source,
        key=key,
        properties=properties or {},
        is_historic=is_historic,
    )
    return next(iter(record_many([event])), None)


def record_many(events: Iterable[Event]) -> list[Event]:
    """Write unsaved events to the log and return those that were new, with their ids.

    Sorted by key: two batches with the same facts wait for each other in one order instead of deadlocking.
    """
    drafts = {(event.source, event.key): event for event in events}
    ordered = [drafts[identity] for identity in sorted(drafts)]
    if not ordered:
        return []
    for event in ordered:
        event.is_historic = event.is_historic or _is_past.get()
    with connection.cursor() as cursor:
        cursor.execute(WRITE, _columns(ordered))
        rows = cursor.fetchall()
    written = {(source, key): pk for source, key, pk, _is_told in rows}
    fresh = [event for event in ordered if (event.source, event.key) in written]
    for event in fresh:
        event.pk = written[event.source, event.key]
        event._state.adding = False
    if any(not event.is_historic for event in fresh):
        ring_on_commit()
    if any(is_told for *_identity, is_told in rows):
        ring_on_commit(ring_webhooks)
    return fresh


def ring() -> None:
    """Wake the engine by the name of its task: crm imports nothing of chains."""
    wake(BELL)


def ring_webhooks() -> None:
    wake(WEBHOOKS_BELL)


def wake(task: str) -> None:
    current_app.send_task(task, retry=False, expires=BELL_LASTS_SECONDS, ignore_result=True)


def ring_on_commit(bell: Callable[[], None] = ring) -> None:
    """Ring once when the transaction is in, however many facts it holds."""
    if not settings.ENCORE_RING or any(entry[1] is bell for entry in connection.run_on_commit):
        return
    # Robust: a dead broker costs one beat interval, never the fact that was just committed.
    transaction.on_commit(bell, robust=True)


def _columns(events: list[Event]) -> dict[str, list[Any]]:
    return {
        "kind": [event.kind for event in events],
        "customer": [event.customer_id for event in events],
        "order": [event.order_id for event in events],
        "occurred_at": [event.occurred_at for event in events],
        "received_at": [event.received_at for event in events],
        "source": [event.source for event in events],
        "key": [event.key for event in events],
        "properties": [Jsonb(event.properties) for event in events],
        "is_historic": [event.is_historic for event in events],
        **EventInbox.listeners(),
    }
