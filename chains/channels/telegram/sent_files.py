"""Files that colleagues send to a chat: a picture as a picture, all else as a document.

https://core.telegram.org/bots/api#sendphoto, #senddocument
"""

from __future__ import annotations

from functools import partial
from html import escape

import requests
from django.utils.translation import gettext as _

from chains.channels.http import TIMEOUT, attempt
from chains.channels.sender import Outcome, Result
from chains.channels.telegram.sender import judge, method_url
from crm.models import CaseAttachment

CAPTION_LIMIT = 1024
# What a chat shows at once. The rest may be a picture too, of a kind or a shape that Telegram shows as a document.
PICTURES = frozenset({"image/jpeg", "image/png"})


def send_file(chat: str, file: CaseAttachment, words: str = "") -> Outcome:
    if file.content is None:
        return Outcome(0, Result.PERMANENT, _("“%(name)s” is not kept here.") % {"name": file.name})
    if file.content_type in PICTURES:
        outcome = attempt(0, partial(_send, chat, file, words, "photo"), judge)
        if outcome.result is not Result.PERMANENT or outcome.contact_state:
            return outcome
    return attempt(0, partial(_send, chat, file, words, "document"), judge)


def _send(chat: str, file: CaseAttachment, words: str, kind: str) -> requests.Response:
    return requests.post(
        method_url(f"send{kind.capitalize()}"),
        data={"chat_id": chat, "caption": escape(words, quote=False), "parse_mode": "HTML"},
        files={kind: (file.name, bytes(file.content or b""), file.content_type)},
        timeout=TIMEOUT,
        allow_redirects=False,
    )
