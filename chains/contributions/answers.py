"""Colleagues answer customers through the channels that messages of chains go by."""

from __future__ import annotations

from functools import partial
from html import escape
from typing import Any

from django.core.mail.message import BadHeaderError
from django.utils.translation import gettext as _

from chains.channels.email.sender import send_one
from chains.channels.registry import senders
from chains.channels.sender import Outcome, OutgoingMessage, Result
from chains.messages.mime import MimeLetter
from chains.messages.note_form import note_form
from chains.messages.sandbox import TemplateError
from chains.messages.shop_letter import shop_letter
from chains.messages.short_message import ShortMessage
from crm.models import CaseMessage, Channel, Contact, Purpose, Shop
from crm.service.carriers import Carrier, Handover, NotTaken


def answer_carriers() -> list[Carrier]:
    """Those a conversation can be held by, in the order in which they are offered."""
    return [
        Carrier(channel, partial(_is_set_up, channel), send)
        for channel, send in (
            (Channel.EMAIL.value, _write_letter),
            (Channel.TELEGRAM.value, _write_note),
            (Channel.SMS.value, _write_note),
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
        headers=_thread(answered.key if answered else None),
    )


def _thread(key: str | None) -> dict[str, str]:
    """What the letter answers. A program may have named its letter as no header may."""
    if not key or not key.startswith("<") or not key.isascii():
        return {}
    return {"In-Reply-To": key, "References": key}


def _write_note(message: CaseMessage, answered: CaseMessage | None, shop: Shop) -> Handover:
    form = note_form(message.channel)
    try:
        form.check_length(message.text)
    except TemplateError as error:
        raise NotTaken(str(error)) from error
    text = escape(message.text, quote=False) if form.is_html else message.text
    outgoing = _outgoing(message, ShortMessage(subject="", text=text, links=[]))
    outcome = next(iter(senders()[message.channel].deliver([outgoing], shop)))
    key = f"{message.channel}:{message.address}:{outcome.provider_id}" if outcome.provider_id else None
    return _judged(outcome, key)


def _outgoing(message: CaseMessage, content: Any) -> OutgoingMessage:
    customer = message.case.customer
    return OutgoingMessage(
        touch_id=0,
        customer_id=customer.pk,
        order_id=message.case.order_id,
        address=message.address,
        name=customer.first_name,
        purpose=Purpose.SERVICE,
        language=customer.language,
        token=message.token,
        message_id=f"<{message.token}>",
        content=content,
    )


def _judged(outcome: Outcome, key: str | None) -> Handover:
    if outcome.result is Result.SENT:
        return Handover(key)
    if outcome.result is Result.UNKNOWN:
        return Handover(key, doubt=_("It is not known whether it arrived: %(why)s") % {"why": outcome.detail})
    raise NotTaken(outcome.detail, outcome.contact_state)
