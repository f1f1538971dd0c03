"""What forms, tills and spreadsheets write where nothing is known. It is read as not told: it names nobody and nothing.

Names of people are left alone, as Null and None are surnames; only an error of a spreadsheet is no name.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable
from typing import Any

import phonenumbers
from django.utils.translation import gettext as _

from crm import languages
from crm.models.channel import Channel

ERROR_CELLS = frozenset(languages.words("placeholders", "errors"))
ERROR_NUMBER = re.compile(r"(?:err|ош|ошибка):\d{3}|#{3,}")
# Compared without what stands between letters: N/A, n.a. and (n/a) are one word.
WORDS = frozenset(languages.words("placeholders", "ids"))
# Where a number ran over, everybody after it has the largest there is.
OVERFLOWN = frozenset(("2147483647", "4294967295", "9223372036854775807", "18446744073709551615"))
MINUS_ONE = re.compile(r"[-\u2212\u2013]0*1(?:[.,]0+)?")
NO_VALUE = r"\n"
OTHER_DIGIT = re.compile("[1-9]")
UPWARDS = "0123456789" * 3
DOWNWARDS = UPWARDS[::-1]

NO_MAILBOXES = frozenset(languages.words("placeholders", "mailboxes"))
NO_DOMAINS = frozenset(("noemail", "nomail", "none"))
# People have these too, so the domain must say as much.
FILLERS = WORDS | frozenset(languages.words("placeholders", "fillers"))
COMMON_DOMAINS = frozenset(("email", "mail", "gmail"))

# Noughts, and the first day that calendars of MySQL, .NET and 1C, SQL Server and spreadsheets know.
NO_DATE = re.compile(
    r"0000-00-00|00\.00\.0000|0001-01-01|0?1\.0?1\.0001|1753-01-01|0?1\.0?1\.1753|1899-12-3[01]|3[01]\.12\.1899"
    r"|1900-01-0[01]|0?[01]\.0?1\.1900|0?0:00(?::00)?$"
)
NO_BIRTH_DATES = frozenset((dt.date(1, 1, 1), dt.date(1753, 1, 1), dt.date(1899, 12, 30), dt.date(1900, 1, 1)))
EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def is_error_cell(text: str) -> bool:
    """What a spreadsheet shows where a formula failed: #N/A, #ССЫЛКА!, Err:502."""
    if "#" not in text and ":" not in text:
        return False
    folded = text.strip().casefold()
    return folded in ERROR_CELLS or bool(ERROR_NUMBER.fullmatch(folded))


def is_no_id(text: str) -> bool:
    """0, -1, null, n/a, guest, гость, dashes, nothing: the id or number that everybody has who has none."""
    if "@" in text.strip()[1:] and is_no_email(text):
        return True
    if OTHER_DIGIT.search(text):
        plain = text.strip()
        return plain in OVERFLOWN or bool(MINUS_ONE.fullmatch(plain)) or is_error_cell(plain)
    folded = unicodedata.normalize("NFKC", text.replace("№", "")).strip().casefold()
    letters = _letters(folded)
    return not letters.strip("0") or letters in WORDS or folded == NO_VALUE or is_error_cell(folded)


def is_no_email(text: str) -> bool:
    """none@none.com, no@email.com, noemail@…: typed only because the form asks."""
    mailbox, at, domain = text.strip().casefold().rpartition("@")
    if not at:
        return is_no_id(text)
    name, label = _letters(mailbox), _letters(domain.partition(".")[0])
    if not name or name in NO_MAILBOXES or label in NO_DOMAINS:
        return True
    if label != name and label not in COMMON_DOMAINS:
        return False
    return name in FILLERS or _is_one_letter(name) or "1234567890".startswith(name)


def is_no_phone(text: str) -> bool:
    """000000, 5555555555, +7 999 999-99-99, 1234567890, and words such as нет."""
    digits = "".join(filter(str.isdecimal, text))
    if not digits:
        return is_no_id(text)
    return any(_is_one_letter(part) or _is_run(part) for part in (digits, *_without_code(digits)))


def check_address(channel: str, address: str) -> None:
    """ValueError in words for one that stands where there is none."""
    if address.strip() and IS_NO_ADDRESS.get(channel, is_no_id)(address):
        raise ValueError(_("“%(address)s” stands where there is no address: leave it out.") % {"address": address[:60]})


def is_no_birth_date(date: dt.date) -> bool:
    """A moment without a year of its own: the calendar's first day, or the second from which machines count."""
    if isinstance(date, dt.datetime):
        return date == EPOCH if date.tzinfo else date.date() in NO_BIRTH_DATES
    return date in NO_BIRTH_DATES


def told(value: Any) -> Any:
    """A value of a profile without what says nothing; empty where nothing is left."""
    if isinstance(value, str):
        return "" if is_error_cell(value) else value
    if isinstance(value, dt.date):
        return None if is_no_birth_date(value) else value
    if isinstance(value, dict):
        return {name: one for name, one in value.items() if not (isinstance(one, str) and is_error_cell(one))}
    if isinstance(value, list):
        return [one for one in value if not (isinstance(one, str) and is_error_cell(one))]
    return value


IS_NO_ADDRESS: dict[str, Callable[[str], bool]] = {Channel.EMAIL: is_no_email, Channel.SMS: is_no_phone}


def _letters(text: str) -> str:
    return text if text.isalnum() else "".join(filter(str.isalnum, text))


def _is_one_letter(text: str) -> bool:
    return text == text[:1] * len(text)


def _is_run(digits: str) -> bool:
    """Up or down the keyboard, on from 9 to 0."""
    return len(digits) >= 5 and (digits in UPWARDS or digits in DOWNWARDS)


def _without_code(digits: str) -> list[str]:
    """Without the code of a country, or the 0 or 8 dialled before a town; what is left is long enough for a phone."""
    codes = [size for size in (1, 2, 3) if int(digits[:size]) in phonenumbers.COUNTRY_CODE_TO_REGION_CODE]
    trunk = [1] if digits[0] in "08" else []
    return [digits[size:] for size in (*codes, *trunk) if len(digits) - size >= 7]
