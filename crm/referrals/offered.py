"""What letters say of recommendations, for a whole batch of customers at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from crm.models import ReferralProgramme
from crm.referrals.codes import codes_of, link_of
from crm.referrals.wording import friend_gets, recommender_gets
from crm.shop_currency import shop_currency


@dataclass(frozen=True)
class ReferralOffer:
    code: str
    programme: ReferralProgramme
    currency: str

    def words(self, language: str) -> dict[str, str]:
        return {
            "code": self.code,
            "url": link_of(self.code),
            "recommender_gets": recommender_gets(self.programme, language, self.currency),
            "friend_gets": friend_gets(self.programme, language, self.currency),
        }


def referral_offers(customer_ids: Collection[int], now: dt.datetime) -> dict[int, ReferralOffer]:
    """By customer; none while the programme is off. Codes are made for those who have none yet."""
    programme = ReferralProgramme.load()
    codes = codes_of(customer_ids, now) if programme.is_on and customer_ids else {}
    currency = shop_currency() if codes else ""
    return {pk: ReferralOffer(code, programme, currency) for pk, code in codes.items()}
