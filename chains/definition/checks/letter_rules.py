"""What can be said of one letter by itself. Pure: a letter in, findings out, with the block they are about."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from chains.definition.checks.codes import Code
from chains.definition.checks.five_parts import NAMES, missing_parts
from chains.definition.checks.letter import Letter
from crm.languages import content, spoken
from crm.quoting import quoted

MOST_WORDS = 120
_SHOUTED = re.compile(r"!{2,}|\b(?:[A-ZА-ЯЁ]{5,}\s+){2,}[A-ZА-ЯЁ]{5,}\b")
_HOME_PAGE = re.compile(r"{{-?\s*shop\.site_url\s*-?}}/?\s*$")


class LetterFinding(NamedTuple):
    code: Code
    words: str
    block: str = ""


def letter_findings(letter: Letter) -> Iterator[LetterFinding]:
    yield from _calls(letter)
    yield from _tone(letter)
    yield from _length(letter)
    yield from _links(letter)


def first_message_findings(letter: Letter, *, has_contact_below: bool) -> Iterator[LetterFinding]:
    if missing := missing_parts(letter, has_contact_below=has_contact_below):
        parts = get_text_list([str(NAMES[part]) for part in missing], _("and"))
        yield LetterFinding(Code.FIRST_MESSAGE, _("the first message lacks: %(parts)s.") % {"parts": parts})


def _calls(letter: Letter) -> Iterator[LetterFinding]:
    count = len(letter.calls)
    if count > 1:
        named = ", ".join(quoted(call.label.strip()) for call in letter.calls[:5])
        words = ngettext(
            "%(count)d call to action, where one is enough: %(calls)s.",
            "%(count)d calls to action, where one is enough: %(calls)s.",
            count,
        )
        yield LetterFinding(
            Code.CALLS_TO_ACTION, words % {"count": count, "calls": named}, next(c.block for c in letter.calls[1:])
        )


def _tone(letter: Letter) -> Iterator[LetterFinding]:
    if not letter.is_service:
        return
    found = _advertising(letter.language).search(letter.said) or _SHOUTED.search(letter.said)
    if found:
        words = _("a service message that sounds like advertising: “%(words)s”.")
        yield LetterFinding(Code.ADVERTISING_TONE, words % {"words": _around(letter.said, found)})


def _length(letter: Letter) -> Iterator[LetterFinding]:
    count = letter.word_count
    if count > MOST_WORDS:
        words = ngettext(
            "%(count)d word: it may read better with %(most)d or fewer.",
            "%(count)d words: it may read better with %(most)d or fewer.",
            count,
        )
        yield LetterFinding(Code.LONG_LETTER, words % {"count": count, "most": MOST_WORDS})


def _links(letter: Letter) -> Iterator[LetterFinding]:
    for call in letter.calls:
        if _HOME_PAGE.match(call.link):
            words = _("“%(label)s” leads to the home page, not to what it names.") % {"label": call.label.strip()}
            yield LetterFinding(Code.BUTTON_TO_HOME_PAGE, words, call.block)
        elif call.link.lower().startswith("http://"):
            words = _("“%(label)s” leads to a page without encryption (http://).") % {"label": call.label.strip()}
            yield LetterFinding(Code.PLAIN_LINK, words, call.block)


@cache
def _advertising(language: str) -> re.Pattern[str]:
    found = content(spoken(language), "words")["offers"]["advertising"]
    return re.compile(rf"\b(?:{'|'.join(found)})", re.IGNORECASE)


def _around(said: str, found: re.Match[str]) -> str:
    """The line it stands in, as far as it fits."""
    start = said.rfind("\n", 0, found.start()) + 1
    end = said.find("\n", found.end())
    line = said[start : end if end >= 0 else None].strip()
    return line if len(line) <= 100 else found[0].strip()
