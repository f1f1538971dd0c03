"""What a customer's page, a card or an agent shows of points, tier and coupons."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from crm.loyalty.coupon_conditions import last_day
from crm.loyalty.coupon_wording import coupon_state, in_short
from crm.loyalty.ledger import balances, spendable
from crm.loyalty.order_points import pending_points
from crm.loyalty.tiers import sums_of_year
from crm.models import Customer, CustomerTier, PointsEntry, Tier

CENT = Decimal("0.01")


@dataclass(frozen=True)
class ShownCoupon:
    code: str
    offer: str
    standing: str


@dataclass(frozen=True)
class ShownTier:
    name: str
    rewards: tuple[str, ...]
    last_day: dt.date | None
    """The last day in it, for whoever was told that they will lose it."""
    is_kept: bool = False


@dataclass(frozen=True)
class LoyaltyShown:
    """`balance` is below nothing for whoever owes points; `pending` comes when orders can no longer be returned."""

    balance: int
    spendable: int
    pending: int
    tier: ShownTier | None
    next_tier: str
    missing: Decimal | None
    """What is missing to the next tier, in money or points as tiers count."""
    expiring: int
    expiring_on: dt.date | None
    coupons: tuple[ShownCoupon, ...]


def loyalty_for_customer(customer: Customer, now: dt.datetime) -> LoyaltyShown | None:
    """None where there is nothing to show: no points, no coupons, and no tiers in this shop."""
    pk = customer.pk
    tiers = list(Tier.objects.prefetch_related("rewards").order_by("threshold"))
    coupons = _coupons(customer, now)
    pending = pending_points({pk})[pk]
    has_points = pending or PointsEntry.objects.filter(customer=pk).exists()
    if not (tiers or coupons or has_points):
        return None
    standing = CustomerTier.objects.filter(customer=pk).first() if tiers else None
    following, missing = _next(pk, standing, tiers, now)
    expiring, expiring_on = _ending(pk, now) if has_points else (0, None)
    return LoyaltyShown(
        balance=balances([pk], now)[pk] if has_points else 0,
        spendable=spendable([pk], now)[pk] if has_points else 0,
        pending=pending,
        tier=_tier(standing, tiers),
        next_tier=following.name if following else "",
        missing=missing,
        expiring=expiring,
        expiring_on=expiring_on,
        coupons=coupons,
    )


def _tier(standing: CustomerTier | None, tiers: list[Tier]) -> ShownTier | None:
    tier = next((one for one in tiers if standing and one.pk == standing.tier_id), None)
    if standing is None or tier is None:
        return None
    ends_on = last_day(standing.ends_at) if standing.ends_at else None
    return ShownTier(tier.name, tuple(reward.words for reward in tier.rewards.all()), ends_on, standing.is_kept)


def _next(
    customer_id: int, standing: CustomerTier | None, tiers: list[Tier], now: dt.datetime
) -> tuple[Tier | None, Decimal | None]:
    if not tiers:
        return None, None
    reached = sums_of_year(now, [customer_id]).get(customer_id, Decimal(0))
    here = next((tier.threshold for tier in tiers if standing and tier.pk == standing.tier_id), Decimal(-1))
    following = next((tier for tier in tiers if tier.threshold > max(reached, here)), None)
    return following, (following.threshold - reached).quantize(CENT) if following else None


def _ending(customer_id: int, now: dt.datetime) -> tuple[int, dt.date | None]:
    """All that ends on the day that comes first, however far it is."""
    left = PointsEntry.objects.unspent(now).filter(customer=customer_id, expires_at__isnull=False)
    rows = left.order_by("expires_at").values_list("expires_at", "unspent")
    days = [(last_day(ends), points) for ends, points in rows]
    return (sum(points for day, points in days if day == days[0][0]), days[0][0]) if days else (0, None)


def _coupons(customer: Customer, now: dt.datetime) -> tuple[ShownCoupon, ...]:
    usable = customer.coupons.usable(now).select_related("category", "product", "batch").order_by("expires_at", "pk")
    return tuple(ShownCoupon(one.shown_code, in_short(one), coupon_state(one, now)[1]) for one in usable)
