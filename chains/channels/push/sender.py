"""Web push: encrypted for one browser (RFC 8291), signed with the shop's key (RFC 8292)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import requests
from django.conf import settings
from py_vapid import Vapid
from pywebpush import WebPusher, WebPushException

from chains.channels.http import TIMEOUT, attempt, refused
from chains.channels.sender import Outcome, OutgoingMessage, Result
from chains.models import PushKey, PushSubscription
from crm.models import Contact, Purpose, Shop

DAY_SECONDS = 24 * 3600
# Unsubscribed, expired, or subscribed under a key we no longer have: nothing will ever arrive there.
GONE = frozenset({403, 404, 410})


class PushSender:
    # The topic replaces what still waits at the push service, the tag what already shows on the screen.
    is_idempotent = True

    def deliver(self, batch: Sequence[OutgoingMessage], shop: Shop) -> Iterator[Outcome]:
        known = PushSubscription.objects.in_bulk([outgoing.address for outgoing in batch])
        key = Vapid.from_pem(PushKey.load().private_key.encode())
        services = PushServices()
        with requests.Session() as session:
            # A push service answers itself; whoever subscribed must not send us elsewhere.
            session.max_redirects = 0
            for outgoing in batch:
                subscription = known.get(outgoing.address)
                if subscription is None:
                    yield Outcome(outgoing.touch_id, Result.PERMANENT, "not subscribed", Contact.State.STALE)
                    continue
                yield services.told_down(outgoing, subscription) or services.judged(
                    _handed_over(outgoing, subscription, key, session), subscription
                )


class PushServices:
    """Which of the services that browsers named do not work just now, in one batch.

    Anybody may subscribe, so one that fails says nothing of the channel while there are others: those who have it wait,
    and nobody else does.
    """

    def __init__(self) -> None:
        self._down: dict[str, str] = {}

    def told_down(self, outgoing: OutgoingMessage, subscription: PushSubscription) -> Outcome | None:
        """Without asking it once more: a service that swallows what it is sent would use up everybody's time."""
        why = self._down.get(subscription.origin)
        return Outcome(outgoing.touch_id, Result.TEMPORARY, why) if why else None

    def judged(self, outcome: Outcome, subscription: PushSubscription) -> Outcome:
        is_trouble = outcome.is_providers_fault or outcome.pause
        if not is_trouble or not PushSubscription.objects.elsewhere(subscription.origin).exists():
            return outcome
        self._down[subscription.origin] = outcome.detail
        return replace(outcome, is_providers_fault=False, pause=None)


def _handed_over(
    outgoing: OutgoingMessage, subscription: PushSubscription, key: Vapid, session: requests.Session
) -> Outcome:
    try:
        pusher = WebPusher(subscription.info, requests_session=session)
        data = json.dumps(payload(outgoing), ensure_ascii=False)
        send = partial(pusher.send, data, headers(outgoing, subscription, key), DAY_SECONDS, timeout=TIMEOUT)
        return attempt(outgoing.touch_id, send, _judge)
    except (WebPushException, ValueError) as error:
        # The browser's key is none: it cannot be encrypted for.
        return Outcome(outgoing.touch_id, Result.PERMANENT, str(error)[:300], Contact.State.INVALID)


def payload(outgoing: OutgoingMessage) -> dict[str, Any]:
    """What the service worker in the browser reads."""
    note = outgoing.content
    return {
        "title": note.subject,
        "body": note.text,
        "url": note.button,
        "label": note.label,
        "image": note.picture,
        "tag": outgoing.token,
    }


def headers(outgoing: OutgoingMessage, subscription: PushSubscription, key: Vapid) -> dict[str, str]:
    claims = {"sub": f"mailto:{settings.PUSH_CONTACT}", "aud": subscription.origin}
    urgency = "normal" if outgoing.purpose == Purpose.SERVICE else "low"
    return {**key.sign(claims), "Topic": outgoing.token[:32], "Urgency": urgency}


def _judge(touch_id: int, answer: requests.Response) -> Outcome:
    if answer.status_code in (200, 201, 202):
        return Outcome(touch_id, Result.SENT, provider_id=answer.headers.get("Location", "")[-100:])
    state = Contact.State.STALE if answer.status_code in GONE else ""
    return refused(touch_id, answer, contact_state=state)
