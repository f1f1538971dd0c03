"""Colleagues answer customers through the channels that messages of chains go by."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Iterator
from functools import partial
from html import escape
from typing import Any

from django.core.mail.message import BadHeaderError
from django.utils.translation import gettext as _

from chains.channels.email.sender import send_one
from chains.channels.registry import senders
from chains.channels.sender import Outcome, OutgoingMessage, Result
from chains.channels.telegram.sent_files import CAPTION_LIMIT, send_file
from chains.incoming.receipts import piece_token
from chains.messages.mime import MimeLetter
from chains.messages.mime_files import LetterFile
from chains.messages.note_form import NoteForm, note_form
from chains.messages.pieces import pieces
from chains.messages.sandbox import TemplateError
from chains.messages.shop_letter import shop_letter
from chains.messages.short_message import ShortMessage
from crm.models import CaseMessage, Channel, Contact, Purpose, Shop
from crm.service.carriers import Carrier, Handover, NotTaken

MOST_PIECES = 5
LONGEST_PAUSE = dt.timedelta(seconds=5)


def answer_carriers() -> list[Carrier]:
    """Those a conversation can be held by, in the order in which they are offered."""
    return [
        Carrier(channel, partial(_is_set_up, channel), send, takes_files)
        for channel, send, takes_files in (
            (Channel.EMAIL.value, _write_letter, True),
            (Channel.TELEGRAM.value, _write_notes, True),
            (Channel.SMS.value, _write_notes, False),
        )
    ]


def _is_set_up(channel: str) -> bool:
    return channel in senders()


def _write_letter(message: CaseMessage, answered: CaseMessage | None, shop: Shop) -> Handover:
    try:
        letter = letter_of(message, answered, shop)
    except BadHeaderError as error:
        raise NotTaken(str(error)) from error
    except ValueError as error:
        raise NotTaken(_("mail servers take no such address"), Contact.State.INVALID) from error
    return _judged(send_one(letter), message.key)


def letter_of(message: CaseMessage, answered: CaseMessage | None, shop: Shop) -> MimeLetter:
    """ValueError for an address no server takes."""
    return shop_letter(
        shop,
        to=message.address,
        subject=message.subject,
        text=message.text,
        message_id=message.key or "",
        token=message.token,
        headers=_thread(answered.key if answered else None) | _automatic(message),
        files=[
            LetterFile(file.name, file.content_type, bytes(file.content or b"")) for file in message.attachments.all()
        ],
    )


def _automatic(message: CaseMessage) -> dict[str, str]:
    """RFC 3834: what a program wrote says so, and is answered by no other."""
    return {"Auto-Submitted": "auto-replied"} if message.kind == CaseMessage.Kind.BOT else {}


def _thread(key: str | None) -> dict[str, str]:
    """What the letter answers. A program may have named its letter as no header may."""
    if not key or not key.startswith("<") or not key.isascii():
        return {}
    return {"In-Reply-To": key, "References": key}


def _write_notes(message: CaseMessage, answered: CaseMessage | None, shop: Shop) -> Handover:
    """In as many messages as it takes. What breaks off behind the first has left in part, and says so."""
    key = None
    for number, step in enumerate(_steps(message, shop)):
        outcome = _patiently(step)
        if number and outcome.result is not Result.SENT:
            return Handover(key, doubt=_("Only the beginning of it left: %(why)s") % {"why": outcome.detail})
        handover = _judged(outcome, _key(message, outcome))
        if handover.doubt:
            return handover
        key = key or handover.key
    return Handover(key)


def _steps(message: CaseMessage, shop: Shop) -> Iterator[Callable[[], Outcome]]:
    files = list(message.attachments.all())
    if len(files) == 1 and len(message.text) <= CAPTION_LIMIT:
        yield partial(send_file, message.address, files[0], message.text)
        return
    form = note_form(message.channel)
    written = list(pieces(message.text, partial(_fits, form)))
    if len(written) > MOST_PIECES:
        raise NotTaken(_("It would take more than %(limit)d messages. Make it shorter.") % {"limit": MOST_PIECES})
    for number, words in enumerate(written):
        yield partial(_send_note, message, words, number, shop)
    for file in files:
        yield partial(send_file, message.address, file)


def _fits(form: NoteForm, words: str) -> bool:
    try:
        form.check_length(words)
    except TemplateError:
        return False
    return True


def _patiently(step: Callable[[], Outcome]) -> Outcome:
    """A provider that asks for a moment gets it, once; somebody waits for the page."""
    outcome = step()
    if outcome.result is Result.TEMPORARY and outcome.pause and outcome.pause <= LONGEST_PAUSE:
        time.sleep(outcome.pause.total_seconds())
        return step()
    return outcome


def _send_note(message: CaseMessage, words: str, number: int, shop: Shop) -> Outcome:
    text = escape(words, quote=False) if note_form(message.channel).is_html else words
    outgoing = _outgoing(message, ShortMessage(subject="", text=text, links=[]), number)
    return next(iter(senders()[message.channel].deliver([outgoing], shop)))


def _key(message: CaseMessage, outcome: Outcome) -> str | None:
    return f"{message.channel}:{message.address}:{outcome.provider_id}" if outcome.provider_id else None


def _outgoing(message: CaseMessage, content: Any, number: int) -> OutgoingMessage:
    """`number`: for a gateway that takes each token once, the pieces of an answer have one each."""
    customer = message.case.customer
    return OutgoingMessage(
        touch_id=0,
        customer_id=customer.pk,
        order_id=message.case.order_id,
        address=message.address,
        name=customer.first_name,
        purpose=Purpose.SERVICE,
        language=customer.language,
        token=piece_token(message.token, number),
        message_id=f"<{message.token}>",
        content=content,
    )


def _judged(outcome: Outcome, key: str | None) -> Handover:
    if outcome.result is Result.SENT:
        return Handover(key)
    if outcome.result is Result.UNKNOWN:
        return Handover(key, doubt=_("It is not known whether it arrived: %(why)s") % {"why": outcome.detail})
    raise NotTaken(outcome.detail, outcome.contact_state)
