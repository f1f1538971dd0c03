"""Dates, money and amounts as people of a language write them."""

from __future__ import annotations

import calendar
import datetime as dt
from decimal import Decimal
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_time
from babel.numbers import format_currency, format_decimal

# With the year in full and without the «г.» Russian adds: it reads well before a full stop.
DAY = "d MMMM y"


def day(moment: dt.datetime, zone: ZoneInfo, language: str) -> str:
    return _day(moment.astimezone(zone).date(), language)


def day_and_time(moment: dt.datetime, zone: ZoneInfo, language: str) -> str:
    local = moment.astimezone(zone)
    return f"{_day(local.date(), language)}, {format_time(local.time(), 'H:mm', locale=language)}"


@lru_cache(maxsize=4096)
def _day(date: dt.date, language: str) -> str:
    return format_date(date, DAY, locale=language)


@lru_cache(maxsize=4096)
def money(amount: Decimal, currency: str, language: str) -> str:
    """Without the hundredths where there are none: 8 990 ₽, €89.90."""
    pattern = _whole_money(language) if amount == amount.to_integral_value() else None
    try:
        return format_currency(amount, currency, pattern, locale=language, currency_digits=pattern is None)
    except ValueError:
        return f"{amount:.2f} {currency}"


@cache
def _whole_money(language: str) -> str:
    """How the language writes money, without the hundredths."""
    return str(Locale.parse(language).currency_formats["standard"].pattern.replace(".00", ""))


def quantity(amount: Decimal, language: str) -> str:
    return format_decimal(amount, locale=language)


def months_later(moment: dt.datetime, months: int) -> dt.datetime:
    """The same day of a later month, or its last day."""
    index = moment.year * 12 + moment.month - 1 + months
    year, month = divmod(index, 12)
    return moment.replace(year=year, month=month + 1, day=min(moment.day, calendar.monthrange(year, month + 1)[1]))
