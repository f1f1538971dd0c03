"""A message to the bot as a letter of the customer's conversation."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from chains.channels.telegram.content import content_of
from crm.models import Channel
from crm.service.conversations import CustomerLetter

SUBJECT_LENGTH = 100


def key_of(chat: str, message: object) -> str:
    """By which a message is heard once, and found again by what answers it or corrects it."""
    return f"{Channel.TELEGRAM}:{chat}:{message}"


def letter_of(message: Mapping[str, Any], chat: str, at: dt.datetime, update: int) -> CustomerLetter | None:
    """None when there is nothing in it that the bot can take. A correction is a letter of its own."""
    # Kept as text for staff, so in the shop's language and not in that of the customer.
    with translation.override(settings.LANGUAGE_CODE):
        content = content_of(message)
        if content is None:
            return None
        corrected = _("Corrected: %(words)s") % {"words": content.words}
    return CustomerLetter(
        key=_own_key(message, chat, update),
        address=chat,
        subject=content.words.strip().splitlines()[0][:SUBJECT_LENGTH],
        text=corrected if is_correction(message) else content.words,
        at=at,
        attachments=content.files,
        channel=Channel.TELEGRAM.value,
        is_piece=_is_piece(message),
    )


def answered_by(message: Mapping[str, Any], chat: str) -> str:
    """The key of the message that this one corrects, or that the customer chose to answer."""
    told = message if is_correction(message) else message.get("reply_to_message") or {}
    return key_of(chat, told.get("message_id", ""))


def is_correction(message: Mapping[str, Any]) -> bool:
    return "edit_date" in message


def _is_piece(message: Mapping[str, Any]) -> bool:
    return "media_group_id" in message and not is_correction(message)


def _own_key(message: Mapping[str, Any], chat: str, update: int) -> str:
    if _is_piece(message):
        return key_of(chat, f"album:{message['media_group_id']}")
    if is_correction(message) or "message_id" not in message:
        return key_of(chat, f"update:{update}")
    return key_of(chat, message["message_id"])
