"""What the shop owes its customers in points: how many, what they are worth, and when they would be lost."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Q, Sum
from django.db.models.functions import TruncMonth

from crm.models import Earning, LoyaltySettings, PointsEntry
from crm.timezones import shop_zone


@dataclass(frozen=True)
class Ending:
    month: dt.date | None
    """None: without an end."""
    points: int
    value: Decimal | None


@dataclass(frozen=True)
class Liability:
    """`value` is None where the settings do not say what a point is worth."""

    approved: int
    pending: int
    owed: int
    value: Decimal | None
    pending_value: Decimal | None
    given: int
    spent: int
    expired: int
    ending: tuple[Ending, ...]

    @property
    def breakage(self) -> Decimal | None:
        """The share, in percent, of what ended by now, one way or the other, that expired unused."""
        ended = self.spent + self.expired
        return Decimal(100 * self.expired) / ended if ended else None


def liability(now: dt.datetime) -> Liability:
    """As of this moment, in three queries."""
    worth = LoyaltySettings.load().point_value
    sums = PointsEntry.objects.aggregate(
        approved=Sum("unspent", filter=Q(expires_at=None) | Q(expires_at__gt=now)),
        owed=Sum("owed"),
        given=Sum("points", filter=Q(kind=PointsEntry.Kind.ACCRUAL)),
        gone=Sum("points", filter=Q(kind__in=[PointsEntry.Kind.SPENDING, PointsEntry.Kind.REFUND])),
        expired=Sum("points", filter=Q(kind=PointsEntry.Kind.EXPIRY)),
    )
    found = {name: value or 0 for name, value in sums.items()}
    pending = Earning.objects.pending().aggregate(sum=Sum("points"))["sum"] or 0
    return Liability(
        approved=found["approved"],
        pending=pending,
        owed=found["owed"],
        value=None if worth is None else found["approved"] * worth,
        pending_value=None if worth is None else pending * worth,
        given=found["given"],
        spent=-found["gone"],
        expired=-found["expired"],
        ending=_ending(now, worth),
    )


def _ending(now: dt.datetime, worth: Decimal | None) -> tuple[Ending, ...]:
    """By the month in which they would end if nobody spent them."""
    left = PointsEntry.objects.unspent(now).order_by()
    months = left.annotate(month=TruncMonth("expires_at", tzinfo=shop_zone())).values("month")
    rows = sorted(
        months.annotate(sum=Sum("unspent")).values_list("month", "sum"),
        key=lambda row: (row[0] is None, row[0]),
    )
    return tuple(
        Ending(month.date() if month else None, points, None if worth is None else points * worth)
        for month, points in rows
    )
