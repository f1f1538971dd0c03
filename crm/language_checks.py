"""Names what a language lacks: `manage.py check --tag encore`, and every command that checks, fails with the list."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from babel import localedata
from django.conf.locale import LANG_INFO
from django.core.checks import CheckMessage, Error, register

from crm.languages import SOURCE, codes, folder

TAG = "encore"
CATALOGUE = Path("LC_MESSAGES", "django.po")


@register(TAG)
def check_languages(**kwargs: object) -> list[CheckMessage]:
    return [Error(words, id="encore.E001") for code in codes() for words in lacking(code)]


def lacking(code: str) -> Iterator[str]:
    """What Encore needs of a language and does not find, one sentence each."""
    if code not in LANG_INFO or not localedata.exists(code):
        yield f"Django and Babel know no language {code!r}: dates and money cannot be written in it."
    if code == SOURCE:
        return
    if not (folder(code) / CATALOGUE).is_file():
        yield f"{folder(code) / CATALOGUE} is missing: the translation of all texts."
    for needed in _files(SOURCE):
        yield from _lacking_file(needed, code)


def _lacking_file(needed: Path, code: str) -> Iterator[str]:
    there = folder(code) / needed.relative_to(folder(SOURCE))
    if not there.is_file():
        yield f"{there} is missing."
    elif there.suffix == ".toml":
        yield from (f"{there} does not say {name}." for name in _names(needed) - _names(there))
    else:
        yield from (f"{there} has no line {name!r}." for name in _head(needed) - _head(there))


def _files(code: str) -> list[Path]:
    """All but the catalogue, which the language of the code has no need of."""
    return sorted(path for path in folder(code).rglob("*") if path.suffix in {".toml", ".txt"})


def _names(file: Path) -> set[str]:
    return set(_paths(tomllib.loads(file.read_text(encoding="utf-8"))))


def _paths(table: dict[str, Any]) -> Iterator[str]:
    for name, value in table.items():
        yield from (f"{name}.{inner}" for inner in _paths(value)) if isinstance(value, dict) else (name,)


def _head(file: Path) -> set[str]:
    """The names of the lines above the first empty one, and of the sections below."""
    head, _empty, body = file.read_text(encoding="utf-8").partition("\n\n")
    sections = {line for line in body.splitlines() if line.startswith("[") and line.endswith("]")}
    return {line.partition(":")[0] for line in head.splitlines()} | sections
