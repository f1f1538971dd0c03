"""What a cell may hold. Each parser turns the text of a cell into the text PostgreSQL reads, or says what is wrong.

Parsers take stripped text that is not empty and raise ValueError with a reason in words. They are pure;
`ParsedCells` remembers what it has seen, since the columns of a real file repeat themselves.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.translation import gettext as _

from crm import languages
from crm.addresses import normalise_email, normalise_phone
from crm.timezones import is_time_zone

Parser = Callable[[str], str]

REMEMBERED = 10_000
FORMULA_STARTS = ("=", "+", "-", "@")
EARLIEST = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}.*)?")
DOTTED_DATE = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})(?:[ T](\d{1,2}:\d{2}(?::\d{2})?))?")
YES = {"1", *languages.words("imports", "yes")}
NO = {"0", *languages.words("imports", "no")}
ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
_check_url = URLValidator(schemes=["http", "https"])


@dataclass(frozen=True)
class ParseSettings:
    """The moment of the import, and how the shop writes times, phones and money."""

    now: dt.datetime
    zone: ZoneInfo
    country: str
    currency: str


class ParsedCells(dict[str, str]):
    """COPY text by cell text; an empty cell is NULL. Each distinct value is parsed once, a limited number kept."""

    def __init__(self, parse: Parser) -> None:
        super().__init__()
        self.parse = parse

    def __missing__(self, raw: str) -> str:
        text = raw.strip()
        if text[:1] == "'" and text[1:2] in FORMULA_STARTS:
            # An export of ours put the apostrophe there, so that no spreadsheet runs the cell.
            text = text[1:]
        if "\0" in text:
            raise ValueError(_("contains a NUL byte, which is not text"))
        value = self.parse(text).translate(ESCAPES) if text else "\\N"
        if len(self) >= REMEMBERED:
            self.clear()
        self[raw] = value
        return value


def words(limit: int) -> Parser:
    return partial(_words, limit)


def _words(limit: int, text: str) -> str:
    if len(text) > limit:
        raise ValueError(_("is longer than %(limit)s characters") % {"limit": limit})
    return text


def moment(settings: ParseSettings) -> Parser:
    return partial(_moment, settings)


def _moment(settings: ParseSettings, text: str) -> str:
    try:
        found = _read_moment(text)
    except ValueError:
        raise ValueError(_("is not a moment: write it as 2026-03-01 14:30 or 01.03.2026 14:30")) from None
    if found.tzinfo is None:
        found = found.replace(tzinfo=settings.zone)
    if found.year < EARLIEST.year:
        raise ValueError(_("lies before 1970"))
    if found.year > settings.now.year + 1 or found > settings.now:
        raise ValueError(_("lies in the future; times without a zone are read in the zone of the shop"))
    return found.astimezone(dt.UTC).isoformat()


def _read_moment(text: str) -> dt.datetime:
    """ISO, or day.month.year; nothing where day and month could be taken for one another."""
    if dotted := DOTTED_DATE.fullmatch(text):
        day, month, year, time = dotted.groups()
        hours = dt.time.fromisoformat(
            (time or "0:00").zfill(5) if time is None or time.count(":") == 1 else time.zfill(8)
        )
        return dt.datetime.combine(dt.date(int(year), int(month), int(day)), hours)
    if not ISO_DATE.fullmatch(text):
        raise ValueError(text)
    return dt.datetime.fromisoformat(text)


def birth_date(settings: ParseSettings) -> Parser:
    return partial(_birth_date, settings)


def _birth_date(settings: ParseSettings, text: str) -> str:
    try:
        found = _read_moment(text).date()
    except ValueError:
        raise ValueError(_("is not a date: write it as 1990-05-17 or 17.05.1990")) from None
    if not found.year >= 1900 or found > settings.now.date():
        raise ValueError(_("is not a birth date of someone alive"))
    return found.isoformat()


def choice(**words_to_values: str) -> Parser:
    return partial(_choice, words_to_values)


def _choice(words_to_values: dict[str, str], text: str) -> str:
    try:
        return words_to_values[text.lower()]
    except KeyError:
        raise ValueError(_("must be one of: %(words)s") % {"words": ", ".join(words_to_values)}) from None


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
    try:
        _check_url(text)
    except ValidationError:
        raise ValueError(_("is not a web address: it must begin with http:// or https://")) from None
    return _words(200, text)


def email(text: str) -> str:
    return normalise_email(text)


def phone(settings: ParseSettings) -> Parser:
    return partial(_phone, settings.country)


def _phone(country: str, text: str) -> str:
    return normalise_phone(text, country)


def tags(text: str) -> str:
    """Parted by semicolons; as the text of a PostgreSQL array."""
    found = dict.fromkeys(tag for part in text.split(";") if (tag := part.strip()))
    quoted = (_words(100, tag).replace("\\", "\\\\").replace('"', '\\"') for tag in found)
    return "{" + ",".join(f'"{tag}"' for tag in quoted) + "}"


def path(limit: int) -> Parser:
    return partial(_path, limit)


def _path(limit: int, text: str) -> str:
    """A category and what it is part of, from the outside in: Kitchen / Kettles."""
    names = [name.strip() for name in text.split(" / ")]
    if not all(names):
        raise ValueError(_("has an empty part: write it as Kitchen / Kettles"))
    return " / ".join(_words(limit, name) for name in names)
