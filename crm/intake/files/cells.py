"""What a cell may hold. Each parser turns the text of a cell into the text PostgreSQL reads, or says what is wrong.

Parsers take stripped text that is not empty and raise ValueError with a reason in words; an empty answer is an empty
cell. They are pure; `ParsedCells` remembers what it has seen, since the columns of a real file repeat themselves.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.translation import gettext as _

from crm import languages
from crm.addresses import normalise_email, normalise_phone
from crm.placeholders import is_error_cell, is_no_email, is_no_id, is_no_phone
from crm.spreadsheet_cells import without_guard
from crm.timezones import is_time_zone

if TYPE_CHECKING:
    from crm.intake.files.numbers import DecimalMarks

Parser = Callable[[str], str]

REMEMBERED = 10_000
LONGEST_REMEMBERED = 1_000
MOST_ITEMS = 1_000
DEEPEST_PATH = 20
# How a CSV file says that digits are no number.
TEXT_FORMULA = re.compile(r'="([^"]*)"')
# 4.60701E+12: what is left of a long number that a spreadsheet took for an amount.
SHORTENED = re.compile(r"\d(?:[.,]\d+)?E\+\d+", re.IGNORECASE | re.ASCII)
# They join letters in words and are no part of a name of anything.
JOINERS = {0x200C: None, 0x200D: None}
YES = {"1", *languages.words("imports", "yes")}
NO = {"0", *languages.words("imports", "no")}
ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
_check_url = URLValidator(schemes=["http", "https"])


@dataclass(frozen=True)
class ParseSettings:
    """The moment of the import, and how the shop writes times, phones and numbers.

    Chains act on orders placed since `acts_since`; without it the whole file is history.
    """

    now: dt.datetime
    zone: ZoneInfo
    country: str
    decimal_marks: DecimalMarks
    acts_since: dt.datetime | None = None


class ParsedCells(dict[str, str]):
    """COPY text by cell text; an empty cell is NULL. Each distinct value is parsed once, a limited number kept."""

    def __init__(self, parse: Parser, *, is_vital: bool = False) -> None:
        super().__init__()
        self.parse = parse
        self.is_vital = is_vital

    def __missing__(self, raw: str) -> str:
        text = as_meant(raw)
        if "\0" in text:
            raise ValueError(_("contains a NUL byte, which is not text"))
        if is_error_cell(text):
            if self.is_vital:
                raise ValueError(_("is an error of the spreadsheet"))
            text = ""
        parsed = self.parse(text) if text else ""
        value = parsed.translate(ESCAPES) if parsed else "\\N"
        if len(self) >= REMEMBERED:
            self.clear()
        if len(raw) <= LONGEST_REMEMBERED:
            self[raw] = value
        return value


def as_meant(raw: str) -> str:
    """The text of a cell without what only keeps a spreadsheet from taking it for a formula or a number."""
    text = without_guard(raw.strip())
    quoted = TEXT_FORMULA.fullmatch(text) if text[:1] == "=" else None
    return quoted[1].strip() if quoted else text


def name_or_number(limit: int) -> Parser:
    """An id or a number of something; a placeholder is none."""
    return partial(_name_or_number, limit)


def needed_number(limit: int) -> Parser:
    """The same where there must be one."""
    return partial(_needed_number, limit)


def _name_or_number(limit: int, text: str) -> str:
    plain = text if text.isascii() else text.translate(JOINERS)
    if plain[:1] == "'" and plain[1:].isalnum():
        plain = plain[1:]
    if SHORTENED.fullmatch(plain):
        raise ValueError(_("was shortened by a spreadsheet, and its last digits are lost"))
    return "" if is_no_id(plain) else short_words(limit, plain)


def _needed_number(limit: int, text: str) -> str:
    plain = _name_or_number(limit, text)
    if not plain:
        raise ValueError(_("stands where there is none: it names nothing"))
    return plain


def words(limit: int) -> Parser:
    return partial(short_words, limit)


def short_words(limit: int, text: str) -> str:
    if len(text) > limit:
        raise ValueError(_("is longer than %(limit)s characters") % {"limit": limit})
    return text


def choice(**words_to_values: str) -> Parser:
    return partial(_choice, words_to_values)


def _choice(words_to_values: dict[str, str], text: str) -> str:
    try:
        return words_to_values[text.lower()]
    except KeyError:
        raise ValueError(
            _("must be one of: %(words)s") % {"words": ", ".join(dict.fromkeys(words_to_values.values()))}
        ) from None


def flag(text: str) -> str:
    if text.lower() in YES:
        return "true"
    if text.lower() in NO:
        return "false"
    raise ValueError(_("must be yes or no"))


def country(text: str) -> str:
    if len(text) != 2 or not text.isascii() or not text.isalpha():
        raise ValueError(_("is not a country: write its two letters, e.g. RU"))
    return text.upper()


def currency(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z]{3}", text, re.ASCII):
        raise ValueError(_("is not a currency: write its three letters, e.g. EUR"))
    return text.upper()


def language(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z]{2,3}(?:[-_][A-Za-z]{2,4})?", text, re.ASCII):
        raise ValueError(_("is not a language: write its letters, e.g. en or ru"))
    return text.lower().replace("_", "-")


def time_zone(text: str) -> str:
    if not is_time_zone(text):
        raise ValueError(_("is not a time zone, e.g. Europe/Moscow"))
    return text


def url(text: str) -> str:
    return _url(200, text)


def page_url(text: str) -> str:
    """Of a page of the shop, with all that shops hang on their links."""
    return _url(500, text)


def _url(limit: int, text: str) -> str:
    try:
        _check_url(text)
    except ValidationError:
        raise ValueError(_("is not a web address: it must begin with http:// or https://")) from None
    return short_words(limit, text)


def email(text: str) -> str:
    plain = text if text.isascii() else text.translate(JOINERS)
    return "" if is_no_email(plain) else normalise_email(plain)


def phone(settings: ParseSettings) -> Parser:
    return partial(_phone, settings.country)


def _phone(country: str, text: str) -> str:
    if SHORTENED.fullmatch(text):
        raise ValueError(_("was shortened by a spreadsheet, and its last digits are lost"))
    return "" if is_no_phone(text) else normalise_phone(text, country)


def items(text: str) -> str:
    """Parted by semicolons; as the text of a PostgreSQL array."""
    return _array(part for part in text.split(";") if not is_error_cell(part))


def skus(text: str) -> str:
    return _array(part for part in text.split(";") if not is_no_id(part))


def _array(parts: Iterable[str]) -> str:
    found = dict.fromkeys(tag for part in parts if (tag := part.strip()))
    if len(found) > MOST_ITEMS:
        raise ValueError(_("holds more than %(most)s") % {"most": MOST_ITEMS})
    quoted = (short_words(100, tag).replace("\\", "\\\\").replace('"', '\\"') for tag in found)
    return "{" + ",".join(f'"{tag}"' for tag in quoted) + "}"


def path(limit: int) -> Parser:
    return partial(_path, limit)


def _path(limit: int, text: str) -> str:
    """A category and what it is part of, from the outside in: Kitchen / Kettles."""
    names = [name.strip() for name in text.split(" / ") if not is_error_cell(name)]
    if not all(names):
        raise ValueError(_("has an empty part: write it as Kitchen / Kettles"))
    if len(names) > DEEPEST_PATH:
        raise ValueError(_("has more than %(most)s parts within each other") % {"most": DEEPEST_PATH})
    return " / ".join(short_words(limit, name) for name in names)
