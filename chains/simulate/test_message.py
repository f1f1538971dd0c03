"""One message through a channel to a colleague's own address: what a customer's would go through, and nothing kept."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from chains.channels.registry import senders
from chains.channels.sender import Outcome, OutgoingMessage
from chains.messages.page_urls import PREVIEW
from crm.addresses import normalise
from crm.models import Purpose, Shop


def send(channel: str, address: str, content: Callable[[str, str], Any], shop: Shop) -> Outcome:
    """What the provider said; ValueError when the address is none, KeyError when the channel is not set up."""
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
        content=content(_("Encore tries a channel"), _("%(shop)s can send here.") % {"shop": shop.name}),
    )
    return next(iter(senders()[channel].deliver([outgoing], shop)))
