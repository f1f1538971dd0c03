"""How subscriptions fare: how many run, what they are worth a month, and why those that ended did."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Case, Count, DecimalField, F, Q, Sum, Value, When
from django.db.models.functions import Cast

from crm.models import Subscription
from crm.subscriptions.rhythm import DAYS_A_MONTH

LOOKED_BACK = dt.timedelta(days=90)
NOBODY_LEFT = (Subscription.StopReason.MERGED, Subscription.StopReason.ERASED)


@dataclass(frozen=True, slots=True)
class SubscriptionFigures:
    """`monthly` is what active ones come to in a month at the prices of today, in the shop's currency.

    `stopped` counts the last ninety days, and `reasons` says why, the most frequent first.
    """

    active: int
    paused: int
    monthly: Decimal
    stopped: int
    reasons: list[tuple[str, int]]


def figures_now(now: dt.datetime) -> SubscriptionFigures:
    """In two queries. Whoever was merged or erased did not leave."""
    whole = DecimalField(max_digits=20, decimal_places=6)
    days = Case(
        When(unit=Subscription.Unit.MONTH, then=Value(Decimal(1))),
        default=Value(Decimal(str(DAYS_A_MONTH))),
        output_field=whole,
    )
    a_month = days / Cast("every", whole)
    live = Subscription.objects.live().aggregate(
        active=Count("pk", filter=Q(paused_at=None)),
        paused=Count("pk", filter=Q(paused_at__isnull=False)),
        monthly=Sum(F("product__price") * F("quantity") * a_month, filter=Q(paused_at=None), output_field=whole),
    )
    ended = Subscription.objects.filter(stopped_at__gte=now - LOOKED_BACK).exclude(stop_reason__in=NOBODY_LEFT)
    counts = list(ended.values_list("stop_reason").annotate(count=Count("pk")).order_by("-count", "stop_reason"))
    return SubscriptionFigures(
        active=live["active"],
        paused=live["paused"],
        monthly=(live["monthly"] or Decimal()).quantize(Decimal("0.01")),
        stopped=sum(count for _reason, count in counts),
        reasons=[(str(Subscription.StopReason(reason).label), count) for reason, count in counts],
    )
