"""Telegram: a bot writes to the chats that customers opened with it, over the Bot API."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

import requests
from django.conf import settings

from chains.channels.http import DETAIL_LENGTH, TIMEOUT, attempt, refused
from chains.channels.sender import Outcome, OutgoingMessage, Result
from chains.channels.telegram.presses import answer_rows, without_answers
from chains.messages.short_message import ShortMessage
from crm.models import Contact, Shop

# What the Bot API says of chats nothing can be written to.
NO_SUCH_CHAT = ("chat not found", "PEER_ID_INVALID", "user not found")


class TelegramSender:
    is_idempotent = False  # the Bot API knows no idempotency key

    def deliver(self, batch: Sequence[OutgoingMessage], shop: Shop) -> Iterator[Outcome]:
        with requests.Session() as session:
            for outgoing in batch:
                yield attempt(outgoing.touch_id, partial(_send, session, outgoing), judge)


def _send(session: requests.Session, outgoing: OutgoingMessage) -> requests.Response:
    return session.post(
        method_url("sendMessage"),
        json=message(outgoing.address, outgoing.content),
        timeout=TIMEOUT,
        allow_redirects=False,
    )


def method_url(method: str) -> str:
    return f"{settings.TELEGRAM_API_URL}/bot{settings.TELEGRAM_TOKEN}/{method}"


def message(chat: str, note: ShortMessage) -> dict[str, Any]:
    """https://core.telegram.org/bots/api#sendmessage; the picture stands large above the words."""
    buttons = [(note.label, note.button), (note.stop_label, note.stop)]
    preview = {"url": note.picture, "prefer_large_media": True, "show_above_text": True}
    rows = [*answer_rows(note.text), *([{"text": label, "url": url}] for label, url in buttons if url)]
    return {
        "chat_id": chat,
        "text": without_answers(note.text),
        "parse_mode": "HTML",
        "link_preview_options": preview if note.picture else {"is_disabled": True},
        "reply_markup": {"inline_keyboard": rows},
    }


def judge(touch_id: int, answer: requests.Response) -> Outcome:
    body = _body(answer)
    if answer.status_code == 200 and body.get("ok"):
        result = body.get("result")
        number = result.get("message_id", "") if isinstance(result, dict) else ""
        return Outcome(touch_id, Result.SENT, provider_id=str(number))
    if answer.status_code == 200:
        # Something between us and Telegram answered in its place; whether it passed the message on nobody knows.
        return Outcome(touch_id, Result.UNKNOWN, answer.text[:DETAIL_LENGTH], is_providers_fault=True)
    words = str(body.get("description", ""))
    if answer.status_code == 403:
        # Blocked by the customer, or their account is gone; /start brings it back.
        return refused(touch_id, answer, contact_state=Contact.State.STALE)
    if answer.status_code == 400 and any(known in words for known in NO_SUCH_CHAT):
        return refused(touch_id, answer, contact_state=Contact.State.INVALID)
    return refused(touch_id, answer)


def _body(answer: requests.Response) -> dict[str, Any]:
    try:
        body = answer.json()
    except requests.JSONDecodeError:
        return {}
    return body if isinstance(body, dict) else {}
