"""What recommendations brought: by who recommended, and all together. A person is a source like any other.

Friends count on the day they came, and with them all that came of it since; asking, forwarding and looking on their
own day. What was given is counted in points, and in money as far as coupons of recommendations were used.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Q, Sum

from crm.models import Coupon, Customer, Event, EventKind, PointsEntry, Referral
from crm.referrals.asking import times_asked

ORDERED = ("held", "review", "rewarded")
NOTHING = Decimal(0)
MOST = 200


@dataclass(frozen=True)
class ReferralFigures:
    asked: int = 0
    forwarded: int = 0
    visited: int = 0
    joined: int = 0
    ordered: int = 0
    revenue: Decimal = NOTHING
    points: int = 0
    discounts: Decimal = NOTHING

    @property
    def conversion(self) -> Decimal | None:
        """Of those who looked or came, how many ordered."""
        looked = max(self.visited, self.joined)
        return Decimal(self.ordered) / looked if looked else None

    def __add__(self, other: ReferralFigures) -> ReferralFigures:
        names = self.__dataclass_fields__
        return ReferralFigures(**{name: getattr(self, name) + getattr(other, name) for name in names})


@dataclass(frozen=True)
class Recommender:
    customer: Customer
    figures: ReferralFigures


def recommenders(start: dt.datetime, end: dt.datetime) -> list[Recommender]:
    """Everybody with whom something happened between the two moments, those who brought most first."""
    found = _counted(start, end)
    best = sorted(found, key=lambda pk: (-found[pk].ordered, -found[pk].joined, -found[pk].visited, pk))[:MOST]
    asked = times_asked(best, start, end)
    people = Customer.objects.in_bulk(best)
    return [Recommender(people[pk], replace(found[pk], asked=asked[pk])) for pk in best if pk in people]


def total(start: dt.datetime, end: dt.datetime) -> ReferralFigures:
    """Of the whole shop, without how often it asked."""
    return sum(_counted(start, end).values(), ReferralFigures())


def _counted(start: dt.datetime, end: dt.datetime) -> dict[int, ReferralFigures]:
    counts: defaultdict[int, dict[str, Any]] = defaultdict(dict)
    for rows in (_on_the_way(start, end), _came(start, end), _given(start, end)):
        for row in rows:
            pk = row.pop("whose")
            counts[pk] |= {name: value or 0 for name, value in row.items()}
    return {pk: ReferralFigures(**row) for pk, row in counts.items()}


def _on_the_way(start: dt.datetime, end: dt.datetime) -> Iterable[Any]:
    kinds = (EventKind.REFERRAL_FORWARDED, EventKind.REFERRAL_VISITED)
    events = Event.objects.filter(kind__in=kinds, occurred_at__gte=start, occurred_at__lt=end)
    return (
        events.order_by()
        .values(whose=F("customer"))
        .annotate(
            forwarded=Count("pk", filter=Q(kind=EventKind.REFERRAL_FORWARDED)),
            visited=Count("pk", filter=Q(kind=EventKind.REFERRAL_VISITED)),
        )
    )


def _came(start: dt.datetime, end: dt.datetime) -> Iterable[Any]:
    ordered = Q(status__in=ORDERED)
    kept = (F("order__total") - F("order__refunded")) * F("order__rate")
    return (
        Referral.objects.filter(joined_at__gte=start, joined_at__lt=end)
        .order_by()
        .values(whose=F("recommender"))
        .annotate(joined=Count("pk"), ordered=Count("pk", filter=ordered), revenue=Sum(kept, filter=ordered))
    )


def _given(start: dt.datetime, end: dt.datetime) -> list[dict[str, Any]]:
    """Rewards name their recommendation by their key: to both, counted with who recommended."""
    came = Referral.objects.filter(joined_at__gte=start, joined_at__lt=end, rewarded_at__isnull=False)
    whose = dict(came.values_list("pk", "recommender"))
    keys = {f"referral:{pk}:{role}": owner for pk, owner in whose.items() for role in ("recommender", "friend")}
    found: defaultdict[int, dict[str, Any]] = defaultdict(lambda: {"points": 0, "discounts": NOTHING})
    for key, points in PointsEntry.objects.filter(key__in=keys).values_list("key", "points"):
        found[keys[key]]["points"] += points
    for key, discount in _discounts(keys):
        found[keys[key]]["discounts"] += discount
    return [{"whose": pk, **given} for pk, given in found.items()]


def _discounts(keys: Collection[str]) -> Iterable[tuple[str, Decimal]]:
    used = Coupon.objects.filter(key__in=keys, order__isnull=False, order__cancelled_at=None)
    return used.values_list("key", F("order__discount") * F("order__rate"))
