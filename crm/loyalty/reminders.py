"""What is about to be lost, told as events that chains can start on."""

from __future__ import annotations

import datetime as dt
from itertools import islice
from typing import TYPE_CHECKING

from django.db.models import Sum

from crm.events import record_many
from crm.models import Coupon, Event, EventKind, PointsEntry

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

BATCH = 1_000
POINTS_AHEAD = dt.timedelta(days=14)
COUPON_AHEAD = dt.timedelta(days=3)


def tell_expiring(now: dt.datetime) -> int:
    """Record, once, points and coupons whose end is near; returns how many that were."""
    return _record(_points(now)) + _record(_coupons(now))


def _points(now: dt.datetime) -> Iterator[Event]:
    """One event a customer and end, however many gifts come to it."""
    ending = PointsEntry.objects.filter(unspent__gt=0, expires_at__gt=now, expires_at__lte=now + POINTS_AHEAD)
    sums = ending.filter(customer__erased_at=None).order_by().values_list("customer", "expires_at")
    for customer, expires_at, points in sums.annotate(points=Sum("unspent")).iterator():
        yield Event(
            kind=EventKind.POINTS_EXPIRING,
            customer_id=customer,
            occurred_at=now,
            source="crm",
            key=f"points:{customer}:{expires_at.timestamp():.0f}:expiring",
            properties={"points": points, "expires_at": expires_at.isoformat()},
        )


def _coupons(now: dt.datetime) -> Iterator[Event]:
    ending = Coupon.objects.usable(now).filter(expires_at__lte=now + COUPON_AHEAD, customer__erased_at=None)
    for coupon in ending.iterator():
        yield Event(
            kind=EventKind.COUPON_EXPIRING,
            customer_id=coupon.customer_id,
            occurred_at=now,
            source="crm",
            key=f"coupon:{coupon.pk}:expiring",
            properties={"coupon": coupon.pk, "kind": coupon.kind, "expires_at": str(coupon.expires_at)},
        )


def _record(events: Iterable[Event]) -> int:
    told, waiting = 0, iter(events)
    while batch := list(islice(waiting, BATCH)):
        told += len(record_many(batch))
    return told
