"""Coupons, points, tiers, recommendations and subscriptions that a batch of letters shows: read at once, if any does.

A letter shows the coupon that the nearest step before it issued to its enrolment; one that was perhaps sent before
shows the same as then.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from django.db.models import Q

from chains.engine.advance.changes import reward_key
from chains.engine.moments import by_moment
from chains.messages.rewards import NO_COUPON, NO_REFERRAL, coupon_words, points_words, tier_words
from chains.messages.subscription_words import coming_next, subscription_words
from chains.program.program import Program
from crm.loyalty import CouponSending
from crm.loyalty.coupon_conditions import ends_at, last_day
from crm.loyalty.in_letters import About, PointsFacts, TierFacts, points_facts, tier_facts
from crm.models import Coupon, Purpose
from crm.referrals.offered import referral_offers
from crm.shop_currency import shop_currency
from crm.timezones import day_of


class RewardedTouch(Protocol):
    """What of a leased touch decides its rewards."""

    @property
    def pk(self) -> int: ...
    @property
    def customer_id(self) -> int: ...
    @property
    def order_id(self) -> int | None: ...
    @property
    def coupon_id(self) -> int | None: ...
    @property
    def enrolment_id(self) -> int: ...
    @property
    def enrolment__version_id(self) -> int: ...
    @property
    def step_key(self) -> str: ...
    @property
    def variant(self) -> str: ...
    @property
    def purpose(self) -> str: ...


class RewardsShown:
    """Read for one batch. The first letter that shows a coupon fixes its term."""

    def __init__(self, rows: Sequence[RewardedTouch], programs: Mapping[int, Program], now: dt.datetime) -> None:
        shows = {step: _shows(programs, *step) for step in {_step(row) for row in rows}}
        with_coupon, with_points, with_tier = (_showing(rows, shows, one) for one in ("coupon", "points", "tier"))
        self._coupons = _coupons(with_coupon, programs) if with_coupon else {}
        self._points: dict[About, PointsFacts] = {}
        recommending = {row.customer_id for row in _showing(rows, shows, "referral")}
        self._referrals = referral_offers(recommending, now) if recommending else {}
        subscribed = {row.customer_id for row in _showing(rows, shows, "subscription")}
        self._coming = coming_next(subscribed) if subscribed else {}
        for at, some in by_moment(with_points, now):
            self._points |= points_facts({(row.customer_id, row.order_id) for row in some}, at)
        self._tiers: dict[int, TierFacts] = {}
        for at, some in by_moment(with_tier, now):
            self._tiers |= tier_facts({row.customer_id for row in some}, at)
        self._currency = shop_currency() if any(shows.values()) else ""

    def refusal(self, row: RewardedTouch, shown: Collection[str], at: dt.datetime) -> dict[str, str]:
        """The facts of why marketing would offer what cannot be had; empty where the letter may go."""
        if "coupon" not in shown or row.purpose != Purpose.MARKETING:
            return {}
        coupon = self._coupons.get(row.pk)
        if coupon is None:
            return {"coupon": ""}
        if coupon.redeemed_at:
            return {"coupon": coupon.code, "used_on": day_of(coupon.redeemed_at).isoformat()}
        if coupon.expires_at and coupon.expires_at <= at:
            return {"coupon": coupon.code, "ended_on": last_day(coupon.expires_at).isoformat()}
        return {}

    def words(self, row: RewardedTouch, language: str, at: dt.datetime) -> dict[str, dict[str, str]]:
        """What the placeholders become, in a letter of this language that is about to leave."""
        coupon = self._coupons.get(row.pk)
        if coupon and coupon.sent_at is None:
            coupon.sent_at, coupon.expires_at = at, ends_at(at, coupon.term_days)
        offer = self._referrals.get(row.customer_id)
        return {
            "referral": offer.words(language) if offer else NO_REFERRAL,
            "coupon": coupon_words(coupon, language, self._currency) if coupon else NO_COUPON,
            "points": points_words(self._points.get((row.customer_id, row.order_id), PointsFacts()), language),
            "tier": tier_words(self._tiers.get(row.customer_id, TierFacts()), language, self._currency),
            "subscription": subscription_words(self._coming.get(row.customer_id, ()), language, self._currency),
        }

    def sending(self, row: RewardedTouch, shown: Collection[str]) -> CouponSending | None:
        """The coupon that the letter just rendered shows for the first time, with the term it names."""
        coupon = self._coupons.get(row.pk)
        if coupon is None or "coupon" not in shown or row.coupon_id:
            return None
        return CouponSending(coupon.pk, 1, coupon.sent_at, coupon.expires_at)


def _step(row: RewardedTouch) -> tuple[int, str, str]:
    return row.enrolment__version_id, row.step_key, row.variant


def _showing(
    rows: Sequence[RewardedTouch], shows: Mapping[tuple[int, str, str], Collection[str]], reward: str
) -> list[RewardedTouch]:
    steps = {step for step, rewards in shows.items() if reward in rewards}
    return [row for row in rows if _step(row) in steps] if steps else []


def _shows(programs: Mapping[int, Program], version_id: int, step_key: str, variant: str) -> frozenset[str]:
    step = programs[version_id].step(step_key)
    return step.as_variant(variant).shows if step else frozenset()


def _coupons(rows: Sequence[RewardedTouch], programs: Mapping[int, Program]) -> dict[int, Coupon]:
    """By touch. Letters of one coupon share the object, so that they name one term."""
    keys_of = {row.pk: _keys(row, programs[row.enrolment__version_id]) for row in rows if not row.coupon_id}
    issued = Q(key__in=[key for keys in keys_of.values() for key in keys])
    shown_before = Q(pk__in=[row.coupon_id for row in rows if row.coupon_id])
    coupons = Coupon.objects.filter(issued | shown_before).select_related("category", "product")
    by_id = {coupon.pk: coupon for coupon in coupons}
    by_key = {coupon.key: coupon for coupon in by_id.values()}
    found = {row.pk: by_id[row.coupon_id] for row in rows if row.coupon_id in by_id}
    for pk, keys in keys_of.items():
        if nearest := next((key for key in keys if key in by_key), None):
            found[pk] = by_key[nearest]
    return found


def _keys(row: RewardedTouch, program: Program) -> list[str]:
    return [reward_key(row.enrolment_id, step) for step in program.coupons_before.get(row.step_key, ())]
