"""Sending what waits: claimed for a time, sent outside of any transaction, settled one by one.

A worker that dies leaves its messages claimed; when that time is over another sends them again under the same
`webhook-id`, so that each arrives at least once and the other side can tell a repetition. Of one customer the messages
go in their order; one that waits for its next attempt does not hold up those behind it.
"""

from __future__ import annotations

import datetime as dt
import logging
import random
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import NamedTuple

from django.db import connection, transaction
from django.utils import timezone
from standardwebhooks.webhooks import Webhook

from crm import outbound_http
from crm.locks import lock_current
from crm.models import WebhookEndpoint, WebhookMessage
from crm.models.webhook_out import WebhookMessageQuerySet
from crm.webhooks_out.answers import Answer, next_wait, retry_after, settlement
from crm.webhooks_out.calls import record_answer
from crm.webhooks_out.endpoints import note_answer
from crm.webhooks_out.kinds import TEST
from crm.webhooks_out.payload import body_of, emails_of

logger = logging.getLogger(__name__)

Status = WebhookMessage.Status
# An endpoint's share of a batch, so that a slow one does not take all of it.
EACH = 10
AT_ONCE = 8
LEASE = dt.timedelta(minutes=3)
MOST_ANSWER_BYTES = 65_536
MOST_ANSWER_KEPT = 4_000
ANSWER_SECONDS = 20

# Of an endpoint that is down one message alone is tried, by the one worker that has its row: it moves the next trial.
CLAIM = """
    WITH down AS MATERIALIZED (
        SELECT id FROM crm_webhookendpoint
        WHERE NOT is_paused AND gone_at IS NULL AND down_since IS NOT NULL AND next_try_at <= %(now)s
        FOR NO KEY UPDATE SKIP LOCKED
    ), endpoint AS (
        SELECT id, false AS is_down FROM crm_webhookendpoint
        WHERE NOT is_paused AND gone_at IS NULL AND down_since IS NULL
            AND (next_try_at IS NULL OR next_try_at <= %(now)s)
        UNION ALL SELECT id, true FROM down
    ), chosen AS (
        SELECT next.id, endpoint.id AS endpoint_id, endpoint.is_down
        FROM endpoint CROSS JOIN LATERAL (
            SELECT message.id FROM crm_webhookmessage AS message
            WHERE message.endpoint_id = endpoint.id AND message.status = 'waiting' AND message.due_at <= %(now)s
                AND (message.claimed_until IS NULL OR message.claimed_until <= %(now)s)
                AND NOT EXISTS (
                    SELECT FROM crm_webhookmessage AS earlier
                    WHERE earlier.endpoint_id = message.endpoint_id AND earlier.customer_id = message.customer_id
                        AND earlier.status = 'waiting' AND earlier.id < message.id
                        AND (earlier.due_at <= %(now)s OR earlier.claimed_until > %(now)s)
                )
            ORDER BY message.due_at, message.id LIMIT %(each)s
            FOR UPDATE SKIP LOCKED
        ) AS next
    ), wanted AS (
        SELECT id FROM chosen WHERE NOT is_down
        UNION ALL (SELECT min(id) FROM chosen WHERE is_down GROUP BY endpoint_id)
    ), probed AS (
        UPDATE crm_webhookendpoint SET next_try_at = %(until)s
        WHERE id IN (SELECT endpoint_id FROM chosen WHERE is_down)
    )
    UPDATE crm_webhookmessage AS message SET claimed_until = %(until)s, attempts = attempts + 1
    FROM wanted WHERE message.id = wanted.id RETURNING message.id
"""


class Letter(NamedTuple):
    """What a thread needs to send a message; it asks the database nothing."""

    url: str
    webhook_id: str
    body: str
    secrets: list[str]


def send_due(now: dt.datetime) -> Counter[str]:
    """Send a batch of what is due; what became of it, in counts. Nothing is in there when nothing was due."""
    counts: Counter[str] = Counter()
    messages = _claim(now)
    letters = _letters(messages, now)
    for message in messages:
        if message.pk not in letters:
            counts += _drop(message, now)
    with ThreadPoolExecutor(AT_ONCE) as threads:
        asked = {threads.submit(post, letters[one.pk]): one for one in messages if one.pk in letters}
        for done in as_completed(asked):
            counts[settle(asked[done], done.result(), timezone.now())] += 1
    return counts


def _claim(now: dt.datetime) -> list[WebhookMessage]:
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, {"now": now, "until": now + LEASE, "each": EACH})
        claimed = [pk for (pk,) in cursor.fetchall()]
    rows = WebhookMessage.objects.filter(pk__in=claimed).select_related("endpoint", "event", "customer", "order")
    return list(rows.order_by("pk"))


def _letters(messages: Sequence[WebhookMessage], now: dt.datetime) -> dict[int, Letter]:
    """By message; there is none about a customer whose data was erased meanwhile."""
    alive = [one for one in messages if one.customer is None or one.customer.erased_at is None]
    emails = emails_of({one.customer_id for one in alive if one.customer_id and one.endpoint.tells_email})
    return {one.pk: letter(one, body_of(one, emails.get(one.customer_id or 0)), now) for one in alive}


def letter(message: WebhookMessage, body: str, now: dt.datetime) -> Letter:
    """While the secret is being changed, both sign it."""
    return Letter(message.endpoint.url, message.webhook_id, body, message.endpoint.secrets_at(now))


def signed(sent: Letter, moment: dt.datetime) -> dict[str, str]:
    """The headers of Standard Webhooks, for a moment in UTC."""
    return {
        "Content-Type": "application/json",
        "Accept-Encoding": "identity",
        "webhook-id": sent.webhook_id,
        "webhook-timestamp": str(int(moment.timestamp())),
        "webhook-signature": " ".join(Webhook(one).sign(sent.webhook_id, moment, sent.body) for one in sent.secrets),
    }


def post(sent: Letter) -> Answer:
    """Whatever happens is an answer; an address that may not be asked gives one in words."""
    try:
        answer = outbound_http.ask(
            "POST",
            sent.url,
            data=sent.body.encode(),
            headers=signed(sent, timezone.now()),
            most_bytes=MOST_ANSWER_BYTES,
            most_seconds=ANSWER_SECONDS,
        )
    except outbound_http.AnswerTooLarge as long:
        return Answer(long.status)
    except outbound_http.Unreachable as why:
        return Answer(problem=str(why))
    text = answer.content.decode("utf-8", "replace").replace("\0", "")
    return Answer(answer.status_code, text, retry_after=retry_after(answer.headers.get("Retry-After"), timezone.now()))


@transaction.atomic
def settle(message: WebhookMessage, answer: Answer, now: dt.datetime) -> str:
    """Write down what became of it, unless another worker has taken it meanwhile; that in a word."""
    # The customer before everything else, as everywhere: a merge holds them and moves their messages.
    caller = lock_current(message.customer) if message.is_call and message.customer else None
    endpoint = WebhookEndpoint.objects.select_for_update(no_key=True).get(pk=message.endpoint_id)
    wait = next_wait(message.attempts, random.random()) if message.kind != TEST else None  # noqa: S311
    end = settlement(answer, wait, is_call=message.is_call, now=now)
    is_reached = end.status in (Status.TAKEN, Status.REFUSED)
    note_answer(endpoint, answer, now, is_reached=is_reached)
    written = _mine(message).update(
        status=end.status,
        due_at=end.due_at or message.due_at,
        claimed_until=None,
        answer_status=answer.status or None,
        answer=answer.text[:MOST_ANSWER_KEPT],
        reason=answer.words[:300],
        settled_at=None if end.status == Status.WAITING else now,
    )
    if written and caller and end.status != Status.WAITING:
        record_answer(message, caller, answer, now)
    return str(end.status) if written else "taken by another"


def _drop(message: WebhookMessage, now: dt.datetime) -> Counter[str]:
    _mine(message).update(status=Status.DROPPED, claimed_until=None, settled_at=now)
    return Counter({str(Status.DROPPED): 1})


def _mine(message: WebhookMessage) -> WebhookMessageQuerySet:
    return WebhookMessage.objects.filter(pk=message.pk, claimed_until=message.claimed_until)
