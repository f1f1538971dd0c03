"""Answers to a question as buttons under a message: pressed, they are given without leaving the chat.

Telegram tells who pressed, so that no program can: the links they stand for are for other channels, where a page asks.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from html import unescape
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from chains.channels import connecting
from chains.messages.context import language_of
from chains.models import Touch
from chains.reactions.pressing import press
from crm.models import Channel

LINK = re.compile(r'<a href="[^"]*/q/([^/"]+)/([0-9a-f]{8})/\?answer=(\w+)">([^<]*)</a>')
IN_A_ROW = 6
# Longer words do not fit beside each other.
SHORT = 3


def without_answers(text: str) -> str:
    """The words of a message whose answers are buttons."""
    lines = (LINK.sub("", line).strip() if LINK.search(line) else line for line in text.splitlines())
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def answer_rows(text: str) -> list[list[dict[str, str]]]:
    """Scores beside each other, words below each other."""
    buttons = list(_buttons(text))
    if any(len(button["text"]) > SHORT for button in buttons):
        return [[button] for button in buttons]
    return [buttons[start : start + IN_A_ROW] for start in range(0, len(buttons), IN_A_ROW)]


def _buttons(text: str) -> Iterator[dict[str, str]]:
    for token, key, value, words in LINK.findall(text):
        yield {"text": unescape(words), "callback_data": f"{token}/{key}/{value}"}


def hear_press(pressed: dict[str, Any], now: dt.datetime) -> dict[str, Any]:
    """What the bot says to it: https://core.telegram.org/bots/api#answercallbackquery."""
    words = _press(str(pressed.get("data", "")), str(int(pressed["from"]["id"])), now)
    return {"method": "answerCallbackQuery", "callback_query_id": str(pressed["id"]), "text": words}


def _press(data: str, chat: str, now: dt.datetime) -> str:
    token, _slash, rest = data.partition("/")
    key, _slash, value = rest.partition("/")
    touch = Touch.objects.select_related("customer", "enrolment", "order").filter(token=token[:32]).first()
    known = {contact.customer_id for contact in connecting.contacts_at(Channel.TELEGRAM, chat)}
    if touch is None or touch.customer_id not in known:
        return _("Nothing was changed.")
    with translation.override(language_of(touch.customer)):
        if press(touch, key, value, at=now):
            return _("Thank you, noted. Press “Answer” if you would like to say more.")
        return _("Nothing was changed.")
