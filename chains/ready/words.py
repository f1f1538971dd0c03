"""Reads the words of ready-made letters from their files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

TEXTS = Path(__file__).parent / "texts"
LANGUAGES = ("en", "ru")


@dataclass(frozen=True)
class Words:
    name: str
    subject: str
    preheader: str
    body: str
    button: str = ""


def read(language: str, chain: str, letter: str) -> Words:
    """A file has lines `Name:`, `Subject:`, `Preheader:` and perhaps `Button:`, an empty line, and the text."""
    head, _empty, body = (TEXTS / language / f"{chain}.{letter}.txt").read_text(encoding="utf-8").partition("\n\n")
    fields = dict(line.split(": ", 1) for line in head.splitlines())
    return Words(
        name=fields["Name"],
        subject=fields["Subject"],
        preheader=fields["Preheader"],
        body=body.strip(),
        button=fields.get("Button", ""),
    )
