"""A letter as the health check reads it: a template's text, or one that was pasted in to be audited."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple

from chains.messages.blocks.field import Input
from chains.messages.blocks.registry import BLOCK_KINDS
from chains.messages.placeholders import LIQUID, OWN_PAGES
from chains.messages.scale import SCALE
from chains.messages.written import Block, WrittenText, sources_of
from crm.models import Purpose

LINK = re.compile(r"\[([^\]\[]{1,300})\]\(([^()\s]{1,1000}(?:\s*\}\})?|\{\{[^{}]{1,200}\}\}[^()\s]{0,800})\)")
_PATH = re.compile(r"{{-?\s*([\w.]+)")
_WORD = re.compile(r"\w+(?:[-’'.]\w+)*")
# What customers press to leave or to choose topics asks nothing of them.
_HOUSEKEEPING = OWN_PAGES - {"rate_url", "review_url"}


class Call(NamedTuple):
    """Something the letter asks its reader to press."""

    label: str
    link: str
    block: str = ""


@dataclass(frozen=True, slots=True)
class Letter:
    language: str
    is_service: bool
    subject: str
    preheader: str
    words: str  # as they are read, placeholders left out
    source: str  # as it was written
    calls: tuple[Call, ...]
    kinds: frozenset[str] = frozenset()

    @property
    def word_count(self) -> int:
        return sum(1 for _found in _WORD.finditer(self.words))

    @property
    def said(self) -> str:
        return "\n".join((self.subject, self.preheader, self.words, *(call.label for call in self.calls)))


def letter_of(text: WrittenText) -> Letter:
    sources = [source for block in text.blocks for source in sources_of(block)]
    words = [source for block in text.blocks if not _is_call(block) for source in _words(block)]
    return Letter(
        language=text.language,
        is_service=text.purpose == Purpose.SERVICE,
        subject=LIQUID.sub("", text.subject),
        preheader=LIQUID.sub("", text.preheader),
        words=LIQUID.sub("", LINK.sub(r"\1", "\n".join(words))),
        source="\n".join((text.subject, text.preheader, *sources)),
        calls=tuple(_calls(text)),
        kinds=frozenset(block.kind for block in text.blocks),
    )


def _is_call(block: Block) -> bool:
    return block.kind in BLOCK_KINDS and BLOCK_KINDS[block.kind].is_call_to_action


def _words(block: Block) -> list[str]:
    """What of a block is read: not where its links lead."""
    fields = BLOCK_KINDS[block.kind].fields if block.kind in BLOCK_KINDS else ()
    links = {field.name for field in fields if field.input in (Input.LINK, Input.PICTURE)}
    return [value for name, value in block.content.items() if name not in links and isinstance(value, str)]


def _calls(text: WrittenText) -> list[Call]:
    """Each place the reader is asked to go to, once; what only some are shown counts for none of the others."""
    found: dict[str, Call] = {}
    for block in text.blocks:
        for call in _calls_of(block) if block.rule is None else ():
            found.setdefault(_where(call.link), call)
    return list(found.values())


def _calls_of(block: Block) -> list[Call]:
    if _is_call(block):
        label, link = (str(block.content.get(name) or "") for name in ("label", "link"))
        return [Call(LIQUID.sub("…", label) or str(BLOCK_KINDS[block.kind].label), link or block.key, block.key)]
    words = "\n".join(_words(block))
    calls = [Call(LIQUID.sub("…", found[1]), found[2], block.key) for found in LINK.finditer(words) if _asks(found[2])]
    return calls + ([Call("1 2 3 4 5", "{{ rate_url }}", block.key)] if SCALE.search(words) else [])


def _asks(link: str) -> bool:
    path = _PATH.match(link)
    return not link.startswith(("mailto:", "tel:")) and not (path and path[1] in _HOUSEKEEPING)


def _where(link: str) -> str:
    path = _PATH.match(link)
    return path[1] if path else link.split("?")[0].rstrip("/").lower()
