"""Rewards and conditions of recommendations, in the language of whoever reads them."""

from __future__ import annotations

from decimal import Decimal

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.figures.wording import money, number
from crm.models import LoyaltySettings, ReferralProgramme, ReferralReward

CountsAt = ReferralProgramme.CountsAt


def recommender_gets(programme: ReferralProgramme, language: str, currency: str = "") -> str:
    """Empty for nothing. Where the database cannot be asked for the shop's currency, it is given."""
    kind, value, gift = programme.recommender_kind, programme.recommender_value, programme.recommender_gift
    return _gets(kind, value, gift, language, currency)


def friend_gets(programme: ReferralProgramme, language: str, currency: str = "") -> str:
    return _gets(programme.friend_kind, programme.friend_value, programme.friend_gift, language, currency)


def counts_when(programme: ReferralProgramme, language: str) -> str:
    """When the reward comes, as a sentence."""
    with translation.override(language):
        if programme.counts_at == CountsAt.PAID:
            return _("The reward comes when your friend has paid for their first order.")
        if programme.counts_at == CountsAt.DELIVERED:
            return _("The reward comes when your friend has their first order.")
        days = LoyaltySettings.load().pending_days
        return ngettext(
            "The reward comes %(days)d day after your friend got their first order.",
            "The reward comes %(days)d days after your friend got their first order.",
            days,
        ) % {"days": days}


def smallest_order(programme: ReferralProgramme, language: str) -> str:
    if not programme.minimum:
        return ""
    with translation.override(language):
        return _("For a first order from %(minimum)s.") % {"minimum": money(programme.minimum)}


def share_words(programme: ReferralProgramme, shop_name: str, language: str) -> str:
    """What a customer may forward as it stands, without the link."""
    if programme.words:
        return programme.words
    gets = friend_gets(programme, language)
    with translation.override(language):
        words = _("I buy at %(shop)s and can recommend it.") % {"shop": shop_name}
        offer = _("With my link you get: %(gift)s.") % {"gift": gets}
    return f"{words} {offer}" if gets else words


def _gets(kind: str, value: Decimal | None, gift: str, language: str, currency: str) -> str:
    with translation.override(language):
        match kind:
            case ReferralReward.POINTS:
                count = int(value or 0)
                return ngettext("%(number)s point", "%(number)s points", count) % {"number": number(count)}
            case ReferralReward.PERCENT:
                return _("%(value)s off") % {"value": f"{number(value, '#,##0.##')}\xa0%"}
            case ReferralReward.AMOUNT:
                return _("%(value)s off") % {"value": money(value, currency)}
            case ReferralReward.FREE_DELIVERY:
                return _("free delivery")
            case ReferralReward.GIFT:
                return gift
    return ""
