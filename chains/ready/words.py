"""Reads the words of ready-made chains and letters from the folder of a language."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from crm.languages import content, folder

_SECTION = re.compile(r"^\[(\w+)\]$", re.MULTILINE)


@dataclass(frozen=True)
class TaskWords:
    name: str
    script: str


@dataclass(frozen=True)
class ChainWords:
    name: str
    description: str
    arms: Mapping[str, str] = field(default_factory=dict)
    tasks: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def task(self, key: str) -> TaskWords:
        return TaskWords(**self.tasks[key])


@dataclass(frozen=True)
class LetterWords:
    name: str
    subject: str
    preheader: str
    sections: Mapping[str, str]


def chain_words(language: str, chain: str) -> ChainWords:
    return ChainWords(**content(language, "ready_chains")[chain])


def letter_words(language: str, chain: str, letter: str) -> LetterWords:
    """A file has lines `Name:`, `Subject:`, `Preheader:`, an empty line, and a section `[key]` for each block."""
    file = folder(language) / "letters" / f"{chain}.{letter}.txt"
    head, _empty, body = file.read_text(encoding="utf-8").partition("\n\n")
    fields = dict(line.split(": ", 1) for line in head.splitlines())
    _before, *parts = _SECTION.split(body)
    return LetterWords(
        name=fields["Name"],
        subject=fields["Subject"],
        preheader=fields["Preheader"],
        sections={key: said.strip() for key, said in zip(parts[::2], parts[1::2], strict=True)},
    )
