"""A message as somebody would get it, before anything is saved or published."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from chains.channels.registry import senders
from chains.channels.sender import Outcome, OutgoingMessage
from chains.engine.deliver.blocks_shown import BlocksShown
from chains.messages.compiling import compile_text
from chains.messages.context import contexts
from chains.messages.page_urls import PREVIEW, page_urls
from chains.messages.personal import made_up_blocks
from chains.messages.rendering import Rendered, one_line, render
from chains.messages.rewards import points_words, tier_words
from chains.messages.samples import sample
from chains.messages.sandbox import fill
from chains.messages.shop_letter import reply_url
from chains.messages.short_message import ShortMessage, render_note
from chains.messages.sms_parts import SmsSize, sms_parts
from chains.messages.subscription_words import coming_next, subscription_words
from chains.messages.written import WrittenText
from chains.program.step import ProgramChange
from chains.simulate.made_up_coupon import made_up_coupon
from crm.addresses import normalise
from crm.loyalty.in_letters import TierFacts, points_facts, tier_facts
from crm.models import Channel, Customer, Shop
from crm.shop_currency import shop_currency


@dataclass(frozen=True)
class _PreviewedTouch:
    """Stands where a touch would: its links lead to pages that change nothing."""

    customer_id: int
    pk: int = 0
    order_id: int | None = None
    token: str = PREVIEW
    enrolment__event_id: int | None = None
    asks: str = ""


@dataclass(frozen=True)
class Preview:
    """`hidden` are keys of the blocks that this customer does not get; `letter` is there for email, else `note`."""

    hidden: tuple[str, ...] = ()
    letter: Rendered | None = None
    preheader: str = ""
    note: ShortMessage | None = None
    sms: SmsSize | None = None

    @property
    def bytes(self) -> int:
        """Of the HTML: Gmail cuts off what goes beyond 102 KB."""
        return len(self.letter.html.encode()) if self.letter else 0


def rendered(
    text: WrittenText,
    customer: Customer | None,
    now: dt.datetime,
    shop: Shop,
    coupon: ProgramChange | None = None,
) -> Preview:
    """A text, saved or not, for this customer and their latest order, or for a made-up one who sees all blocks.

    Its coupon is the one that the chain with `template` gives before it.
    Raises TemplateError with the first problem in words.
    """
    compiled = compile_text(text, shop)
    context = context_for(compiled, customer, now, shop)
    if coupon:
        context["coupon"] = made_up_coupon(coupon, now, text.language)
    hidden = tuple(key for key, seen in context["blocks"].items() if not seen)
    if text.channel == Channel.EMAIL:
        preheader = one_line(fill(compiled["preheader"], context))
        return Preview(hidden, letter=render(compiled, context, is_tracked=False), preheader=preheader)
    note = render_note(compiled, context)
    return Preview(hidden, note=note, sms=sms_parts(note.text) if text.channel == Channel.SMS else None)


def context_for(compiled: dict[str, Any], customer: Customer | None, now: dt.datetime, shop: Shop) -> dict[str, Any]:
    """What placeholders of a text stand for, for this customer or a made-up one; every link changes nothing."""
    language = compiled["language"]
    context = sample(language)
    if customer:
        touch = _PreviewedTouch(customer.pk)
        known = contexts([touch], now)[touch.pk]
        # What a coupon will say is known when a chain issues it; this one is made up for everybody, as is the code.
        made_up = {name: context[name] for name in ("coupon", "referral")}
        subscribed = coming_next([customer.pk]).get(customer.pk, ())
        coming = {"subscription": subscription_words(subscribed, language, shop_currency())}
        rewards = {**made_up, **coming, **_points_and_tier(customer.pk, language, now)}
        blocks = BlocksShown([touch], {touch.pk: compiled}, now).context(touch.pk)
        return {**known, **rewards, "open_url": "", "blocks": {}, **blocks}
    known = {"name": shop.name, "support_contact": shop.support_contact, "postal_address": shop.postal_address}
    # A made-up picture would only show as a broken one.
    product = {**context["product"], "picture_url": ""}
    shop_fields = {**context["shop"], **known}
    pages = {**page_urls(PREVIEW), "reply_url": reply_url(shop, PREVIEW), "open_url": ""}
    return {**context, **pages, "product": product, "shop": shop_fields, **made_up_blocks(compiled)}


def _points_and_tier(customer_id: int, language: str, now: dt.datetime) -> dict[str, dict[str, str]]:
    points = points_facts([(customer_id, None)], now)[customer_id, None]
    tier = tier_facts([customer_id], now).get(customer_id, TierFacts())
    return {"points": points_words(points, language), "tier": tier_words(tier, language, shop_currency())}


def send(
    texts: Sequence[WrittenText],
    to: Collection[str],
    customer: Customer | None,
    now: dt.datetime,
    coupon: ProgramChange | None = None,
) -> list[Outcome]:
    """Send the texts, saved or not, to each address of their channel; returns what its provider said.

    Raises TemplateError, ValueError for an address that is none, and KeyError for a channel that is not set up.
    """
    shop = Shop.load()
    batches: dict[str, list[OutgoingMessage]] = {}
    for text in texts:
        made = rendered(text, customer, now, shop, coupon)
        addresses = [normalise(text.channel, one, shop.phone_country) for one in to]
        batches.setdefault(text.channel, []).extend(_outgoing(text, one, made, customer) for one in addresses)
    return [outcome for channel, batch in batches.items() for outcome in senders()[channel].deliver(batch, shop)]


def _outgoing(text: WrittenText, to: str, made: Preview, customer: Customer | None) -> OutgoingMessage:
    """Its Message-ID says whom it shows, so that it goes with them."""
    shown = customer.pk if customer else 0
    return OutgoingMessage(
        touch_id=0,
        customer_id=0,
        order_id=None,
        address=to,
        name="",
        purpose=text.purpose,
        language=text.language,
        token=PREVIEW,
        message_id=f"<preview-{shown}-{secrets.token_urlsafe(12)}@{settings.SITE_HOST}>",
        content=_test_letter(made.letter) if made.letter else made.note,
    )


def _test_letter(made: Rendered) -> Rendered:
    return Rendered(_("Test: %(subject)s") % {"subject": made.subject}, made.html, made.text, made.links)
