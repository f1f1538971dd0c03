"""What a letter says of a customer's coupon and points, in the letter's language."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from functools import lru_cache

from django.utils import translation
from django.utils.translation import ngettext

from chains.messages import wording
from chains.messages.blocks.registry import BLOCK_KINDS
from chains.messages.samples import SAMPLE_CODE, nothing_known
from chains.messages.written import WrittenText, sources_of
from crm.loyalty import ExpiringSoon
from crm.models import Coupon
from crm.shop_currency import shop_currency
from crm.timezones import shop_zone

__all__ = ["NO_COUPON", "SAMPLE_CODE", "coupon_words", "points_words", "rewards_named"]

NO_COUPON: dict[str, str] = nothing_known()["coupon"]
_LIQUID = re.compile(r"{{.*?}}|{%.*?%}", re.DOTALL)
_REWARD = re.compile(r"\b(coupon|points|subscription)\s*[.\[]")
# A coupon that ends at midnight is valid until the end of the day before.
_INSTANT = dt.timedelta(microseconds=1)


def rewards_named(text: WrittenText) -> frozenset[str]:
    """Which of "coupon", "points" and "subscription" a text names or shows anywhere, even under a condition."""
    sources = [text.subject, text.preheader, *(source for block in text.blocks for source in sources_of(block))]
    parts = (part for source in sources for part in _LIQUID.findall(source))
    named = frozenset(reward for part in parts for reward in _REWARD.findall(part))
    return named.union(*(BLOCK_KINDS[block.kind].rewards for block in text.blocks if block.kind in BLOCK_KINDS))


def coupon_words(coupon: Coupon, language: str) -> dict[str, str]:
    """Its last day is one of the shop's days, whatever the time zone of the customer."""
    scope = coupon.product or coupon.category
    return {
        "code": coupon.code,
        "offer": _offer(coupon, language),
        "until": _last_day(coupon.expires_at, language) if coupon.expires_at else "",
        "scope": str(scope or ""),
        "minimum": wording.money(coupon.minimum, shop_currency(), language) if coupon.minimum else "",
    }


def points_words(balance: int, ending: ExpiringSoon | None, language: str) -> dict[str, str]:
    return {
        "balance": wording.quantity(Decimal(balance), language),
        "expiring": wording.quantity(Decimal(ending.points), language) if ending else "",
        "expiring_on": _last_day(ending.expires_at, language) if ending else "",
    }


def _last_day(expires_at: dt.datetime, language: str) -> str:
    return wording.day(expires_at - _INSTANT, shop_zone(), language)


def _offer(coupon: Coupon, language: str) -> str:
    """10 %, 500 ₽, 200 points, free delivery, a gift by its name."""
    if coupon.kind == Coupon.Kind.GIFT:
        return coupon.gift
    if coupon.kind == Coupon.Kind.AMOUNT and coupon.value is not None:
        return wording.money(coupon.value, shop_currency(), language)
    return _offer_of_kind(coupon.kind, coupon.value, language)


@lru_cache(maxsize=1024)
def _offer_of_kind(kind: str, value: Decimal | None, language: str) -> str:
    if value is None:
        with translation.override(language):
            return str(Coupon.Kind(kind).label)
    number = wording.quantity(value.normalize(), language)
    if kind == Coupon.Kind.PERCENT:
        return f"{number}\xa0%"
    with translation.override(language):
        return ngettext("%(number)s point", "%(number)s points", int(value)) % {"number": number}
