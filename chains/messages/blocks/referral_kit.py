"""Asks for a recommendation: what both get, the customer's code, and a button to the kit that is forwarded."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from chains.messages.blocks.button import button
from chains.messages.blocks.field import BlockField, Input, words_field
from chains.messages.blocks.kind import AskedBlock, BlockKind, Content, LetterPart, NotePart, Shown
from chains.messages.blocks.recommendations import HIDE, SKIP_MESSAGE
from chains.messages.page import Page, escaped_words, if_filled, mjml_if_filled
from chains.messages.paragraphs import lay_out
from chains.messages.written import Block
from crm.languages import content as words_of
from crm.languages import spoken
from crm.referrals.asking import times_asked
from crm.referrals.offered import referral_offers

LINK = "{{ kit_url }}"
MOST_DAYS = 3650
EMPTY: Shown = dict.fromkeys(("code", "url", "friend_gets", "recommender_gets"), "")


def _letter(block: Block, page: Page) -> LetterPart:
    words = lay_out(block.content["words"], page.links)
    title = block.content["title"]
    heading = f'<div style="font-weight:600;margin:0 0 6px">{escaped_words(title)}</div>' if title else ""
    lines = "".join(f"<div>{line}</div>" for line in _gets(block, page.language))
    html = f"{heading}{words.html}{lines}"
    pressed = button(_label(block, page.language), page.link(LINK), page)
    said = [title, words.text, *_gets(block, page.language), pressed.text]
    code = f"{block.shown}.code"
    return LetterPart(
        mjml_if_filled(code, f"<mj-text>{page.hide(html)}</mj-text>{pressed.mjml}"),
        if_filled(code, "\n".join(part for part in said if part)),
    )


def _note(block: Block, page: Page) -> NotePart:
    words = lay_out(block.content["words"], page.links)
    gets = _gets(block, page.language)
    code = f"{block.shown}.code"
    return NotePart(
        words=if_filled(code, "\n".join(filter(None, [words.text, *gets]))),
        marked=if_filled(code, "\n".join(filter(None, [words.marked, *gets]))),
        label=_label(block, page.language),
        link=if_filled(code, LINK),
    )


def _label(block: Block, language: str) -> str:
    with translation.override(language):
        return block.content["label"] or gettext("Recommend us")


def _gets(block: Block, language: str) -> list[str]:
    """What is nothing is left out."""
    with translation.override(language):
        lines = [
            ("friend_gets", gettext("Your friend gets: %(gift)s")),
            ("recommender_gets", gettext("You get: %(gift)s")),
        ]
    found = []
    for name, line in lines:
        path = f"{block.shown}.{name}"
        found.append(if_filled(path, line % {"gift": f"{{{{ {path} }}}}"}))
    return found


def _read(asked: Sequence[AskedBlock], now: dt.datetime) -> dict[tuple[int, str], Shown]:
    """Not for whoever was asked lately, whatever it was that asked them. While the programme is off it is empty."""
    offers = referral_offers({one.customer_id for one in asked}, now)
    lately: dict[int, set[int]] = {}
    for days in {one.content["pause_days"] for one in asked}:
        theirs = [one.customer_id for one in asked if one.content["pause_days"] == days]
        lately[days] = set(times_asked(theirs, now - dt.timedelta(days=days), now))
    return {
        (one.touch_id, one.key): {**offers[one.customer_id].words(one.language)} if one.customer_id in offers else EMPTY
        for one in asked
        if one.customer_id not in lately[one.content["pause_days"]]
    }


def _sample(content: Content, language: str) -> Shown:
    return {
        **words_of(spoken(language), "sample")["referral"],
        "code": "KETT-LE26",
        "url": "https://shop.example/r/KETTLE26",
    }


REFERRAL_KIT = BlockKind(
    value="referral_kit",
    label=_("Recommendation"),
    icon="campaign",
    help=_(
        "What both get, and a button to words, a picture and a code to forward. Left out while the programme of "
        "recommendations is off."
    ),
    fields=(
        BlockField(name="title", label=_("Heading"), input=Input.LINE, most=150),
        words_field("words", _("Words above")),
        BlockField(
            name="label",
            label=_("Words on the button"),
            input=Input.LINE,
            most=100,
            help=_("Empty: “Recommend us”, in the language of the letter."),
        ),
        BlockField(
            name="pause_days",
            label=_("Nobody is asked again within, days"),
            input=Input.NUMBER,
            initial=180,
            most=MOST_DAYS,
        ),
        BlockField(
            name="if_none",
            label=_("When they were asked lately"),
            input=Input.CHOICE,
            choices=((HIDE, _("leave the block out")), (SKIP_MESSAGE, _("do not send the message"))),
        ),
    ),
    letter=_letter,
    note=_note,
    is_call_to_action=True,
    read=_read,
    sample=_sample,
)
