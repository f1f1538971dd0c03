"""What a letter says of a customer's coupon, points and tier, in the letter's language and the shop's currency.

The currency is given, as letters are put into words where the database cannot be asked.
"""

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
from crm.loyalty.in_letters import PointsFacts, TierFacts
from crm.models import Coupon
from crm.timezones import shop_zone, start_of

__all__ = ["NO_COUPON", "NO_REFERRAL", "SAMPLE_CODE", "coupon_words", "points_words", "rewards_named", "tier_words"]

NO_COUPON: dict[str, str] = nothing_known()["coupon"]
NO_REFERRAL: dict[str, str] = nothing_known()["referral"]
_LIQUID = re.compile(r"{{.*?}}|{%.*?%}", re.DOTALL)
_REWARD = re.compile(r"\b(coupon|points|tier|referral|subscription)\s*[.\[]")
# A coupon that ends at midnight is valid until the end of the day before.
_INSTANT = dt.timedelta(microseconds=1)


def rewards_named(text: WrittenText) -> frozenset[str]:
    """Which of "coupon", "points", "tier", "referral", "subscription" a text shows anywhere, even under a condition."""
    sources = [text.subject, text.preheader, *(source for block in text.blocks for source in sources_of(block))]
    parts = (part for source in sources for part in _LIQUID.findall(source))
    named = frozenset(reward for part in parts for reward in _REWARD.findall(part))
    return named.union(*(BLOCK_KINDS[block.kind].rewards for block in text.blocks if block.kind in BLOCK_KINDS))


def coupon_words(coupon: Coupon, language: str, currency: str) -> dict[str, str]:
    """Its last day is one of the shop's days, whatever the time zone of the customer."""
    scope = coupon.product or coupon.category
    return {
        "code": coupon.code,
        "offer": _offer(coupon, language, currency),
        "until": _last_day(coupon.expires_at, language) if coupon.expires_at else "",
        "scope": str(scope or ""),
        "minimum": wording.money(coupon.minimum, currency, language) if coupon.minimum else "",
    }


def points_words(facts: PointsFacts, language: str) -> dict[str, str]:
    ending = facts.expiring
    return {
        "balance": wording.quantity(Decimal(facts.balance), language),
        "expiring": wording.quantity(Decimal(ending.points), language) if ending else "",
        "expiring_on": _last_day(ending.expires_at, language) if ending else "",
        "pending": wording.quantity(Decimal(facts.pending), language) if facts.pending else "",
        "earned": wording.quantity(Decimal(facts.earned), language) if facts.earned else "",
        "earned_on": wording.day(facts.earned_on, shop_zone(), language) if facts.earned_on else "",
    }


def tier_words(facts: TierFacts, language: str, currency: str) -> dict[str, str]:
    """What is missing is money or points, as the shop counts its tiers."""
    missing = ""
    if facts.missing is not None and facts.is_money:
        missing = wording.money(facts.missing, currency, language)
    elif facts.missing is not None:
        missing = _points(int(facts.missing), language)
    return {
        "name": facts.name,
        "rewards": " ".join(facts.rewards),
        "until": wording.day(start_of(facts.last_day), shop_zone(), language) if facts.last_day else "",
        "next": facts.next_name,
        "missing": missing,
    }


def _last_day(expires_at: dt.datetime, language: str) -> str:
    return wording.day(expires_at - _INSTANT, shop_zone(), language)


def _offer(coupon: Coupon, language: str, currency: str) -> str:
    """10 %, 500 ₽, 200 points, free delivery, a gift by its name."""
    if coupon.kind == Coupon.Kind.GIFT:
        return coupon.gift
    if coupon.kind == Coupon.Kind.AMOUNT and coupon.value is not None:
        return wording.money(coupon.value, currency, language)
    return _offer_of_kind(coupon.kind, coupon.value, language)


@lru_cache(maxsize=1024)
def _offer_of_kind(kind: str, value: Decimal | None, language: str) -> str:
    if value is None:
        with translation.override(language):
            return str(Coupon.Kind(kind).label)
    number = wording.quantity(value.normalize(), language)
    if kind == Coupon.Kind.PERCENT:
        return f"{number}\xa0%"
    return _points(int(value), language)


def _points(points: int, language: str) -> str:
    with translation.override(language):
        number = wording.quantity(Decimal(points), language)
        return ngettext("%(number)s point", "%(number)s points", points) % {"number": number}
