"""An endpoint: its secret, whether it stands still, and how it fares."""

from __future__ import annotations

import base64
import datetime as dt
import secrets

from django.utils.translation import gettext as _

from crm.events import ring_on_commit, ring_webhooks
from crm.models import WebhookEndpoint, WebhookMessage
from crm.models.webhook_out import WebhookMessageQuerySet
from crm.webhooks_out.answers import Answer

OVERLAP = dt.timedelta(days=1)
SECRET_BYTES = 32
# Standard Webhooks marks its secrets so.
PREFIX = "whsec_"
# So many failures in a row are no accident: the other side is down, and is asked with one message from time to time.
DOWN_AFTER = 5
FIRST_PROBE, LONGEST_PROBE = dt.timedelta(minutes=1), dt.timedelta(hours=1)


def new_secret() -> str:
    return PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def change_secret(endpoint: WebhookEndpoint, now: dt.datetime) -> None:
    """The one before signs too for a day, so that the other side can change it without losing anything."""
    endpoint.previous_secret, endpoint.previous_secret_until = endpoint.secret, now + OVERLAP
    endpoint.secret = new_secret()
    endpoint.save(update_fields=["secret", "previous_secret", "previous_secret_until"])


def pause(endpoint: WebhookEndpoint) -> None:
    WebhookEndpoint.objects.filter(pk=endpoint.pk).update(is_paused=True)


def resume(endpoint: WebhookEndpoint) -> None:
    """Send again at once, whatever stopped it: staff, the other side that was down, or that said it is gone."""
    WebhookEndpoint.objects.filter(pk=endpoint.pk).update(
        is_paused=False, gone_at=None, down_since=None, failures_in_a_row=0, next_try_at=None
    )
    ring_on_commit(ring_webhooks)


def try_again(chosen: WebhookMessageQuerySet, now: dt.datetime) -> int:
    """Have those that failed or wait sent at once, with all their attempts before them; how many."""
    again = chosen.filter(status__in=[WebhookMessage.Status.FAILED, WebhookMessage.Status.WAITING])
    count = again.update(status=WebhookMessage.Status.WAITING, due_at=now, attempts=0, settled_at=None)
    if count:
        ring_on_commit(ring_webhooks)
    return count


def note_answer(endpoint: WebhookEndpoint, answer: Answer, now: dt.datetime, *, is_reached: bool) -> None:
    """How it fares after an answer. Its row is locked by whoever calls."""
    if is_reached:
        was_down = endpoint.down_since is not None
        endpoint.down_since, endpoint.failures_in_a_row, endpoint.next_try_at = None, 0, None
        endpoint.last_success_at, endpoint.gone_at = now, None
        if was_down:
            # What failed while it was down need not wait for its own next attempt.
            endpoint.messages.waiting().filter(due_at__gt=now).update(due_at=now)
    else:
        _note_failure(endpoint, answer, now)
    endpoint.save(
        update_fields=[
            "down_since", "failures_in_a_row", "next_try_at", "last_success_at", "last_failure", "gone_at",
        ]
    )  # fmt: skip


def _note_failure(endpoint: WebhookEndpoint, answer: Answer, now: dt.datetime) -> None:
    endpoint.failures_in_a_row += 1
    endpoint.last_failure = answer.words[:300]
    if answer.is_gone:
        endpoint.gone_at = now
        return
    rest = answer.retry_after or dt.timedelta()
    if endpoint.failures_in_a_row >= DOWN_AFTER:
        endpoint.down_since = endpoint.down_since or now
        doublings = min(endpoint.failures_in_a_row - DOWN_AFTER, 10)
        rest = max(rest, min(FIRST_PROBE * 2**doublings, LONGEST_PROBE))
    endpoint.next_try_at = now + rest if rest else None


def state(endpoint: WebhookEndpoint) -> str:
    """Its light: paused, gone, down, troubled, never or working."""
    if endpoint.gone_at:
        return "gone"
    if endpoint.is_paused:
        return "paused"
    if endpoint.down_since:
        return "down"
    if endpoint.failures_in_a_row:
        return "troubled"
    return "working" if endpoint.last_success_at else "never"


def stands_still(endpoint: WebhookEndpoint) -> str:
    """Why nothing goes there, in words; empty where something does."""
    return {
        "gone": _("“%(webhook)s” is switched off: the other side said that the address is no longer in use."),
        "paused": _("“%(webhook)s” is paused."),
        "down": _("“%(webhook)s” is down: the other side does not take anything."),
    }.get(state(endpoint), "") % {"webhook": endpoint}
