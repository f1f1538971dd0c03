"""What the blocks of one text share while they are put together: links, pictures, and words that MJML must not read."""

from __future__ import annotations

import re
from html import escape

from chains.messages.links import link_source
from chains.messages.paragraphs import LinkList

_LIQUID = re.compile(r"({{.*?}}|{%.*?%})", re.DOTALL)
_HIDDEN = re.compile(r"qhidden(\d+)q")


class Page:
    """One for each compiled text. `color` is the shop's, `ink` what reads well on it."""

    def __init__(self, language: str, color: str = "", ink: str = "", logo_url: str = "") -> None:
        self.language, self.color, self.ink, self.logo_url = language, color, ink, logo_url
        self.links = LinkList()
        self.pictures: list[str] = []
        self._sources: list[str] = []

    def picture(self, written: str) -> str:
        """How the letter names a picture whose link staff wrote; empty there where it has none."""
        return self.picture_of(link_source(written))

    def picture_of(self, source: str) -> str:
        """The same of a picture whose Liquid source a block's kind made."""
        self.pictures.append(source)
        return f"pictures[{len(self.pictures) - 1}]"

    def link(self, written: str) -> str:
        """How the letter names a link that staff wrote; empty there where it leads nowhere."""
        return f"links[{self.links.add(written)}]"

    def link_of(self, source: str) -> str:
        """The same of a link whose Liquid source a block's kind made."""
        self.links.sources.append(source)
        return f"links[{len(self.links.sources) - 1}]"

    def hide(self, source: str) -> str:
        """A word that stands for HTML with Liquid in it until MJML is done: MJML would mangle it."""
        self._sources.append(source)
        return f"qhidden{len(self._sources) - 1}q"

    def words(self, written: str) -> str:
        """Staff's words between tags."""
        return self.hide(escaped_words(written))

    def attribute(self, written: str) -> str:
        """Staff's words in an attribute."""
        return self.hide(escaped_words(written, in_attribute=True))

    def value(self, path: str) -> str:
        return self.hide(f"{{{{ {path} }}}}")

    def put_back(self, html: str) -> str:
        return _HIDDEN.sub(lambda found: self._sources[int(found[1])], html)


def escaped_words(words: str, *, in_attribute: bool = False) -> str:
    """Staff's words as HTML, their Liquid left as it is."""
    pieces = _LIQUID.split(words)
    return "".join(piece if index % 2 else escape(piece, quote=in_attribute) for index, piece in enumerate(pieces))


def if_filled(path: str, then: str, otherwise: str = "") -> str:
    """Liquid for what is shown only where a value is not empty."""
    return f"{{% if {path} != '' %}}{then}{f'{{% else %}}{otherwise}' if otherwise else ''}{{% endif %}}"


def mjml_if_filled(path: str, then: str, otherwise: str = "") -> str:
    """The same around whole elements of MJML."""
    middle = f"<mj-raw>{{% else %}}</mj-raw>{otherwise}" if otherwise else ""
    return f"<mj-raw>{{% if {path} != '' %}}</mj-raw>{then}{middle}<mj-raw>{{% endif %}}</mj-raw>"
