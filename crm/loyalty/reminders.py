"""Points and coupons that are about to expire, recorded as events that chains can start on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import QuerySet, Sum

from crm.events import record_many
from crm.locks import prevent_merging
from crm.loyalty.coupon_conditions import last_day
from crm.models import Coupon, Event, EventKind, PointsEntry

BATCH = 1_000
POINTS_AHEAD = dt.timedelta(days=14)
COUPON_AHEAD = dt.timedelta(days=3)


class ExpiringSoon(NamedTuple):
    points: int
    expires_at: dt.datetime


def next_to_expire(customer_ids: Iterable[int], at: dt.datetime) -> dict[int, ExpiringSoon]:
    """What each of these customers loses next, if that is near: all points that end on the same day of the shop."""
    found: dict[int, ExpiringSoon] = {}
    near = _points_ending(at).filter(customer__in=set(customer_ids)).order_by("customer", "expires_at")
    for customer, expires_at, points in near:
        first = found.setdefault(customer, ExpiringSoon(0, expires_at))
        if last_day(first.expires_at) == last_day(expires_at):
            found[customer] = ExpiringSoon(first.points + points, expires_at)
    return found


def record_expiring(now: dt.datetime) -> int:
    """Record, once, points and coupons whose end is near; returns how many that were."""
    return _record(_points(now)) + _record(_coupons(now))


def _points(now: dt.datetime) -> Iterator[Event]:
    """One event a customer and end, however many gifts come to it."""
    for customer, expires_at, points in _points_ending(now).filter(customer__erased_at=None).iterator():
        yield Event(
            kind=EventKind.POINTS_EXPIRING,
            customer_id=customer,
            occurred_at=now,
            source="crm",
            key=f"points:{customer}:{expires_at.timestamp():.0f}:expiring",
            properties={"points": points, "expires_at": expires_at.isoformat()},
        )


def _points_ending(at: dt.datetime) -> QuerySet[Any, Any]:
    """(customer, end, points) of what ends soon."""
    ending = PointsEntry.objects.filter(unspent__gt=0, expires_at__gt=at, expires_at__lte=at + POINTS_AHEAD)
    return ending.order_by().values_list("customer", "expires_at").annotate(points=Sum("unspent"))


def _coupons(now: dt.datetime) -> Iterator[Event]:
    ending = Coupon.objects.usable(now).filter(
        expires_at__lte=now + COUPON_AHEAD, customer__isnull=False, customer__erased_at=None
    )
    for coupon in ending.iterator():
        yield Event(
            kind=EventKind.COUPON_EXPIRING,
            customer_id=coupon.customer_id or 0,
            occurred_at=now,
            source="crm",
            key=f"coupon:{coupon.pk}:expiring",
            properties={"coupon": coupon.pk, "kind": coupon.kind, "expires_at": str(coupon.expires_at)},
        )


def _record(events: Iterable[Event]) -> int:
    count, waiting = 0, iter(events)
    while batch := list(islice(waiting, BATCH)):
        with transaction.atomic():
            prevent_merging()
            count += len(record_many(batch))
    return count
