"""How heavy a letter is as it goes out."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from chains.definition.checks.codes import Code
from chains.definition.checks.letter_rules import LetterFinding
from chains.messages.compiling import compile_text
from chains.messages.sandbox import TemplateError
from chains.messages.written import WrittenText, sources_of
from crm.models import Channel, Shop

KB = 1024
# Gmail cuts off at 102 KB; addresses of links and names are longer for some than for others.
HEAVY, TOO_HEAVY = 80 * KB, 100 * KB
# No letter of so few words and blocks comes near it, and laying one out takes time.
_FRAME, _MOST_A_BLOCK, _MOST_A_CHARACTER = 8 * KB, 6 * KB, 2


def heavy_letter(text: WrittenText, shop: Shop) -> Iterator[LetterFinding]:
    if text.channel != Channel.EMAIL or _at_most(text) < HEAVY:
        return
    try:
        size = len(compile_text(text, shop)["html"].encode())
    except TemplateError:
        # Told elsewhere, and kept from being published.
        return
    if size > HEAVY:
        words = _("it weighs about %(size)d KB: shorten it, or take blocks out.")
        yield LetterFinding(Code.HEAVY_LETTER, words % {"size": round(size / KB)})


def _at_most(text: WrittenText) -> int:
    written = sum(len(source) for block in text.blocks for source in sources_of(block))
    return _FRAME + _MOST_A_BLOCK * len(text.blocks) + _MOST_A_CHARACTER * written
