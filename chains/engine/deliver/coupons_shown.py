"""Coupons and points that a batch of letters shows, read at once, and not at all where no text shows any.

A letter's coupon is the one that the nearest step before it issued to its enrolment; of a letter that was perhaps
sent before, the one it showed then.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from django.db.models import Q

from chains.engine.advance.changes import reward_key
from chains.messages.rewards import NO_COUPON, coupon_words, points_words
from chains.program.program import Program
from crm import loyalty
from crm.loyalty import Sending
from crm.loyalty.coupon_conditions import ends_at, last_day
from crm.models import Coupon, Purpose
from crm.timezones import day_of


class ShowsRewards(Protocol):
    """What of a leased touch decides its rewards."""

    @property
    def pk(self) -> int: ...
    @property
    def customer_id(self) -> int: ...
    @property
    def coupon_id(self) -> int | None: ...
    @property
    def enrolment_id(self) -> int: ...
    @property
    def enrolment__version_id(self) -> int: ...
    @property
    def step_key(self) -> str: ...
    @property
    def purpose(self) -> str: ...


class RewardsShown:
    """Of the customers of one batch. A term that has not begun is fixed with the first letter that shows it."""

    def __init__(self, rows: Sequence[ShowsRewards], programs: Mapping[int, Program], now: dt.datetime) -> None:
        shows = {place: _shows(programs, *place) for place in {_place(row) for row in rows}}
        with_coupon, with_points = (_showing(rows, shows, reward) for reward in ("coupon", "points"))
        self._coupons = _coupons(with_coupon, programs) if with_coupon else {}
        people = {row.customer_id for row in with_points}
        self._balances = loyalty.balances(people, now) if people else {}
        self._endings = loyalty.next_to_expire(people, now) if people else {}

    def refusal(self, row: ShowsRewards, shown: Collection[str], at: dt.datetime) -> dict[str, str]:
        """Why it would offer what cannot be had, as facts; empty where it may go. Service always may."""
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

    def told(self, row: ShowsRewards, language: str, at: dt.datetime) -> dict[str, dict[str, str]]:
        """What the placeholders stand for, in a letter of this language that is about to leave."""
        coupon = self._coupons.get(row.pk)
        if coupon and coupon.sent_at is None:
            coupon.sent_at, coupon.expires_at = at, ends_at(at, coupon.term_days)
        return {
            "coupon": coupon_words(coupon, language) if coupon else NO_COUPON,
            "points": points_words(
                self._balances.get(row.customer_id, 0), self._endings.get(row.customer_id), language
            ),
        }

    def sending(self, row: ShowsRewards, shown: Collection[str]) -> Sending | None:
        """The coupon that the letter just made shows for the first time, and the term it told."""
        coupon = self._coupons.get(row.pk)
        if coupon is None or "coupon" not in shown or row.coupon_id:
            return None
        return Sending(coupon.pk, 1, coupon.sent_at, coupon.expires_at)


def _place(row: ShowsRewards) -> tuple[int, str]:
    return row.enrolment__version_id, row.step_key


def _showing(
    rows: Sequence[ShowsRewards], shows: Mapping[tuple[int, str], Collection[str]], reward: str
) -> list[ShowsRewards]:
    places = {place for place, rewards in shows.items() if reward in rewards}
    return [row for row in rows if _place(row) in places] if places else []


def _shows(programs: Mapping[int, Program], version_id: int, step_key: str) -> frozenset[str]:
    step = programs[version_id].step(step_key)
    return step.shows if step else frozenset()


def _coupons(rows: Sequence[ShowsRewards], programs: Mapping[int, Program]) -> dict[int, Coupon]:
    """The coupon of each touch by its id; letters of one coupon share it, so that they tell one term."""
    keys = {row.pk: _keys(row, programs[row.enrolment__version_id]) for row in rows if not row.coupon_id}
    issued = Q(key__in=[key for theirs in keys.values() for key in theirs])
    told = Q(pk__in=[row.coupon_id for row in rows if row.coupon_id])
    by_id = {one.pk: one for one in Coupon.objects.filter(issued | told).select_related("category", "product")}
    by_key = {coupon.key: coupon for coupon in by_id.values()}
    found = {row.pk: by_id[row.coupon_id] for row in rows if row.coupon_id in by_id}
    for pk, theirs in keys.items():
        if nearest := next((key for key in theirs if key in by_key), None):
            found[pk] = by_key[nearest]
    return found


def _keys(row: ShowsRewards, program: Program) -> list[str]:
    return [reward_key(row.enrolment_id, step) for step in program.coupons_before.get(row.step_key, ())]
