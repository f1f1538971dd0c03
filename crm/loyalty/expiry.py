"""Points that reached their end. What is pending is in no balance yet, and never ends."""

from __future__ import annotations

import datetime as dt

from django.db import connection, transaction
from django.db.models import Exists, OuterRef

from crm.locks import lock_all_current
from crm.loyalty.ledger import record_changes
from crm.models import PointsEntry, PointsHold

BATCH = 1_000
EXPIRE = """
    WITH stale AS (
        SELECT id, customer_id, unspent, expires_at FROM crm_pointsentry AS entry
        WHERE customer_id = ANY(%(customers)s) AND unspent > 0 AND expires_at <= %(now)s
    ), emptied AS (
        UPDATE crm_pointsentry AS entry SET unspent = 0 FROM stale WHERE entry.id = stale.id
    )
    INSERT INTO crm_pointsentry (customer_id, kind, points, unspent, reason, key, occurred_at)
    SELECT customer_id, 'expiry', -unspent, 0, '', 'expiry:' || id, expires_at FROM stale ORDER BY id
    ON CONFLICT (key) DO NOTHING
    RETURNING id
"""


def expire_points(now: dt.datetime) -> int:
    """Write off what has reached its end, a batch of customers at a time; returns how many accruals that were.

    What a till holds is kept for its sale.
    """
    done = 0
    while stale := _with_stale_points(now):
        with transaction.atomic():
            customers = sorted(set(lock_all_current(stale).values()))
            with connection.cursor() as cursor:
                cursor.execute(EXPIRE, {"customers": customers, "now": now})
                done += record_changes([pk for (pk,) in cursor.fetchall()], now)
    return done


def _with_stale_points(now: dt.datetime) -> list[int]:
    stale = PointsEntry.objects.filter(unspent__gt=0, expires_at__lte=now, customer__erased_at=None)
    held = PointsHold.objects.active(now).filter(customer=OuterRef("customer"))
    return list(stale.filter(~Exists(held)).order_by("customer").values_list("customer", flat=True).distinct()[:BATCH])
