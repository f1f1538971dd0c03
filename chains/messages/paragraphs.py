"""Staff's plain paragraphs (Markdown: bold, links, lists) as HTML and as plain text, Liquid kept as written."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from html import escape

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token

from chains.messages.links import link_source
from chains.messages.placeholders import LIQUID

_LINK_HOST = "https://link.invalid/"
_ANCHOR = re.compile(rf'<a href="{_LINK_HOST}(\d+)">(.*?)</a>', re.DOTALL)
_TAGS = {"p", "br", "strong", "em", "ul", "ol", "li", "a", "h1", "h2", "h3", "blockquote", "hr", "code"}
_markdown = MarkdownIt("commonmark", {"breaks": True, "html": False}).disable(["image", "autolink", "code", "fence"])


@dataclass
class LinkList:
    """The links of one letter in the order in which they were found; the letter names them by index."""

    sources: list[str] = field(default_factory=list)

    def add(self, written: str) -> int:
        self.sources.append(link_source(written))
        return len(self.sources) - 1


@dataclass(frozen=True)
class Body:
    """`marked` is the plain text with the few tags that messengers know: b, i and a."""

    html: str
    text: str
    marked: str


class HiddenLiquid:
    """Liquid is hidden from Markdown behind words that no Markdown rule touches, and put back afterwards."""

    def __init__(self, source: str) -> None:
        self._stand_in = "xliquid"
        while self._stand_in in source:
            self._stand_in += "x"
        self._sources: list[str] = []
        self._word = re.compile(rf"{self._stand_in}(\d+)z")

    def hide(self, source: str) -> str:
        return LIQUID.sub(self._hide, source)

    def _hide(self, found: re.Match[str]) -> str:
        self._sources.append(found[0])
        return f"{self._stand_in}{len(self._sources) - 1}z"

    def put_back(self, text: str) -> str:
        return self._word.sub(lambda found: self._sources[int(found[1])], text)

    def set_tags_apart(self, source: str) -> str:
        """Lines of nothing but {% … %} become blocks of their own, so that a condition encloses whole paragraphs."""
        lines = [f"\n{line}\n" if self._is_tags(line) else line for line in source.splitlines()]
        return "\n".join(lines)

    def _is_tags(self, line: str) -> bool:
        words = line.split()
        return bool(words) and all(self._is_tag(word) for word in words)

    def _is_tag(self, word: str) -> bool:
        found = self._word.fullmatch(word)
        return found is not None and self._sources[int(found[1])].startswith("{%")

    def unwrap_tags(self, html: str) -> str:
        """Take away the paragraphs that Markdown made of lines that hold only conditions."""

        def unwrapped(found: re.Match[str]) -> str:
            return found[1] if self._is_tags(found[1]) else found[0]

        return re.sub(rf"<p>((?:\s*{self._stand_in}\d+z)+\s*)</p>", unwrapped, html)


def lay_out(source: str, links: LinkList) -> Body:
    """Both forms of a text; its links are added to `links` and referred to as `links[index]`."""
    hidden = HiddenLiquid(source)
    tokens = _markdown.parse(hidden.set_tags_apart(hidden.hide(source.replace("\r\n", "\n"))))
    for token in tokens:
        for child in token.children or ():
            if child.type == "link_open":
                index = links.add(hidden.put_back(str(child.attrs["href"])))
                child.attrs = {"href": f"{_LINK_HOST}{index}"}
    html = _markdown.renderer.render(tokens, _markdown.options, {})
    html = nh3.clean(html, tags=_TAGS, attributes={"a": {"href"}}, link_rel=None, url_schemes={"https"})
    html = _ANCHOR.sub(_guarded_anchor, hidden.unwrap_tags(html))
    return Body(
        html=hidden.put_back(html),
        text=hidden.put_back(_as_text(tokens, _inline_text)),
        marked=hidden.put_back(_as_text(tokens, _inline_marked)),
    )


def _guarded_anchor(found: re.Match[str]) -> str:
    """A link whose address is not filled in leaves its words behind, without the link."""
    index, words = found[1], found[2]
    anchor = f'<a href="{{{{ links[{index}] }}}}">{words}</a>'
    return f"{{% if links[{index}] != '' %}}{anchor}{{% else %}}{words}{{% endif %}}"


def _as_text(tokens: Sequence[Token], inline: Callable[[Token], str]) -> str:
    """Paragraphs apart by an empty line, items of a list below each other."""
    text = ""
    counters: list[int] = []
    bullet = last_bullet = ""
    for token in tokens:
        if token.type in {"bullet_list_open", "ordered_list_open"}:
            counters.append(0)
        elif token.type in {"bullet_list_close", "ordered_list_close"}:
            counters.pop()
        elif token.type == "list_item_open":
            counters[-1] += 1
            bullet = f"{counters[-1]}. " if token.markup in {".", ")"} else "- "
        elif token.type == "inline":
            between = "\n" if bullet and last_bullet else "\n\n"
            text += (between if text else "") + bullet + inline(token)
            bullet, last_bullet = "", bullet
    return text


def _inline_text(token: Token) -> str:
    parts: list[str] = []
    link = ""
    for child in token.children or ():
        if child.type == "link_open":
            link = str(child.attrs["href"]).removeprefix(_LINK_HOST)
        elif child.type == "link_close":
            parts.append(f"{{% if links[{link}] != '' %}} ({{{{ links[{link}] }}}}){{% endif %}}")
        elif child.type in {"softbreak", "hardbreak"}:
            parts.append("\n")
        else:
            parts.append(child.content)
    return "".join(parts)


_MARKS = {"strong_open": "<b>", "strong_close": "</b>", "em_open": "<i>", "em_close": "</i>"}


def _inline_marked(token: Token) -> str:
    parts: list[str] = []
    for child in token.children or ():
        if child.type in {"link_open", "link_close"}:
            tag = "</a>"
            if child.type == "link_open":
                link = str(child.attrs["href"]).removeprefix(_LINK_HOST)
                tag = f'<a href="{{{{ links[{link}] }}}}">'
            parts.append(f"{{% if links[{link}] != '' %}}{tag}{{% endif %}}")
        elif child.type in {"softbreak", "hardbreak"}:
            parts.append("\n")
        else:
            parts.append(_MARKS.get(child.type) or escape(child.content, quote=False))
    return "".join(parts)
