"""Reads the shape of a template's document, whatever is sent: what it says is judged by chains.messages.content."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any

from django.utils.translation import gettext as _

from chains.messages.blocks.field import is_storable
from chains.messages.blocks.registry import BLOCK_KINDS
from chains.messages.note_form import written_channels
from chains.messages.written import Block, WrittenText
from chains.models.block import new_block_key
from crm.languages import codes
from crm.models import Purpose

MOST_TEXTS, MOST_TAGS, LONGEST_LINE = 50, 50, 300
_KEY = re.compile(r"[0-9a-f]{8}")


class ContentReader:
    """`fields` of the template and its `texts`; `problems` by path, for what is no such document."""

    def __init__(self, data: object) -> None:
        self.problems: dict[str, list[str]] = {}
        self.texts: list[WrittenText] = []
        document = self._object("", data)
        self.fields: dict[str, Any] = {
            **{name: self._line(name, document.get(name, "")) for name in ("name", "purpose", "topic")},
            "tags": [
                self._line(f"tags.{place}", tag) for place, tag in enumerate(self._list("tags", document, MOST_TAGS))
            ],
        }
        self._purpose = self.fields["purpose"] if self.fields["purpose"] in Purpose.values else Purpose.SERVICE
        for place, text in enumerate(self._list("texts", document, MOST_TEXTS)):
            self._read_text(f"texts.{place}", text)

    def _read_text(self, path: str, raw: object) -> None:
        given = self._object(path, raw)
        text = WrittenText(
            channel=self._one_of(f"{path}.channel", given.get("channel"), written_channels()),
            language=self._one_of(f"{path}.language", given.get("language"), codes()),
            subject=self._line(f"{path}.subject", given.get("subject", "")),
            preheader=self._line(f"{path}.preheader", given.get("preheader", "")),
            purpose=self._purpose,
            blocks=tuple(
                self._block(f"{path}.blocks.{place}", block)
                for place, block in enumerate(self._list(f"{path}.blocks", given, None))
            ),
        )
        if any((one.channel, one.language) == (text.channel, text.language) for one in self.texts):
            self._report(path, _("There is a text of this channel and language already."))
        if len({block.key for block in text.blocks}) < len(text.blocks):
            self._report(f"{path}.blocks", _("Two blocks have the same key."))
        self.texts.append(text)

    def _block(self, path: str, raw: object) -> Block:
        given = self._object(path, raw)
        kind = self._one_of(f"{path}.kind", given.get("kind"), BLOCK_KINDS)
        content = self._object(f"{path}.content", given.get("content", {}))
        rule = given.get("rule")
        if rule is not None and not (isinstance(rule, dict) and is_storable(rule)):
            self._report(f"{path}.rule", _("This is not what belongs here."))
        if kind in BLOCK_KINDS:
            known = BLOCK_KINDS[kind].fields
            content = {field.name: content.get(field.name, field.empty) for field in known}
        return Block(kind, content, _somebody(rule), self._key(f"{path}.key", given.get("key")))

    def _key(self, path: str, raw: object) -> str:
        """A new block comes without one."""
        if raw in (None, ""):
            return new_block_key()
        if isinstance(raw, str) and _KEY.fullmatch(raw):
            return raw
        self._report(path, _("This is not what belongs here."))
        return ""

    def _object(self, path: str, raw: object) -> dict[str, Any]:
        if isinstance(raw, dict):
            return raw
        self._report(path, _("This is not what belongs here."))
        return {}

    def _list(self, path: str, of: dict[str, Any], most: int | None) -> list[Any]:
        raw = of.get(path.rpartition(".")[2], [])
        if not isinstance(raw, list):
            self._report(path, _("This is not what belongs here."))
            return []
        if most is not None and len(raw) > most:
            self._report(path, _("There may be at most %(most)d of these.") % {"most": most})
            return []
        return raw

    def _line(self, path: str, raw: object) -> str:
        if not isinstance(raw, str):
            self._report(path, _("This is not what belongs here."))
            return ""
        if len(raw) > LONGEST_LINE:
            self._report(path, _("The text is longer than %(limit)s characters.") % {"limit": LONGEST_LINE})
        if not is_storable(raw):
            self._report(path, _("This is not what belongs here."))
        return raw.strip()

    def _one_of(self, path: str, raw: object, known: Collection[str]) -> str:
        if isinstance(raw, str) and raw in known:
            return raw
        self._report(path, _("Choose one of those offered."))
        return ""

    def _report(self, path: str, sentence: str) -> None:
        self.problems.setdefault(path, []).append(sentence)


def _somebody(rule: object) -> dict[str, Any] | None:
    """A rule without conditions is none: everybody sees the block."""
    return rule if isinstance(rule, dict) and rule not in ({}, {"all": []}) else None
