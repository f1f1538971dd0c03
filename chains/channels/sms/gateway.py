"""SMS over any gateway that takes one HTTP request a message; its address, body and answers are told by settings."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from urllib.parse import quote
from xml.sax.saxutils import escape

import requests
from django.conf import settings

from chains.channels.http import TIMEOUT, attempt, refused
from chains.channels.sender import Outcome, OutgoingMessage, Result
from crm.models import Contact, Shop

_PLACEHOLDER = re.compile(r"{{\s*(\w+)\s*}}")


class GatewaySender:
    def __init__(self) -> None:
        self.gateway = settings.SMS
        self.is_idempotent: bool = self.gateway["is_idempotent"]

    def deliver(self, batch: Sequence[OutgoingMessage], shop: Shop) -> Iterator[Outcome]:
        with requests.Session() as session:
            for outgoing in batch:
                yield attempt(outgoing.touch_id, partial(self._send, session, outgoing), self._judge)

    def _send(self, session: requests.Session, outgoing: OutgoingMessage) -> requests.Response:
        gateway = self.gateway
        values = {
            "phone": outgoing.address,
            "digits": outgoing.address.lstrip("+"),
            "text": outgoing.content.text,
            "sender": gateway["sender"],
            "key": outgoing.token,
        }
        headers = {name: filled(value, values, str) for name, value in gateway["headers"].items()}
        body = filled(gateway["body"], values, _escaper(headers.get("Content-Type", "")))
        return session.request(
            gateway["method"],
            filled(gateway["url"], values, _in_address),
            data=body.encode() or None,
            headers=headers,
            timeout=TIMEOUT,
            # Followed, a redirect would send the message a second time, or as a GET without it.
            allow_redirects=False,
        )

    def _judge(self, touch_id: int, answer: requests.Response) -> Outcome:
        if (bad := self.gateway["bad_number"]) and re.search(bad, answer.text):
            return refused(touch_id, answer, contact_state=Contact.State.INVALID)
        success = self.gateway["success"]
        if answer.ok and answer.status_code < 300 and (not success or re.search(success, answer.text)):
            return Outcome(touch_id, Result.SENT, provider_id=self._id_in(answer.text))
        return refused(touch_id, answer)

    def _id_in(self, answer: str) -> str:
        found = re.search(self.gateway["message_id"], answer) if self.gateway["message_id"] else None
        return found[1][:100] if found else ""


def filled(template: str, values: dict[str, str], written: Callable[[str], str]) -> str:
    return _PLACEHOLDER.sub(lambda found: written(values[found[1]]), template)


def _in_address(value: str) -> str:
    return quote(value, safe="")


def _escaper(content_type: str) -> Callable[[str], str]:
    """How a value is written into a body of this type, so that no text can break out of its place."""
    if "json" in content_type:
        return lambda value: json.dumps(value, ensure_ascii=False)[1:-1]
    if "xml" in content_type:
        return escape
    return _in_address if "urlencoded" in content_type else str
