"""A template as somebody would get it, before anything is published."""

from __future__ import annotations

import datetime as dt
import secrets
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core import mail
from django.utils.translation import gettext as _

from chains.channels.email.sender import letter_for
from chains.channels.sender import OutgoingMessage
from chains.messages.compiling import compile_text
from chains.messages.context import contexts
from chains.messages.page_urls import PREVIEW, page_urls
from chains.messages.rendering import Rendered, render
from chains.messages.rewards import points_words
from chains.messages.samples import sample
from chains.messages.short_message import ShortMessage, render_note
from chains.models import MessageTemplate, TemplateText
from crm import loyalty
from crm.models import Channel, Customer, Shop


@dataclass(frozen=True)
class _PreviewedTouch:
    """Stands where a touch would: its links lead to pages that change nothing."""

    customer_id: int
    pk: int = 0
    order_id: int | None = None
    token: str = PREVIEW


def letter(text: TemplateText, customer: Customer | None, now: dt.datetime, shop: Shop) -> Rendered:
    """The letter for this customer and their latest order, or for a made-up one; raises TemplateError."""
    return render(compile_text(text, shop), context_for(text.language, customer, now, shop), is_tracked=False)


def short_message(text: TemplateText, customer: Customer | None, now: dt.datetime, shop: Shop) -> ShortMessage:
    """The same of a short message."""
    return render_note(compile_text(text, shop), context_for(text.language, customer, now, shop))


def context_for(language: str, customer: Customer | None, now: dt.datetime, shop: Shop) -> dict[str, Any]:
    """What placeholders stand for, for this customer or a made-up one; every link changes nothing."""
    context = sample(language)
    if customer:
        known = contexts([_PreviewedTouch(customer.pk)], now)[0]
        # What a coupon will say is known when a chain issues it; this one is made up for everybody.
        return {**known, "coupon": context["coupon"], "points": _points(customer.pk, language, now), "open_url": ""}
    known = {"name": shop.name, "support_contact": shop.support_contact, "postal_address": shop.postal_address}
    # A made-up picture would only show as a broken one.
    product = {**context["product"], "picture_url": ""}
    shop_fields = {**context["shop"], **known}
    return {**context, **page_urls(PREVIEW), "product": product, "shop": shop_fields, "open_url": ""}


def _points(customer_id: int, language: str, now: dt.datetime) -> dict[str, str]:
    balance = loyalty.balances([customer_id], now)[customer_id]
    return points_words(balance, loyalty.next_to_expire([customer_id], now).get(customer_id), language)


def send(template: MessageTemplate, to: str, customer: Customer | None, now: dt.datetime) -> int:
    """Send every language of the template to one address and return how many; raises TemplateError, ValueError."""
    shop = Shop.load()
    letters = [
        letter_for(_outgoing(text, to, letter(text, customer, now, shop), customer), shop)
        for text in template.texts.filter(channel=Channel.EMAIL).order_by("language").select_related("template")
    ]
    mail.get_connection().send_messages(letters)
    return len(letters)


def _outgoing(text: TemplateText, to: str, made: Rendered, customer: Customer | None) -> OutgoingMessage:
    """Its Message-ID says whom it shows, so that it goes with them."""
    shown = customer.pk if customer else 0
    return OutgoingMessage(
        touch_id=0,
        customer_id=0,
        order_id=None,
        address=to,
        name="",
        purpose=text.template.purpose,
        language=text.language,
        token=PREVIEW,
        message_id=f"<preview-{shown}-{secrets.token_urlsafe(12)}@{settings.SITE_HOST}>",
        content=Rendered(_("Test: %(subject)s") % {"subject": made.subject}, made.html, made.text, made.links),
    )
