"""Whether somebody says nothing but that it is enough, by mail or in a messenger. Pure."""

from __future__ import annotations

import re

from chains.incoming.reply_text import folded, own_words
from crm.languages import pattern

_STOP = re.compile(rf"(?:{pattern('replies', 'stop')})(?: (?:{pattern('replies', 'stop')}))*")
_COURTESY = re.compile(rf"(?<!\w)(?:{pattern('replies', 'courtesy')})(?!\w)")
_COURTESY_AS_WRITTEN = re.compile(_COURTESY.pattern, re.IGNORECASE)
_CONTACT = re.compile(r"@|https?:|www\.|\+?\d[\d ()-]{4,}\d")
# What is said takes at most so many lines, and with greeting, name and address so many.
SAID_LINES = 3
MOST_LINES = 15
LINE = 300


def asks_to_stop(text: str) -> bool:
    lines = [line.strip() for line in own_words(text).splitlines() if line.strip()]
    if not lines or len(lines) > MOST_LINES or any(len(line) > LINE for line in lines):
        return False
    return any(
        _STOP.fullmatch(_bare(" ".join(lines[:count]))) and all(_is_below(line) for line in lines[count:])
        for count in range(1, min(SAID_LINES, len(lines)) + 1)
    )


def _bare(said: str) -> str:
    """The words without punctuation, and without those of courtesy."""
    words = " ".join(re.findall(r"\w+", folded(said).replace("e-mail", "email")))
    return " ".join(_COURTESY.sub(" ", words).split())


def _is_below(line: str) -> bool:
    """What may stand under an answer: a word of courtesy, a name, an address."""
    if _CONTACT.search(line) or not _bare(line):
        return True
    words = _COURTESY_AS_WRITTEN.sub(" ", line).strip(" ,.!").split()
    is_name = all(word[0].isupper() or not word[0].isalpha() for word in words)
    return is_name and len(words) <= 4 and line[-1] not in ".?!:"
