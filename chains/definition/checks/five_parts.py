"""The five things a first message has to say, found by the placeholders and blocks it uses and by words. Pure."""

from __future__ import annotations

import re
from enum import StrEnum
from functools import cache

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrPromise

from chains.definition.checks.letter import Letter
from crm.languages import content, spoken


class FirstPart(StrEnum):
    THANKS = "thanks"
    BOUGHT = "bought"
    NEXT = "next"
    CONTACT = "contact"
    BUTTON = "button"


NAMES: dict[FirstPart, StrPromise] = {
    FirstPart.THANKS: _("thanks"),
    FirstPart.BOUGHT: _("what was bought"),
    FirstPart.NEXT: _("what happens next"),
    FirstPart.CONTACT: _("whom to ask"),
    FirstPart.BUTTON: _("one button"),
}
SHOWN_BY = {
    FirstPart.BOUGHT: ("product.name", "order.products", "order.lines", "line.name"),
    FirstPart.NEXT: (
        "order.promised_on", "order.appointment_at", "order.tracking_number", "product.instructions_url",
    ),
    FirstPart.CONTACT: ("shop.support_contact",),
}  # fmt: skip
BLOCKS = {FirstPart.BOUGHT: "bought"}
_REACHED_BY = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}\.\w{2,}|(?:\+|\b8)[\d ()-]{9,20}\d")


def missing_parts(letter: Letter, *, has_contact_below: bool = False) -> list[FirstPart]:
    """`has_contact_below`: Encore closes every letter of its own with the shop's contact."""
    return [part for part in FirstPart if not _has(part, letter, has_contact_below)]


def _has(part: FirstPart, letter: Letter, has_contact_below: bool) -> bool:
    if part == FirstPart.BUTTON:
        return len(letter.calls) == 1
    if part == FirstPart.CONTACT and (has_contact_below or _REACHED_BY.search(letter.source)):
        return True
    if any(re.search(rf"\b{re.escape(path)}\b", letter.source) for path in SHOWN_BY.get(part, ())):
        return True
    return BLOCKS.get(part) in letter.kinds or bool(_words(letter.language, part.value).search(letter.said))


@cache
def _words(language: str, name: str) -> re.Pattern[str]:
    """Beginnings of words, in the language of the letter."""
    found = content(spoken(language), "words")["first_message"][name]
    return re.compile(rf"\b(?:{'|'.join(found)})", re.IGNORECASE)
