"""A person looks at what is doubtful: until then nobody is rewarded, however long it takes."""

from __future__ import annotations

import datetime as dt

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from crm.models import Customer, Order, Referral, ReferralProgramme
from crm.referrals.first_orders import take_order
from crm.referrals.joining import Arrival, join
from crm.referrals.likeness import same_people
from crm.referrals.verdicts import locked, void


@transaction.atomic
def approve(referral: Referral, *, by: User, at: dt.datetime) -> Referral:
    """It is as it should be: it is rewarded when its order counts. ValueError when there is nothing to decide."""
    referral = locked(referral)
    if referral.status != Referral.Status.REVIEW:
        raise ValueError(_("There is nothing to decide about this recommendation any more."))
    referral.status, referral.reviewed_by, referral.reviewed_at = Referral.Status.HELD, by, at
    referral.save(update_fields=["status", "reviewed_by", "reviewed_at"])
    return referral


@transaction.atomic
def refuse(referral: Referral, *, by: User, at: dt.datetime) -> Referral:
    """It does not count, whether or not it was doubtful. ValueError once it is decided."""
    referral = locked(referral)
    if referral.status not in {Referral.Status.JOINED, Referral.Status.HELD, Referral.Status.REVIEW}:
        raise ValueError(_("This recommendation is decided already."))
    referral.reviewed_by, referral.reviewed_at = by, at
    void(referral, Referral.Why.REFUSED, at)
    return referral


def note_recommender(friend: Customer, recommender: Customer, *, by: User, at: dt.datetime) -> Referral:
    """A colleague was told who brought this customer. Their only order, when it is a young one, is what it counts for.

    ReferralRefused says in words why it cannot be.
    """
    programme = ReferralProgramme.load()
    order = _only_order(friend, programme, at)
    referral = join(recommender, friend, Arrival(Referral.CameBy.STAFF, at, order=order, noted_by=by))
    if order and programme.is_on:
        take_order(referral, order, programme, at)
    referral.refresh_from_db()
    return referral


def _only_order(friend: Customer, programme: ReferralProgramme, at: dt.datetime) -> Order | None:
    orders = Order.objects.counted().filter(customer__in=same_people(friend))
    found = list(orders.order_by("placed_at")[:2])
    is_young = len(found) == 1 and found[0].placed_at > at - dt.timedelta(days=programme.window_days)
    return found[0] if is_young and found[0].customer_id == friend.pk else None
