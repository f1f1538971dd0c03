"""The words of a letter or message in HTML. Pure."""

from __future__ import annotations

import html
import re

import nh3

_QUOTED = re.compile(
    r"<blockquote|<div[^>]*class=\"[^\"]*(?:gmail_quote|yahoo_quoted|moz-cite-prefix|protonmail_quote|tutanota_quote|"
    r"zmail_extra|mail-quote|OutlookMessageHeader|reply-?quote)[^\"]*\"",
    re.IGNORECASE,
)
_BREAK = re.compile(r"<(?:br|/p|/div|/li|/tr|/h[1-6]|/blockquote)[^<>]*>", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]*>")
_BLOCKS = {"br", "p", "div", "li", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote"}
# Tags within tags take time by the square of their number.
MOST_TAGS = 20_000


def from_html(source: str) -> str:
    """The words of an HTML letter, the quoted letter cut off unless it comes first."""
    kept = _kept(source)
    quoted = _QUOTED.search(kept)
    answer = _plain(kept[: quoted.start()]) if quoted else ""
    return answer if answer.strip() else _plain(kept)


def all_of_html(source: str) -> str:
    return _plain(_kept(source))


def _kept(source: str) -> str:
    """`class` tells quotes; no other attribute is looked at."""
    if source.count("<") > MOST_TAGS:
        return source
    return nh3.clean(
        source,
        tags=_BLOCKS,
        attributes={"div": {"class"}},
        clean_content_tags={"script", "style", "title", "template"},
        link_rel=None,
    )


def _plain(source: str) -> str:
    lines = _BREAK.sub("\n", re.sub(r"\s+", " ", source))
    words = html.unescape(_TAG.sub("", lines)).replace("\xa0", " ")
    return "\n".join(line.strip() for line in words.split("\n"))
