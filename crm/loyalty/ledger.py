"""The ledger of points as statements. Whoever calls these holds the lock of the customers.

What is spent takes first what expires first. What there is nothing to take from is owed, and the next points pay it:
nobody has both points to spend and a debt.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Q, Sum

from crm.events import record_many
from crm.models import Event, EventKind, PointsEntry, PointsHold

GIVE = """
    INSERT INTO crm_pointsentry
        (customer_id, order_id, kind, points, unspent, owed, taken, reason, key, occurred_at, expires_at,
         is_end_by_settings, by_id, undoes_id)
    SELECT customer, purchase, kind, points, points, 0, '{}', reason, key, occurred_at, expires_at,
           by_settings, by_whom, undone
    FROM unnest(%(customer)s::bigint[], %(order)s::bigint[], %(kind)s::text[], %(points)s::integer[],
                %(reason)s::text[], %(key)s::text[], %(at)s::timestamptz[], %(expires_at)s::timestamptz[],
                %(by_settings)s::boolean[], %(by)s::integer[], %(undoes)s::bigint[])
         AS gift (customer, purchase, kind, points, reason, key, occurred_at, expires_at, by_settings, by_whom, undone)
    ORDER BY key
    ON CONFLICT (key) DO NOTHING
    RETURNING id
"""
# `first` are entries that are taken from before all others: those whose own points come back.
TAKE = """
    UPDATE crm_pointsentry AS entry SET unspent = entry.unspent - taken.points
    FROM (
        SELECT id, least(unspent, %(points)s - before)::integer AS points FROM (
            SELECT id, unspent,
                   sum(unspent) OVER (ORDER BY id = ANY(%(first)s) DESC, expires_at NULLS LAST, id
                                      ROWS UNBOUNDED PRECEDING) - unspent AS before
            FROM crm_pointsentry
            WHERE customer_id = %(customer)s AND unspent > 0 AND (expires_at IS NULL OR expires_at > %(at)s)
        ) AS line WHERE before < %(points)s
    ) AS taken
    WHERE entry.id = taken.id
    RETURNING entry.id, taken.points
"""
SETTLE = """
    WITH lots AS (
        SELECT id, customer_id, unspent,
               sum(unspent) OVER (PARTITION BY customer_id ORDER BY expires_at NULLS LAST, id
                                  ROWS UNBOUNDED PRECEDING) - unspent AS before
        FROM crm_pointsentry
        WHERE customer_id = ANY(%(customers)s) AND unspent > 0 AND (expires_at IS NULL OR expires_at > %(at)s)
    ), debts AS (
        SELECT id, customer_id, owed,
               sum(owed) OVER (PARTITION BY customer_id ORDER BY id ROWS UNBOUNDED PRECEDING) - owed AS before
        FROM crm_pointsentry WHERE customer_id = ANY(%(customers)s) AND owed > 0
    ), paid AS (
        SELECT customer_id, least(max(debts.before + debts.owed), (
            SELECT coalesce(sum(unspent), 0) FROM lots WHERE lots.customer_id = debts.customer_id
        ))::integer AS points FROM debts GROUP BY customer_id
    ), from_lots AS (
        UPDATE crm_pointsentry AS entry SET unspent = entry.unspent - least(lots.unspent, paid.points - lots.before)
        FROM lots JOIN paid USING (customer_id) WHERE entry.id = lots.id AND lots.before < paid.points
    )
    UPDATE crm_pointsentry AS entry SET owed = entry.owed - least(debts.owed, paid.points - debts.before)
    FROM debts JOIN paid USING (customer_id) WHERE entry.id = debts.id AND debts.before < paid.points
"""


@dataclass(frozen=True)
class Gift:
    """A line of points that come."""

    customer_id: int
    points: int
    key: str
    at: dt.datetime
    kind: str = PointsEntry.Kind.ACCRUAL
    reason: str = ""
    expires_at: dt.datetime | None = None
    is_end_by_settings: bool = False
    order_id: int | None = None
    by_id: int | None = None
    undoes_id: int | None = None


def write_gifts(gifts: Sequence[Gift]) -> int:
    """Add lines that are new by their key, pay debts with them, and record what changed; how many were new."""
    if not gifts:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(GIVE, _columns(gifts))
        new = [pk for (pk,) in cursor.fetchall()]
    at = max(gift.at for gift in gifts)
    if new:
        settle({gift.customer_id for gift in gifts}, at)
    return record_changes(new, at)


def _columns(gifts: Sequence[Gift]) -> dict[str, list[Any]]:
    return {
        "customer": [gift.customer_id for gift in gifts],
        "order": [gift.order_id for gift in gifts],
        "kind": [str(gift.kind) for gift in gifts],
        "points": [gift.points for gift in gifts],
        "reason": [gift.reason[:200] for gift in gifts],
        "key": [gift.key for gift in gifts],
        "at": [gift.at for gift in gifts],
        "expires_at": [gift.expires_at for gift in gifts],
        "by_settings": [gift.is_end_by_settings for gift in gifts],
        "by": [gift.by_id for gift in gifts],
        "undoes": [gift.undoes_id for gift in gifts],
    }


def take(customer_id: int, points: int, at: dt.datetime, first: Collection[int] = ()) -> dict[int, int]:
    """Take as many as there are, and return how many came from which entry."""
    with connection.cursor() as cursor:
        cursor.execute(TAKE, {"customer": customer_id, "points": points, "at": at, "first": list(first)})
        return dict(cursor.fetchall())


def settle(customer_ids: Collection[int], at: dt.datetime) -> None:
    """Pay what these customers owe with what they have."""
    with connection.cursor() as cursor:
        cursor.execute(SETTLE, {"customers": sorted(customer_ids), "at": at})


def write_taking(entry: PointsEntry, at: dt.datetime, first: Collection[int] = ()) -> PointsEntry:
    """Save a line of points that go; what there is nothing to take from is owed."""
    taken = take(entry.customer_id, -entry.points, at, first)
    entry.taken = {str(pk): points for pk, points in taken.items()}
    entry.owed = -entry.points - sum(taken.values())
    entry.save(force_insert=True)
    record_changes([entry.pk], at)
    return entry


def balances(customer_ids: Iterable[int], at: dt.datetime) -> dict[int, int]:
    """What each of these has at this moment, less than nothing for whoever owes points."""
    ids = set(customer_ids)
    is_good = Q(expires_at=None) | Q(expires_at__gt=at)
    open_lines = PointsEntry.objects.filter(Q(unspent__gt=0) | Q(owed__gt=0), customer__in=ids).order_by()
    sums = open_lines.values("customer").annotate(left=Sum("unspent", filter=is_good), debt=Sum("owed"))
    return dict.fromkeys(ids, 0) | {
        customer: (left or 0) - debt for customer, left, debt in sums.values_list("customer", "left", "debt")
    }


def spendable(customer_ids: Iterable[int], at: dt.datetime, beside: str = "") -> dict[int, int]:
    """What each of these may spend: the balance, less what tills hold for sales other than `beside`."""
    found = balances(customer_ids, at)
    holds = PointsHold.objects.active(at).filter(customer__in=found).exclude(sale=beside)
    for customer, points in (
        holds.order_by().values("customer").annotate(sum=Sum("points")).values_list("customer", "sum")
    ):
        found[customer] -= points
    return {customer: max(points, 0) for customer, points in found.items()}


def record_changes(entry_ids: Collection[int], at: dt.datetime) -> int:
    entries = list(PointsEntry.objects.filter(pk__in=entry_ids))
    left = balances({entry.customer_id for entry in entries}, at)
    record_many(
        Event(
            kind=EventKind.POINTS_CHANGED,
            customer_id=entry.customer_id,
            order_id=entry.order_id,
            occurred_at=entry.occurred_at,
            source="crm",
            key=f"points:{entry.pk}",
            properties={"kind": entry.kind, "points": entry.points, "balance": left[entry.customer_id]},
        )
        for entry in entries
    )
    return len(entries)
