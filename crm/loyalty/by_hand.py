"""What staff give, take and undo: with a reason, once for each form they sent."""

from __future__ import annotations

import datetime as dt

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from crm.loyalty.ledger import spendable
from crm.loyalty.points import (
    PointsGift,
    give_points,
    left_to_refund,
    lock_owner,
    refund_points,
    reverse_points,
)
from crm.models import Customer, PointsEntry

BY_STAFF = "staff:"


def give_by_hand(customer: Customer, points: int, reason: str, *, by: User, at: dt.datetime, token: str) -> None:
    give_points([PointsGift(customer.pk, points, f"{BY_STAFF}{token}", at, reason, by_id=by.pk)])


@transaction.atomic
def take_by_hand(customer: Customer, points: int, reason: str, *, by: User, at: dt.datetime, token: str) -> None:
    """No more than there are: nobody is brought into debt by hand. ValueError in words."""
    owner = lock_owner(customer)
    key = f"{BY_STAFF}{token}"
    if PointsEntry.objects.filter(key=key).exists():
        return
    left = spendable([owner], at)[owner]
    if points > left:
        raise ValueError(
            _("There are only %(balance)s points on the balance, not %(points)s.") % {"balance": left, "points": points}
        )
    reverse_points(customer, points, at=at, key=key, reason=reason, by=by)


def left_to_undo(entry: PointsEntry) -> int:
    """How many points of it are not undone yet; 0 for what follows from orders and rules, which undo themselves."""
    if entry.kind in PointsEntry.WENT and entry.by_id:
        return max(left_to_refund(entry), 0)
    if entry.kind == PointsEntry.Kind.ACCRUAL and entry.key.startswith(BY_STAFF):
        return max(entry.points + sum(line.points for line in entry.undone_by.all()), 0)
    return 0


@transaction.atomic
def undo(entry: PointsEntry, *, by: User, at: dt.datetime) -> None:
    """As if it had not been: given points are taken back, points taken or spent are given back. ValueError in words."""
    lock_owner(entry.customer)
    left = left_to_undo(entry)
    if not left:
        raise ValueError(_("There is nothing to undo: it was undone already, or it follows from an order or a rule."))
    reason = _("undone: %(reason)s") % {"reason": entry.reason}
    key = f"undo:{entry.pk}"
    if entry.points < 0:
        refund_points(entry, left, at=at, key=key, reason=reason, by=by)
        return
    reverse_points(
        entry.customer, left, at=at, key=key, reason=reason, by=by, first=[entry.pk], undoes=entry, order=entry.order
    )
