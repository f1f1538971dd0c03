"""Points: given, spent, taken back, given back. Every verb is idempotent by key and locks its customers until the
transaction ends.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from crm.locks import lock_all_current
from crm.loyalty.ledger import Gift, spendable, write_gifts, write_taking
from crm.loyalty.point_ends import usual_end
from crm.models import Customer, Order, PointsEntry
from crm.models.loyalty_rules import MOST_POINTS

# What was spent and comes back too late to be spent again stays good for so long.
LAST_CHANCE = dt.timedelta(days=30)


@dataclass(frozen=True)
class PointsGift:
    """Points for one customer; `key` tells this gift from every other. Without an end they end as the settings say."""

    customer_id: int
    points: int
    key: str
    at: dt.datetime
    reason: str = ""
    expires_at: dt.datetime | None = None
    order_id: int | None = None
    by_id: int | None = None


@transaction.atomic
def give_points(gifts: Sequence[PointsGift]) -> int:
    """Give points to many customers in a constant number of queries; returns how many gifts were new.

    Who was merged gets them as the customer who was kept; who was erased gets none.
    """
    for gift in gifts:
        check_points(gift.points)
    current = lock_all_current(gift.customer_id for gift in gifts)
    rows = {gift.key: gift for gift in gifts if gift.customer_id in current}.values()
    end = usual_end() if any(gift.expires_at is None for gift in rows) else None
    return write_gifts([_line(gift, current[gift.customer_id], end) for gift in rows])


def _line(gift: PointsGift, owner: int, end: Any) -> Gift:
    is_usual = gift.expires_at is None and end is not None
    return Gift(
        customer_id=owner,
        points=gift.points,
        key=gift.key,
        at=gift.at,
        reason=gift.reason,
        expires_at=end(gift.at) if is_usual else gift.expires_at,
        is_end_by_settings=is_usual,
        order_id=gift.order_id,
        by_id=gift.by_id,
    )


@transaction.atomic
def spend_points(
    customer: Customer,
    points: int,
    *,
    at: dt.datetime,
    key: str,
    reason: str = "",
    order: Order | None = None,
    by: User | None = None,
    sale: str = "",
) -> PointsEntry:
    """Take points off the balance, once by key. ValueError in words when there are not enough.

    What tills hold for other sales than `sale` cannot be spent.
    """
    check_points(points)
    owner = lock_owner(customer)
    known = PointsEntry.objects.filter(key=key).first()
    if known:
        return known
    left = spendable([owner], at, beside=sale)[owner]
    if points > left:
        raise ValueError(
            _("There are only %(balance)s points on the balance, not %(points)s.") % {"balance": left, "points": points}
        )
    return write_taking(_going(owner, points, PointsEntry.Kind.SPENDING, at, key, reason, order, by), at)


@transaction.atomic
def reverse_points(
    customer: Customer,
    points: int,
    *,
    at: dt.datetime,
    key: str,
    reason: str = "",
    order: Order | None = None,
    by: User | None = None,
    first: Collection[int] = (),
    undoes: PointsEntry | None = None,
) -> PointsEntry:
    """Take back points that were not due after all, once by key; those spent already are owed.

    The entries named `first` are taken from before all others.
    """
    check_points(points)
    owner = lock_owner(customer)
    known = PointsEntry.objects.filter(key=key).first()
    if known:
        return known
    entry = _going(owner, points, PointsEntry.Kind.REVERSAL, at, key, reason, order, by)
    entry.undoes = undoes
    return write_taking(entry, at, first)


@transaction.atomic
def refund_points(
    spent: PointsEntry, points: int, *, at: dt.datetime, key: str, reason: str = "", by: User | None = None
) -> int:
    """Give back of what was spent, once by key: each point with the end that it had, or a last chance to spend it.

    ValueError in words when more is asked for than is left of it.
    """
    check_points(points)
    owner = lock_owner(spent.customer)
    if spent.undone_by.filter(key__startswith=f"{key}:back:").exists():
        return 0
    left = left_to_refund(spent)
    if points > left:
        raise ValueError(_("Of these points only %(left)s are left to give back.") % {"left": left})
    lots = _lots_of(spent, skipped=-spent.points - left, wanted=points)
    ends = PointsEntry.objects.in_bulk([pk for pk, _points in lots if pk])
    return write_gifts(
        [
            Gift(
                customer_id=owner,
                points=some,
                key=f"{key}:back:{pk}",
                at=at,
                kind=PointsEntry.Kind.REFUND,
                reason=reason or spent.reason,
                order_id=spent.order_id,
                by_id=by.pk if by else None,
                undoes_id=spent.pk,
                **_end_again(ends.get(pk), at),
            )
            for pk, some in lots
        ]
    )


def left_to_refund(spent: PointsEntry) -> int:
    """How many of these points were not given back yet. Taken again after that, they may be given back again."""
    return -spent.points - sum(line.points for line in spent.undone_by.all())


def _lots_of(spent: PointsEntry, skipped: int, wanted: int) -> list[tuple[int, int]]:
    """(entry, points) to give back; entry 0 for points that were owed."""
    lots = sorted((int(pk), points) for pk, points in spent.taken.items())
    rest = -spent.points - sum(points for _pk, points in lots)
    chosen: list[tuple[int, int]] = []
    for pk, points in [*lots, (0, rest)]:
        passed = min(skipped, points)
        some = min(points - passed, wanted)
        skipped, wanted = skipped - passed, wanted - some
        if some:
            chosen.append((pk, some))
    return chosen


def _end_again(lot: PointsEntry | None, at: dt.datetime) -> dict[str, Any]:
    if lot is None or lot.expires_at is None:
        return {}
    if lot.expires_at >= at + LAST_CHANCE:
        return {"expires_at": lot.expires_at, "is_end_by_settings": lot.is_end_by_settings}
    return {"expires_at": max(lot.expires_at, at + LAST_CHANCE)}


def lock_owner(customer: Customer) -> int:
    """Whoever stands for this customer now, locked; ValueError in words for who was erased."""
    current = lock_all_current([customer.pk])
    if customer.pk not in current:
        raise ValueError(_("This customer's data was erased."))
    return current[customer.pk]


def _going(
    owner: int,
    points: int,
    kind: str,
    at: dt.datetime,
    key: str,
    reason: str,
    order: Order | None,
    by: User | None,
) -> PointsEntry:
    return PointsEntry(
        customer_id=owner,
        order=order,
        kind=kind,
        points=-points,
        reason=reason[:200],
        key=key,
        occurred_at=at,
        by=by,
    )


def check_points(points: int) -> None:
    if not 0 < points <= MOST_POINTS:
        raise ValueError(_("Points must be a whole number from 1 to %(most)s.") % {"most": MOST_POINTS})
