"""Reads the words of ready-made chains and letters from the folder of a language."""

from __future__ import annotations

from dataclasses import dataclass

from crm.languages import content, folder


@dataclass(frozen=True)
class ChainWords:
    name: str
    description: str


@dataclass(frozen=True)
class LetterWords:
    name: str
    subject: str
    preheader: str
    body: str
    button: str = ""


def chain_words(language: str, chain: str) -> ChainWords:
    return ChainWords(**content(language, "ready_chains")[chain])


def letter_words(language: str, chain: str, letter: str) -> LetterWords:
    """A file has lines `Name:`, `Subject:`, `Preheader:` and perhaps `Button:`, an empty line, and the text."""
    file = folder(language) / "letters" / f"{chain}.{letter}.txt"
    head, _empty, body = file.read_text(encoding="utf-8").partition("\n\n")
    fields = dict(line.split(": ", 1) for line in head.splitlines())
    return LetterWords(
        name=fields["Name"],
        subject=fields["Subject"],
        preheader=fields["Preheader"],
        body=body.strip(),
        button=fields.get("Button", ""),
    )
