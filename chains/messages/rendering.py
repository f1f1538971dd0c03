"""One customer's letter out of a compiled text."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from chains.messages.links import filled_link, is_web
from chains.messages.placeholders import OWN_PAGES
from chains.messages.sandbox import TemplateError, fill

__all__ = ["Rendered", "TemplateError", "compact", "one_line", "render", "shown_links", "text_in_language"]

_SPACES = re.compile(r"\s+")
_EMPTY_LINES = re.compile(r"\n[ \t]*(?:\n[ \t]*)+\n")
_OWN_SOURCES = tuple(f"{{{{ {name} }}}}" for name in OWN_PAGES)


@dataclass(frozen=True, slots=True)
class Rendered:
    subject: str
    html: str
    text: str
    links: list[str]
    """Where each link of the letter leads; the letter itself names them by token and index."""


def text_in_language(texts: Mapping[str, dict[str, Any]], language: str, fallback: str) -> dict[str, Any]:
    """The text in the customer's language, or in the shop's, or whatever there is."""
    for code in (language, language.split("-")[0], fallback):
        if code in texts:
            return texts[code]
    return next(iter(texts.values()))


def render(text: Mapping[str, Any], context: Mapping[str, Any], *, is_tracked: bool = True) -> Rendered:
    """Fill a compiled text. Links lead through `click_url` unless not tracked; mail and phone links lead directly."""
    links = [filled_link(source, context) for source in text["links"]]
    shown = shown_links(text["links"], links, (lambda index: f"{context['click_url']}{index}/") if is_tracked else None)
    subject = one_line(fill(text["subject"], context))
    letter = {
        **context,
        "links": shown,
        "subject": subject,
        "preheader": one_line(fill(text["preheader"], context)),
        "pictures": [filled_link(source, context) for source in text.get("pictures", ())],
        # Letters published before there were blocks have one.
        "picture": filled_link(text["picture"], context) if text.get("picture") else "",
    }
    return Rendered(
        subject=subject,
        html=fill(text["html"], letter, is_html=True),
        text=compact(fill(text["text"], letter)) + "\n",
        links=links,
    )


def shown_links(sources: list[str], links: list[str], tracked: Callable[[int], str] | None) -> list[str]:
    """The addresses a message names: web links by way of us where they are tracked, our own pages as they are."""
    if tracked is None:
        return links
    return [
        tracked(index) if is_web(link) and not source.startswith(_OWN_SOURCES) else link
        for index, (source, link) in enumerate(zip(sources, links, strict=True))
    ]


def compact(words: str) -> str:
    """Without the empty lines that sentences left out leave behind."""
    return _EMPTY_LINES.sub("\n\n", words).strip()


def one_line(words: str) -> str:
    """No line breaks or control characters: a header holds one line, whatever a customer is called."""
    return "".join(_SPACES.sub(" ", words).strip().split("\x00"))
