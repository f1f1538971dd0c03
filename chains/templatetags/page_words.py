"""Money, days and amounts on pages for customers, in their language."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from babel.dates import format_date
from django import template
from django.utils import timezone
from django.utils.translation import get_language

from chains.messages import wording

register = template.Library()


@register.filter
def money(amount: Decimal | None, currency: str) -> str:
    return "" if amount is None else wording.money(amount, currency, get_language() or "en")


@register.filter
def day(moment: dt.datetime | dt.date | None) -> str:
    """Without the «г.» Russian adds: it reads well before a full stop."""
    if isinstance(moment, dt.datetime):
        moment = timezone.localtime(moment).date()
    return format_date(moment, wording.DAY, locale=get_language() or "en") if moment else ""


@register.filter
def day_and_time(moment: dt.datetime | None) -> str:
    return wording.day_and_time(moment, timezone.get_current_timezone(), get_language() or "en") if moment else ""


@register.filter
def amount(quantity: Any) -> str:
    return wording.quantity(Decimal(quantity).normalize(), get_language() or "en")
