"""A test that staff send by a button: through the same door as everything else, at once, with its answer shown."""

from __future__ import annotations

import datetime as dt
import secrets

from crm.models import WebhookEndpoint, WebhookMessage
from crm.webhooks_out.answers import Answer
from crm.webhooks_out.kinds import TEST
from crm.webhooks_out.payload import body_of
from crm.webhooks_out.sending import LEASE, letter, post, settle


def send_test(endpoint: WebhookEndpoint, now: dt.datetime) -> tuple[WebhookMessage, Answer]:
    """Whatever state the endpoint is in. It is tried once; the answer counts for the endpoint's state."""
    message = WebhookMessage.objects.create(
        endpoint=endpoint,
        key=f"test:{secrets.token_hex(8)}",
        kind=TEST,
        data={"text": "A test sent by hand from Encore."},
        occurred_at=now,
        attempts=1,
        claimed_until=now + LEASE,
    )
    message.refresh_from_db()
    answer = post(letter(message, body_of(message, None), now))
    settle(message, answer, now)
    message.refresh_from_db()
    return message, answer
