"""Friends who sign up by a recommendation: the form they agree to, and what becomes of them once they confirmed."""

from __future__ import annotations

import datetime as dt

from django.utils import translation
from django.utils.translation import gettext as _

from chains.models import SignUp, SignUpForm
from crm.models import Coupon, Referral, Shop
from crm.referrals.codes import owner_of
from crm.referrals.happenings import device_of
from crm.referrals.joining import Arrival, ReferralRefused, join
from crm.referrals.rewards import FRIEND, key_of


def form_for(language: str) -> SignUpForm:
    """One for each language, with staff's own wording once they have changed it; not saved before somebody signs up."""
    key = f"friends-{language}"
    return SignUpForm.objects.filter(key=key).first() or _new_form(key, language)


def _new_form(key: str, language: str) -> SignUpForm:
    with translation.override(language):
        shop = Shop.load().name
        return SignUpForm(
            key=key,
            name=_("Friends who were recommended (%(language)s)") % {"language": language},
            title=_("A friend recommends %(shop)s") % {"shop": shop},
            wording=_("I agree to get letters of %(shop)s with tips and offers. I can stop them in every letter.")
            % {"shop": shop},
            asks_name=True,
            language=language,
        )


def welcome_friend(sign_up: SignUp, at: dt.datetime) -> tuple[Referral | None, str]:
    """Whoever confirmed came by a recommendation, or why not, in words. Done again it changes nothing."""
    recommender = owner_of(sign_up.referral_code) if sign_up.referral_code else None
    if recommender is None or sign_up.customer is None:
        return None, ""
    device = device_of(sign_up.ip or "", sign_up.user_agent)
    try:
        return join(recommender, sign_up.customer, Arrival(Referral.CameBy.FORM, at, device=device)), ""
    except ReferralRefused as refused:
        return None, str(refused)


def welcome_coupon(referral: Referral) -> Coupon | None:
    return Coupon.objects.filter(key=key_of(referral, FRIEND)).first()
