"""What a customer wrote: without markup, without what their program quotes, and what it asks for. Pure."""

from __future__ import annotations

import html
import re

import nh3

from crm.languages import letters, pattern, words
from crm.models.case import Case

# What programs write above the letter they quote; the rest from there on is ours.
_ATTRIBUTION = re.compile(
    r"^(?:"
    rf"[ \t]*-{{3,}} ?{pattern('mail', 'quoted')} ?-{{3,}}.*"
    rf"|_{{10,}}[ \t]*\n[ \t]*{pattern('mail', 'from')}:.*"
    rf"|{pattern('mail', 'from')}:[^\n]*\n{pattern('mail', 'sent')}:.*"
    r"|[^\n]{5,200}<[^<>\n]{1,100}@[^<>\n]{1,100}>:[ \t]*"
    rf"|{pattern('mail', 'wrote')}:[ \t]*"
    r")$",
    re.IGNORECASE | re.MULTILINE,
)
_SIGNATURE = re.compile(r"^-- ?$", re.MULTILINE)
_QUOTED_LINE = re.compile(r"^[ \t]*>.*(?:\n|$)", re.MULTILINE)
_EMPTY_LINES = re.compile(r"\n[ \t]*(?:\n[ \t]*)+\n")
_QUOTED_HTML = re.compile(
    r"<blockquote|<div[^>]*class=\"[^\"]*(?:gmail_quote|yahoo_quoted|moz-cite-prefix)[^\"]*\"", re.IGNORECASE
)
_BREAK = re.compile(r"<(?:br|/p|/div|/li|/tr|/h[1-6]|/blockquote)[^<>]*>", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]*>")
_BLOCKS = {"br", "p", "div", "li", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote"}
# Tags within tags take time by the square of their number.
MOST_TAGS = 20_000
# The search for a quote is slow on what was made to be slow.
MOST_LOOKED_AT = 50_000
_SAME_LETTERS = letters("replies")
STOP_WORDS = frozenset(words("replies", "stop"))


def from_html(source: str) -> str:
    """The words of an HTML letter, the quoted letter cut off unless it comes first."""
    if source.count("<") > MOST_TAGS:
        return _plain(source)
    # `class` tells quotes; no other attribute is looked at.
    kept = nh3.clean(
        source,
        tags=_BLOCKS,
        attributes={"div": {"class"}},
        clean_content_tags={"script", "style", "title", "template"},
        link_rel=None,
    )
    quoted = _QUOTED_HTML.search(kept)
    answer = _plain(kept[: quoted.start()]) if quoted else ""
    return answer if answer.strip() else _plain(kept)


def _plain(source: str) -> str:
    lines = _BREAK.sub("\n", re.sub(r"\s+", " ", source))
    words = html.unescape(_TAG.sub("", lines)).replace("\xa0", " ")
    return "\n".join(line.strip() for line in words.split("\n"))


def fresh_text(text: str) -> str:
    """The answer without the letter it answers; all of it when nothing else would be left."""
    text = fresh = text[:MOST_LOOKED_AT]
    if found := _ATTRIBUTION.search(fresh):
        # Somebody who writes below the quote has nothing of their own above it.
        above = fresh[: found.start()]
        fresh = above if above.strip() else fresh[found.end() :]
    fresh = _QUOTED_LINE.sub("", fresh)
    if found := _SIGNATURE.search(fresh):
        fresh = fresh[: found.start()]
    return _tidy(fresh) or _tidy(text)


def _tidy(text: str) -> str:
    return _EMPTY_LINES.sub("\n\n", text).strip()


def asks_to_stop(text: str) -> bool:
    """A letter that says nothing but that it is enough."""
    return " ".join(re.findall(r"\w+", text.casefold())) in STOP_WORDS


def route(text: str, *, complaint_words: str, urgent_words: str) -> tuple[str, str]:
    """The kind and severity of the case a reply belongs to, by the shop's words, one a line."""
    if _names_any(text, complaint_words):
        return Case.Kind.COMPLAINT, Case.Severity.HIGH
    return Case.Kind.QUESTION, Case.Severity.HIGH if _names_any(text, urgent_words) else Case.Severity.NORMAL


def _names_any(text: str, words: str) -> bool:
    said = _folded(text)
    return any(re.search(rf"(?<!\w){re.escape(_folded(word))}", said) for word in words.splitlines() if word.strip())


def _folded(words: str) -> str:
    return " ".join(words.casefold().translate(_SAME_LETTERS).split())
