"""SMS over Twilio, by its own library."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import requests
from django.conf import settings
from django.urls import reverse
from twilio.base.exceptions import TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.http.response import Response
from twilio.rest import Client

from chains.channels.http import TIMEOUT, asked_pause, unanswered
from chains.channels.sender import Outcome, OutgoingMessage, Result
from crm.models import Contact, Shop

# https://www.twilio.com/docs/api/errors: no number, cannot take SMS, landline, region not allowed, answered STOP.
BAD_NUMBERS = {21211: "invalid", 21217: "invalid", 21614: "invalid", 21408: "invalid", 21610: "stale"}
PROVIDERS_FAULT = frozenset({401, 402, 403, 404})


class TwilioSender:
    is_idempotent = False  # Twilio's messages know no idempotency key

    def deliver(self, batch: Sequence[OutgoingMessage], shop: Shop) -> Iterator[Outcome]:
        http = _Http(timeout=TIMEOUT[1])
        client = Client(settings.SMS["account"], settings.SMS["secret"], http_client=http)
        for outgoing in batch:
            yield _handed_over(outgoing, client, http)


class _Http(TwilioHttpClient):  # type: ignore[misc]  # the library brings no types
    """Keeps the headers of the last answer, and speaks to another address where settings name one."""

    retry_after = ""

    def request(self, method: str, url: str, *args: Any, **more: Any) -> Response:
        answer = super().request(method, url.replace("https://api.twilio.com", settings.SMS["api"], 1), *args, **more)
        self.retry_after = (answer.headers or {}).get("Retry-After", "")
        return answer


def _handed_over(outgoing: OutgoingMessage, client: Client, http: _Http) -> Outcome:
    sender = settings.SMS["sender"]
    by = {"messaging_service_sid": sender} if sender.startswith("MG") else {"from_": sender}
    if settings.IS_HTTPS:  # Twilio refuses a message whose receipt it could not bring
        by["status_callback"] = settings.SITE_URL + reverse("channels:twilio", args=[outgoing.token])
    try:
        message = client.messages.create(to=outgoing.address, body=outgoing.content.text, **by)
    except TwilioRestException as error:
        return _refused(outgoing.touch_id, error, http)
    except requests.RequestException as error:
        return unanswered(outgoing.touch_id, error)
    return Outcome(outgoing.touch_id, Result.SENT, provider_id=message.sid or "")


def _refused(touch_id: int, error: TwilioRestException, http: _Http) -> Outcome:
    words = f"{error.status} {error.code or ''} {error.msg}"[:300]
    if error.status == 429:
        return Outcome(touch_id, Result.TEMPORARY, words, pause=asked_pause(http.retry_after))
    if error.status >= 500 or error.status in PROVIDERS_FAULT:
        return Outcome(touch_id, Result.TEMPORARY, words, is_providers_fault=True)
    state = BAD_NUMBERS.get(error.code or 0, "")
    return Outcome(touch_id, Result.PERMANENT, words, Contact.State(state).value if state else "")
