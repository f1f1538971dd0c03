"""What a value of a body means, however the other side writes it. Pure; ValueError says in words what is wrong with it.

Nothing there is None.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from decimal import Decimal
from email.utils import parsedate_to_datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from crm.intake.files.cells import NO, YES
from crm.intake.files.numbers import DecimalMark, number

MILLISECONDS_FROM = 10**11
YEARS = range(1970, 2200)
DOTTED = re.compile(r"(\d{1,2})[./](\d{1,2})[./](\d{4})(?:,?[ T]+(\d{1,2}):(\d{2})(?::(\d{2}))?)?")
ZONE_APART = re.compile(r"(\d) ([+-]\d{2}:?\d{2})")
# Currencies by sign or letters, and the dash that stands for no cents.
AROUND_AMOUNT = re.compile(r"^[^\d\s\-]{1,8}\s*(?=[\d\-])|(?<=\d)\s*[^\d\s]{1,8}$")
TICKED = YES | {"on", "checked"}
UNTICKED = NO | {"off"}


@dataclass(frozen=True)
class Told:
    """When the message came, and the zone that its times are of where they name none."""

    received_at: dt.datetime
    zone: ZoneInfo


def text(value: Any, most: int) -> str | None:
    if value is None:
        return None
    if isinstance(value, dict | list):
        raise ValueError(_("is a list or group, and one value is needed"))
    plain = str(value).strip()
    if "\0" in plain:
        raise ValueError(_("holds an unprintable character"))
    if len(plain) > most:
        raise ValueError(_("is longer than %(limit)s characters") % {"limit": most})
    return plain or None


def amount(value: Any) -> Decimal | None:
    """“1 299,00 ₽”, “RUB 1,299.00” and 1299 are the same."""
    plain = text(f"{value:.4f}" if isinstance(value, float) else _not_a_tick(value), 64)
    return None if plain is None else _number(AROUND_AMOUNT.sub("", plain))


def _number(plain: str) -> Decimal:
    """Programs write decimals after a point; “1,299” is a person's, and can be read in two ways."""
    mark = DecimalMark() if "," in plain else DecimalMark(".")
    return Decimal(number(mark, digits=12, places=4)(plain))


def moment(value: Any, told: Told) -> dt.datetime | None:
    """ISO, day.month.year, as a letter dates itself, or seconds or milliseconds since 1970."""
    plain = text(_not_a_tick(value), 64)
    if plain is None:
        return None
    try:
        found = _moment(plain)
        zoned = found if found.tzinfo else found.replace(tzinfo=told.zone)
        if zoned.year not in YEARS:
            raise ValueError(plain)
    except (ValueError, OverflowError, OSError, TypeError):
        raise ValueError(_("“%(value)s” is not a moment") % {"value": plain}) from None
    return zoned


def day(value: Any, told: Told) -> dt.date | None:
    found = moment(value, told)
    return found and found.astimezone(told.zone).date()


def tick(value: Any) -> bool | None:
    """A checkbox; None where it is neither surely ticked nor surely not."""
    if isinstance(value, bool):
        return value
    plain = (text(value, 1_000) or "").lower()
    if plain in TICKED:
        return True
    return False if plain in UNTICKED else None


def name_parts(full: str) -> tuple[str, str]:
    """First and last name of a name in one field; a Russian patronymic is left out, wherever it stands."""
    last, comma, first = (part.strip() for part in full.partition(","))
    if comma:
        return first, last
    words = full.split()
    for place, word in enumerate(words):
        if place and re.search(r"(вич|вна|ична|вич-?кызы|оглы)$", word.lower()):
            begins_with_last = place == len(words) - 1 and len(words) > 2
            return (words[1], words[0]) if begins_with_last else (words[0], " ".join(words[place + 1 :]))
    return (words[0], " ".join(words[1:])) if words else ("", "")


def _not_a_tick(value: Any) -> Any:
    if isinstance(value, bool):
        raise ValueError(_("is a yes or no"))
    return value


def _moment(plain: str) -> dt.datetime:
    if re.fullmatch(r"\d{9,14}(\.\d+)?", plain, re.ASCII):
        seconds = float(plain)
        return dt.datetime.fromtimestamp(seconds / 1000 if seconds >= MILLISECONDS_FROM else seconds, dt.UTC)
    if dotted := DOTTED.fullmatch(plain):
        days, month, year, hour, minute, second = (int(part or 0) for part in dotted.groups())
        if "/" in plain and days <= 12 and month <= 12 and days != month:
            raise ValueError(plain)
        return dt.datetime(year, month, days, hour, minute, second)  # noqa: DTZ001 — the shop's zone is put to it later.
    if plain[:1].isalpha():
        return parsedate_to_datetime(plain)
    return dt.datetime.fromisoformat(ZONE_APART.sub(r"\1\2", plain))
