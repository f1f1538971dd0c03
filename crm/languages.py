"""A language is one entry in LANGUAGES and one folder, locale/<code>: whatever depends on a language lies there.

crm.language_checks names what a folder lacks.
"""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings

# The language of the code: it needs no catalogue of translations, and other folders have what its folder has.
SOURCE = "en"


def codes() -> list[str]:
    return [code for code, _name in settings.LANGUAGES]


def spoken(code: str) -> str:
    """The language, or the shop's where Encore does not speak it."""
    return code if code in codes() else settings.LANGUAGE_CODE


def folder(code: str) -> Path:
    return Path(settings.LOCALE_PATHS[0]) / code


@cache
def content(code: str, name: str) -> dict[str, Any]:
    """One of the TOML files of a language."""
    return tomllib.loads((folder(code) / f"{name}.toml").read_text(encoding="utf-8"))


@cache
def heard() -> dict[str, Any]:
    """Words of languages that customers write in and Encore does not."""
    return tomllib.loads((Path(settings.LOCALE_PATHS[0]) / "heard.toml").read_text(encoding="utf-8"))


def words(topic: str, name: str) -> list[str]:
    """Those of all languages: customers write in their own, not in the shop's."""
    spoken_words = [word for code in codes() for word in content(code, "words")[topic][name]]
    return [*spoken_words, *heard().get(topic, {}).get(name, [])]


def letters(topic: str) -> dict[int, int]:
    """Letters and those they are typed for, for `str.translate`."""
    return str.maketrans("".join(words(topic, "typed")), "".join(words(topic, "meant")))


def pattern(topic: str, name: str) -> str:
    """A group for a regular expression that matches any of the words."""
    return f"(?:{'|'.join(words(topic, name))})"
