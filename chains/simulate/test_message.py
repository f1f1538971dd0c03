"""One message through a channel to a colleague's own address: what a customer's would go through, and nothing kept."""

from __future__ import annotations

import secrets
from html import escape

from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from chains.channels.registry import senders
from chains.channels.sender import Outcome, OutgoingMessage
from chains.messages.page_urls import PREVIEW
from chains.messages.rendering import Rendered
from chains.messages.short_message import ShortMessage
from crm.addresses import normalise
from crm.models import Channel, Purpose, Shop


def send(channel: str, address: str, shop: Shop) -> Outcome:
    """What the provider said; ValueError when the address is none, KeyError when the channel is not set up."""
    way = senders()[channel]
    outgoing = OutgoingMessage(
        touch_id=0,
        customer_id=0,
        order_id=None,
        address=normalise(channel, address, shop.phone_country),
        name="",
        purpose=Purpose.SERVICE,
        language=get_language(),
        token=PREVIEW,
        message_id=f"<test-{secrets.token_urlsafe(12)}@{settings.SITE_HOST}>",
        content=_content(channel, shop),
    )
    return next(iter(way.deliver([outgoing], shop)))


def _content(channel: str, shop: Shop) -> Rendered | ShortMessage:
    subject = _("Encore tries a channel")
    words = _("%(shop)s can send here.") % {"shop": shop.name}
    if channel == Channel.EMAIL:
        return Rendered(subject, f"<p>{escape(words)}</p>", words + "\n", [])
    return ShortMessage(subject=subject, text=escape(words) if channel == Channel.TELEGRAM else words, links=[])
