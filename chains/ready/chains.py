"""The chains Encore brings, ready to switch on, in the order in which they are offered."""

from __future__ import annotations

from chains.ready.after_purchase import ACCESSORY_ADVICE, ONBOARDING, REVIEW_REQUEST, VIP_CARD
from chains.ready.again import OWN_PACE, REPLENISHMENT, WARRANTY, WIN_BACK_6, WIN_BACK_12
from chains.ready.jobs import JOB_ACCEPTANCE, JOB_REPORT, JOB_STATUS, JOB_WELCOME
from chains.ready.occasions import ANNIVERSARY, BIRTHDAY, SEASON
from chains.ready.orders import ANY_GOODS, LARGE_APPLIANCE, SERVICE, SMALL_APPLIANCE, TRIP
from chains.ready.trust import (
    CARE_AFTER_COMPLAINT,
    REFERRAL_COMPLAINT,
    REFERRAL_PRAISE,
    REFERRAL_REPEAT,
    REFERRAL_RESULT,
)

READY_CHAINS = (
    SMALL_APPLIANCE,
    LARGE_APPLIANCE,
    ANY_GOODS,
    SERVICE,
    TRIP,
    JOB_WELCOME,
    JOB_STATUS,
    JOB_ACCEPTANCE,
    JOB_REPORT,
    ONBOARDING,
    REVIEW_REQUEST,
    ACCESSORY_ADVICE,
    REPLENISHMENT,
    OWN_PACE,
    WARRANTY,
    WIN_BACK_6,
    WIN_BACK_12,
    BIRTHDAY,
    ANNIVERSARY,
    SEASON,
    VIP_CARD,
    CARE_AFTER_COMPLAINT,
    REFERRAL_PRAISE,
    REFERRAL_REPEAT,
    REFERRAL_RESULT,
    REFERRAL_COMPLAINT,
)
