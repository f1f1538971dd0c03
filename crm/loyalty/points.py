"""Points: given, spent, expired. Every verb is idempotent by key and locks its customers until the transaction ends.

Spending takes first what expires first.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import connection, transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from crm.events import record_many
from crm.locks import lock_all_current
from crm.models import Customer, Event, EventKind, Order, PointsEntry

BATCH = 1_000
MOST = 10_000_000

GIVE = """
    INSERT INTO crm_pointsentry (customer_id, order_id, kind, points, unspent, reason, key, occurred_at, expires_at)
    SELECT customer, purchase, 'accrual', points, points, reason, key, occurred_at, expires_at
    FROM unnest(%(customer)s::bigint[], %(order)s::bigint[], %(points)s::integer[], %(reason)s::text[],
                %(key)s::text[], %(at)s::timestamptz[], %(expires_at)s::timestamptz[])
         AS gift (customer, purchase, points, reason, key, occurred_at, expires_at)
    ORDER BY key
    ON CONFLICT (key) DO NOTHING
    RETURNING id
"""
TAKE = """
    UPDATE crm_pointsentry AS entry SET unspent = entry.unspent - taken.points
    FROM (
        SELECT id, least(unspent, %(points)s - before) AS points FROM (
            SELECT id, unspent,
                   sum(unspent) OVER (ORDER BY expires_at NULLS LAST, id ROWS UNBOUNDED PRECEDING) - unspent AS before
            FROM crm_pointsentry
            WHERE customer_id = %(customer)s AND unspent > 0 AND (expires_at IS NULL OR expires_at > %(at)s)
        ) AS line WHERE before < %(points)s
    ) AS taken
    WHERE entry.id = taken.id
"""
EXPIRE = """
    WITH stale AS (
        SELECT id, customer_id, unspent, expires_at FROM crm_pointsentry
        WHERE customer_id = ANY(%(customers)s) AND unspent > 0 AND expires_at <= %(now)s
    ), emptied AS (
        UPDATE crm_pointsentry AS entry SET unspent = 0 FROM stale WHERE entry.id = stale.id
    )
    INSERT INTO crm_pointsentry (customer_id, kind, points, unspent, reason, key, occurred_at)
    SELECT customer_id, 'expiry', -unspent, 0, '', 'expiry:' || id, expires_at FROM stale ORDER BY id
    ON CONFLICT (key) DO NOTHING
    RETURNING id
"""


@dataclass(frozen=True)
class PointsGift:
    """Points for one customer; `key` tells this gift from every other."""

    customer_id: int
    points: int
    key: str
    at: dt.datetime
    reason: str = ""
    expires_at: dt.datetime | None = None
    order_id: int | None = None


@transaction.atomic
def give_points(gifts: Sequence[PointsGift]) -> int:
    """Give points to many customers in a constant number of queries; returns how many gifts were new.

    Who was merged gets them as the customer who was kept; who was erased gets none.
    """
    for gift in gifts:
        _check(gift.points)
    current = lock_all_current(gift.customer_id for gift in gifts)
    rows = list({gift.key: gift for gift in gifts if gift.customer_id in current}.values())
    if not rows:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(
            GIVE,
            {
                "customer": [current[row.customer_id] for row in rows],
                "order": [row.order_id for row in rows],
                "points": [row.points for row in rows],
                "reason": [row.reason[:200] for row in rows],
                "key": [row.key for row in rows],
                "at": [row.at for row in rows],
                "expires_at": [row.expires_at for row in rows],
            },
        )
        return _record_changes([pk for (pk,) in cursor.fetchall()], max(row.at for row in rows))


@transaction.atomic
def spend_points(
    customer: Customer, points: int, *, at: dt.datetime, key: str, reason: str = "", order: Order | None = None
) -> PointsEntry:
    """Take points off the balance, once by key. ValueError in words when there are not enough."""
    _check(points)
    current = lock_all_current([customer.pk])
    if customer.pk not in current:
        raise ValueError(_("This customer's data was erased."))
    owner = current[customer.pk]
    known = PointsEntry.objects.filter(key=key).first()
    if known:
        return known
    balance = balances([owner], at)[owner]
    if points > balance:
        raise ValueError(
            _("There are only %(balance)s points on the balance, not %(points)s.")
            % {"balance": balance, "points": points}
        )
    with connection.cursor() as cursor:
        cursor.execute(TAKE, {"customer": owner, "points": points, "at": at})
    entry = PointsEntry.objects.create(
        customer_id=owner,
        order=order,
        kind=PointsEntry.Kind.SPENDING,
        points=-points,
        reason=reason,
        key=key,
        occurred_at=at,
    )
    _record_changes([entry.pk], at)
    return entry


def expire_points(now: dt.datetime) -> int:
    """Write off what has reached its end, a batch of customers at a time; returns how many accruals that were."""
    done = 0
    while stale := _with_stale_points(now):
        with transaction.atomic():
            customers = sorted(set(lock_all_current(stale).values()))
            with connection.cursor() as cursor:
                cursor.execute(EXPIRE, {"customers": customers, "now": now})
                done += _record_changes([pk for (pk,) in cursor.fetchall()], now)
    return done


def balances(customer_ids: Iterable[int], at: dt.datetime) -> dict[int, int]:
    """What each of these may spend at this moment."""
    ids = set(customer_ids)
    left = PointsEntry.objects.filter(customer__in=ids).unspent(at).order_by().values("customer")
    return dict.fromkeys(ids, 0) | dict(left.annotate(sum=Sum("unspent")).values_list("customer", "sum"))


def _with_stale_points(now: dt.datetime) -> list[int]:
    stale = PointsEntry.objects.filter(unspent__gt=0, expires_at__lte=now, customer__erased_at=None)
    return list(stale.order_by("customer").values_list("customer", flat=True).distinct()[:BATCH])


def _record_changes(entry_ids: list[int], at: dt.datetime) -> int:
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


def _check(points: int) -> None:
    if not 0 < points <= MOST:
        raise ValueError(_("Points must be a whole number from 1 to %(most)s.") % {"most": MOST})
