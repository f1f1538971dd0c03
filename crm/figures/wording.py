"""Figures as people of the page's language write them; what is not known is a dash."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from babel import Locale
from babel.numbers import format_currency, format_decimal, format_percent
from babel.units import format_unit
from django.conf import settings
from django.utils.translation import get_language

from crm.shop_currency import shop_currency

DASH = "—"
# Above this, cents are noise.
WHOLE_FROM = 10_000


def locale() -> Locale:
    return Locale.parse((get_language() or settings.LANGUAGE_CODE).replace("-", "_"))


def money(amount: Decimal | float | None, currency: str = "") -> str:
    """In the shop's currency, unless given."""
    if amount is None:
        return DASH
    spoken, currency = locale(), currency or shop_currency()
    if abs(Decimal(amount)) < WHOLE_FROM:
        return str(format_currency(amount, currency, locale=spoken))
    whole = spoken.currency_formats["standard"].pattern.replace(".00", "")
    return str(format_currency(amount, currency, format=whole, locale=spoken, currency_digits=False))


def dollars(amount: Decimal) -> str:
    """What is known of others, in US dollars."""
    return str(format_currency(amount, "USD", locale=locale()))


def number(value: Decimal | float | None, pattern: str = "#,##0") -> str:
    return DASH if value is None else str(format_decimal(value, format=pattern, locale=locale()))


def percent(share: Decimal | float | None, decimals: str = ".0") -> str:
    if share is None:
        return DASH
    spoken = locale()
    pattern = spoken.percent_formats[None].pattern.replace("##0", f"##0{decimals}")
    return str(format_percent(share, format=pattern, locale=spoken))


def duration(time: dt.timedelta | None) -> str:
    """In minutes, or from an hour on in hours: a day of work is none of the calendar."""
    if time is None:
        return DASH
    minutes = time.total_seconds() / 60
    unit, value = ("minute", round(minutes)) if minutes < 60 else ("hour", round(minutes / 60, 1))
    return str(format_unit(value, f"duration-{unit}", length="short", locale=locale()))


def rate(percents: float | None) -> str:
    """A rate told in per cent; the small ones, such as that of orders, with one place more."""
    if percents is None:
        return DASH
    return percent(percents / 100, ".0" if percents >= 1 or percents == 0 else ".00")
