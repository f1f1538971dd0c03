"""Messages as a customer would get them, for pages of the admin that show them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpResponse

from chains.messages.rendering import Rendered
from chains.messages.sandbox import TemplateError
from chains.messages.short_message import ShortMessage
from chains.messages.sms_parts import SmsSize
from chains.messages.written import WrittenText
from chains.program.step import ProgramChange
from chains.simulate import preview
from crm.models import Channel, Customer, Shop

# A letter shown in the admin may load pictures and nothing else, and its links open beside it.
SANDBOX = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; "
    "default-src 'none'; img-src * data:; style-src 'unsafe-inline'"
)


@dataclass(frozen=True)
class TextPreview:
    """One text of a template as the page shows it: `letter` of an email, `note` of a short message."""

    language: str
    name: str
    channel: str
    letter: Rendered | None = None
    note: ShortMessage | None = None
    size: SmsSize | None = None
    problem: str = ""


def framed(response: HttpResponse) -> HttpResponse:
    """Fit for a frame inside our own page, where Django's middleware would forbid any."""
    response["Content-Security-Policy"] = SANDBOX
    response["X-Frame-Options"] = "SAMEORIGIN"
    return response


def text_previews(
    texts: Iterable[WrittenText],
    customer: Customer | None,
    now: dt.datetime,
    shop: Shop,
    coupon: ProgramChange | None = None,
) -> list[TextPreview]:
    """Each text as this customer gets it, or a made-up one."""
    return [_text_preview(text, customer, now, shop, coupon) for text in texts]


def _text_preview(
    text: WrittenText, customer: Customer | None, now: dt.datetime, shop: Shop, coupon: ProgramChange | None
) -> TextPreview:
    name = str(dict(settings.LANGUAGES).get(text.language, text.language))
    title = name if text.channel == Channel.EMAIL else f"{Channel(text.channel).label}, {name}"
    try:
        made = preview.rendered(text, customer, now, shop, coupon)
    except TemplateError as error:
        return TextPreview(text.language, title, text.channel, problem=str(error))
    return TextPreview(text.language, title, text.channel, letter=made.letter, note=made.note, size=made.sms)
