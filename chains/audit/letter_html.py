"""What an HTML letter shows: its words, links, pictures and the line after the subject. None of it stays HTML."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

import nh3

_BLOCKS = {"p", "div", "li", "tr", "table", "h1", "h2", "h3", "h4", "ul", "ol", "br", "hr", "td"}
_TAGS = _BLOCKS | {"a", "img", "span", "b", "strong", "em", "i", "font", "center", "tbody"}
_HIDDEN = re.compile(r"display\s*:\s*none|max-height\s*:\s*0|mso-hide\s*:\s*all", re.IGNORECASE)
_TITLE = re.compile(r"<title[^>]{0,200}>([^<]{0,500})</title>", re.IGNORECASE)
_LANG = re.compile(r"<(?:html|body|div|table)\b[^>]{0,1000}?\blang\s*=", re.IGNORECASE)
_FILLER = re.compile(r"[\u00ad\u034f\u200b-\u200f\u2007\ufeff\xa0]+")
_PIXEL = {"0", "1", "0px", "1px"}
MOST_LINKS = 500


@dataclass
class MarkedUp:
    title: str = ""
    preheader: str = ""
    words: str = ""
    links: tuple[tuple[str, str], ...] = ()
    pictures: int = 0
    pictures_without_words: int = 0
    has_language: bool = False


def marked_up(source: str) -> MarkedUp:
    kept = nh3.clean(
        source,
        tags=_TAGS,
        attributes={"a": {"href"}, "img": {"alt", "width", "height", "src"}, "div": {"style"}, "span": {"style"}},
        clean_content_tags={"script", "style", "title", "template"},
        link_rel=None,
    )
    reader = _Reader()
    reader.feed(kept)
    reader.close()
    title = _TITLE.search(source)
    return MarkedUp(
        title=title[1].strip() if title else "",
        preheader=_tidy("".join(reader.hidden))[:300],
        words=_tidy("".join(reader.words)),
        links=tuple(reader.links[:MOST_LINKS]),
        pictures=reader.pictures,
        pictures_without_words=reader.pictures_without_words,
        has_language=bool(_LANG.search(source)),
    )


def _tidy(words: str) -> str:
    lines = (" ".join(_FILLER.sub(" ", line).split()) for line in words.split("\n"))
    return "\n".join(line for line in lines if line)


@dataclass
class _Reader(HTMLParser):
    words: list[str] = field(default_factory=list)
    hidden: list[str] = field(default_factory=list)
    links: list[tuple[str, str]] = field(default_factory=list)
    pictures: int = 0
    pictures_without_words: int = 0

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._href: str | None = None
        self._label: list[str] = []
        self._hidden_depth = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag in ("div", "span") and (self._hidden_depth or _HIDDEN.search(given.get("style", ""))):
            self._hidden_depth += 1
        if tag in _BLOCKS:
            self.words.append("\n")
        if tag == "a" and given.get("href"):
            self._href, self._label = given["href"], []
        if tag == "img":
            self._picture(given)

    def handle_endtag(self, tag: str) -> None:
        if tag in ("div", "span") and self._hidden_depth:
            self._hidden_depth -= 1
        if tag in _BLOCKS:
            self.words.append("\n")
        if tag == "a" and self._href:
            self.links.append((_tidy("".join(self._label)).replace("\n", " "), self._href))
            self._href = None

    def handle_data(self, data: str) -> None:
        if self._hidden_depth:
            self.hidden.append(data)
            return
        self.words.append(re.sub(r"\s+", " ", data))
        if self._href:
            self._label.append(data)

    def _picture(self, given: dict[str, str]) -> None:
        """A counting pixel is no picture."""
        if given.get("width") in _PIXEL or given.get("height") in _PIXEL:
            return
        self.pictures += 1
        if not given.get("alt", "").strip():
            self.pictures_without_words += 1
        elif self._href:
            self._label.append(given["alt"])
