"""What the columns of somebody else's file may mean, guessed from what stands over them and in them."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from crm.intake.files import header_words, numbers
from crm.intake.files.header import IGNORED, own_meanings
from crm.intake.files.moment_cells import DOTTED_DATE, ISO_DATE

Test = Callable[[str], bool]

SAMPLES = 3
LONGEST_SAMPLE = 60
# No address or number is longer, and patterns are slow on what is.
LONGEST_TESTED = 320
# Of the filled cells so many look like it, or it is something else.
MOST = 0.8

EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
PHONE = re.compile(r"\+?\d[\d\s()\-.]{8,20}\d")
AMOUNT = re.compile(r"-?\d{1,3}(?:[\s\u00a0]?\d{3})*[.,]\d{2}")
NAME = re.compile(r"[^\d@]+")


def _is_number(text: str) -> bool:
    plain = text.translate(numbers.SPACES).replace(",", "").replace(".", "").removeprefix("-")
    return plain.isdigit()


def _is_moment(text: str) -> bool:
    return bool(ISO_DATE.match(text) or DOTTED_DATE.match(text))


def _matches(pattern: re.Pattern[str], text: str) -> bool:
    return bool(pattern.fullmatch(text))


# What the cells of a column must look like; of the others anything may be true.
TESTS: dict[str, Test] = {
    "email": partial(_matches, EMAIL),
    "phone": partial(_matches, re.compile(r"\+?[\d\s()\-.;,/доб]{5,40}")),
    "order_number": lambda text: any(map(str.isdigit, text)),
    header_words.FIRST_LAST: partial(_matches, NAME),
    header_words.LAST_FIRST: partial(_matches, NAME),
    **dict.fromkeys(("total", "discount", "price", "cost", "quantity", "returned_quantity", "refunded"), _is_number),
}
# What values alone give away, by kind of file, in this order.
BY_VALUES: dict[str, tuple[tuple[str, Test], ...]] = {
    "orders": (
        ("email", partial(_matches, EMAIL)),
        ("phone", partial(_matches, PHONE)),
        ("placed_at", _is_moment),
        ("total", partial(_matches, AMOUNT)),
    ),
    "customers": (("email", partial(_matches, EMAIL)), ("phone", partial(_matches, PHONE))),
    "products": (("price", partial(_matches, AMOUNT)),),
}


@dataclass(frozen=True)
class ColumnGuess:
    """A column of a file as people see it, what it probably means, and whether only its values say so."""

    name: str
    samples: Sequence[str]
    meaning: str
    is_by_values: bool = False


def guess(kind: str, names: Sequence[str], rows: Sequence[Sequence[str]]) -> list[ColumnGuess]:
    """For each column of a file with these first rows; no column of ours is guessed twice."""
    values = [_values(rows, position) for position in range(len(names))]
    meanings = own_meanings(names, kind)
    taken = set(meanings)
    for position, name in enumerate(names):
        if meanings[position] == IGNORED:
            meanings[position] = _by_header(kind, name, values[position], taken)
            taken.add(meanings[position])
    by_values = set()
    for meaning, test in BY_VALUES[kind]:
        found = _by_values(meanings, values, test) if meaning not in taken else None
        if found is not None:
            meanings[found] = meaning
            by_values.add(found)
    return [
        ColumnGuess(name, _shown(values[position]), meanings[position], position in by_values)
        for position, name in enumerate(names)
    ]


def _by_header(kind: str, name: str, values: Sequence[str], taken: set[str]) -> str:
    for meaning in header_words.meanings(kind).get(header_words.normalise(name), ()):
        if meaning not in taken and _looks_like(values, _test(meaning)):
            return meaning
    return IGNORED


def _test(meaning: str) -> Test:
    if meaning.endswith("_at"):
        return lambda text: any(map(str.isdigit, text))
    return TESTS.get(meaning, lambda text: True)


def _by_values(meanings: Sequence[str], values: Sequence[Sequence[str]], test: Test) -> int | None:
    for position, meaning in enumerate(meanings):
        if meaning == IGNORED and values[position] and _looks_like(values[position], test):
            return position
    return None


def _looks_like(values: Sequence[str], test: Test) -> bool:
    return sum(map(test, values)) >= MOST * len(values)


def _values(rows: Sequence[Sequence[str]], position: int) -> list[str]:
    return [text[:LONGEST_TESTED] for row in rows if position < len(row) and (text := row[position].strip())]


def _shown(values: Sequence[str]) -> list[str]:
    return [text[:LONGEST_SAMPLE] for text in list(dict.fromkeys(values))[:SAMPLES]]
