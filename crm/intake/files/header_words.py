"""What people and other programs write over columns and into cells, in all languages that Encore speaks.

The words stand in locale/<language>/columns.toml.
"""

from __future__ import annotations

import re
from collections import defaultdict
from functools import cache

from django.utils.translation import get_language

from crm import languages

FILE = "columns"
# No columns of ours: a cell that holds a whole name, with what stands first in it.
FIRST_LAST, LAST_FIRST = "first_last", "last_first"
FULL_NAMES = (FIRST_LAST, LAST_FIRST)


def normalise(header: str) -> str:
    """The same for headers that differ in capitals, spaces and punctuation alone."""
    text = header.lower().replace("ё", "е").replace("№", " номер ")
    return " ".join(re.findall(r"[^\W_]+", text))


@cache
def meanings(kind: str) -> dict[str, list[str]]:
    """The columns that a header may stand over, by the header normalised."""
    found: dict[str, list[str]] = defaultdict(list)
    for code in languages.codes():
        for name, headers in languages.content(code, FILE)[kind].items():
            for header in [name, *headers]:
                if name not in found[normalise(header)]:
                    found[normalise(header)].append(name)
    return dict(found)


@cache
def own_names(kind: str) -> dict[str, str]:
    """Columns by the headers that mean them without asking: their names here, and their titles in every language."""
    columns = {
        normalise(titles[0]): name
        for code in languages.codes()
        for name, titles in languages.content(code, FILE)[kind].items()
    }
    return columns | {normalise(name): name for name in languages.content(languages.SOURCE, FILE)[kind]}


def title(kind: str, name: str) -> str:
    """What the column is called in the language of whoever looks."""
    return str(languages.content(_language(), FILE)[kind][name][0])


def delimiter() -> str:
    return str(languages.content(_language(), FILE)["delimiter"])


def cell_words(topic: str) -> dict[str, str]:
    """Values by what may be written for them; each may be written as it is."""
    by_value: dict[str, str] = {}
    for code in languages.codes():
        for value, words in languages.content(code, FILE)[topic].items():
            by_value |= dict.fromkeys([value, *words, *(word.replace(" ", "_") for word in words)], value)
    return by_value


def _language() -> str:
    return languages.spoken((get_language() or languages.SOURCE).partition("-")[0])
