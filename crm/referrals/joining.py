"""Somebody comes by a recommendation. It is recorded once, or refused for a reason that both stories tell.

Who brought whom is said by one at a time (`lock_referrals`), so that no circle closes while another looks for it.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db import connection, transaction
from django.utils.translation import gettext as _

from crm.events import record_many
from crm.locks import lock_all_current, lock_referrals
from crm.models import Customer, Event, EventKind, Order, Referral, ReferralProgramme
from crm.referrals.likeness import has_ordered, is_one_person
from crm.referrals.rewards import welcome

SOURCE = "referral"
# Everybody through whom the recommender came, however many there are.
ABOVE = """
    WITH RECURSIVE above AS (
        SELECT %(recommender)s::bigint AS id
        UNION
        SELECT referral.recommender_id FROM crm_referral AS referral JOIN above ON referral.friend_id = above.id
        WHERE referral.status <> 'void'
    )
    SELECT EXISTS (SELECT FROM above WHERE id = %(friend)s)
"""


class ReferralRefused(ValueError):
    """Why a recommendation does not count, in words; `why` tells the reasons apart."""

    def __init__(self, why: str, words: str) -> None:
        super().__init__(words)
        self.why = why


@dataclass(frozen=True)
class Arrival:
    """How a friend came. `device` is a digest of network and browser, where they are known."""

    came_by: str
    at: dt.datetime
    device: str = ""
    order: Order | None = None
    noted_by: User | None = None


def join(recommender: Customer, friend: Customer, arrival: Arrival) -> Referral:
    """Record that one brought the other; ReferralRefused says why not, and both stories tell it.

    Told again of the same two it changes nothing. A welcome is given at once, where the programme has one.
    """
    try:
        return _join(recommender, friend, arrival)
    except ReferralRefused as refused:
        _note_refusal(recommender, friend, arrival, refused.why)
        raise


@transaction.atomic
def _join(recommender: Customer, friend: Customer, arrival: Arrival) -> Referral:
    lock_referrals()
    current = lock_all_current([recommender.pk, friend.pk])
    if recommender.pk not in current or friend.pk not in current:
        raise ReferralRefused("erased", _("One of them was erased: the code works no longer."))
    recommender = Customer.objects.get(pk=current[recommender.pk])
    friend = Customer.objects.get(pk=current[friend.pk])
    known = Referral.objects.live().filter(friend=friend).first()
    if known and known.recommender_id == recommender.pk:
        return known
    _check(recommender, friend, arrival, known)
    referral = Referral.objects.create(
        recommender=recommender,
        friend=friend,
        came_by=arrival.came_by,
        joined_at=arrival.at,
        device=arrival.device,
        noted_by=arrival.noted_by,
    )
    if not friend.source:
        Customer.objects.filter(pk=friend.pk).update(source=SOURCE)
    record_many(_news(referral, friend))
    welcome(referral, ReferralProgramme.load(), arrival.at)
    return referral


def _check(recommender: Customer, friend: Customer, arrival: Arrival, known: Referral | None) -> None:
    if is_one_person(recommender, friend):
        raise ReferralRefused("self", _("Both are one person: nobody recommends the shop to themselves."))
    if has_ordered(friend, before=arrival.order.placed_at if arrival.order else None):
        raise ReferralRefused("known", _("They are a customer already: they had ordered before."))
    if known:
        raise ReferralRefused("taken", _("Somebody else recommended the shop to them before."))
    if _closes_a_circle(recommender, friend):
        raise ReferralRefused("circle", _("They brought who recommends them: a circle does not count."))


def _closes_a_circle(recommender: Customer, friend: Customer) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(ABOVE, {"recommender": recommender.pk, "friend": friend.pk})
        return bool(cursor.fetchone()[0])


def _news(referral: Referral, friend: Customer) -> list[Event]:
    told = {"referral": referral.pk, "came_by": referral.came_by}
    return [
        Event(kind=kind, customer_id=whose, occurred_at=referral.joined_at, source="crm", key=key, properties=told)
        for kind, whose, key in (
            (EventKind.REFERRAL_JOINED, referral.recommender_id, f"referral:{referral.pk}:joined"),
            (EventKind.REFERRAL_CAME, friend.pk, f"referral:{referral.pk}:came"),
        )
    ]


def _note_refusal(recommender: Customer, friend: Customer, arrival: Arrival, why: str) -> None:
    """Once for these two and each reason. To oneself it is told once."""
    key = f"referral:{recommender.pk}:{friend.pk}:refused:{why}"
    record_many(
        Event(
            kind=EventKind.REFERRAL_REFUSED,
            customer_id=pk,
            occurred_at=arrival.at,
            source="crm",
            key=f"{key}:{pk}",
            properties={"why": why},
        )
        for pk in sorted({recommender.pk, friend.pk})
    )
