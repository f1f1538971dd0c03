"""What a customer's page, a card or an agent shows of points, tier and coupons."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Exists, OuterRef, Q, Subquery, Sum

from crm.figures.wording import money
from crm.loyalty.coupon_conditions import last_day
from crm.loyalty.coupon_wording import coupon_state, in_short
from crm.loyalty.rule_wording import points_in_words
from crm.loyalty.tiers import sums_of_year
from crm.models import Customer, CustomerTier, Earning, LoyaltySettings, PointsEntry, PointsHold, Tier

CENT = Decimal("0.01")
# Left, owed, and the end.
Line = tuple[int, int, dt.datetime | None]


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
    missing: str
    """What is missing to the next tier in words, as money or points: whichever tiers count."""
    expiring: int
    expiring_on: dt.date | None
    coupons: tuple[ShownCoupon, ...]


def loyalty_for_customer(customer: Customer, now: dt.datetime) -> LoyaltyShown | None:
    """None where there is nothing to show: no points, no coupons, and no tiers in this shop."""
    pk = customer.pk
    pending, held, has_tiers = _sums(pk, now)
    tiers = list(Tier.objects.prefetch_related("rewards").order_by("threshold")) if has_tiers else []
    coupons = _coupons(customer, now)
    lines = _open_lines(pk)
    if not (tiers or coupons or pending or lines):
        return None
    standing = CustomerTier.objects.filter(customer=pk).first() if tiers else None
    next_tier, missing = _next(pk, standing, tiers, now)
    balance = sum(left for left, _owed, ends in lines if ends is None or ends > now)
    balance -= sum(owed for _left, owed, _ends in lines)
    expiring, expiring_on = _ending(lines, now)
    return LoyaltyShown(
        balance=balance,
        spendable=max(balance - held, 0),
        pending=pending,
        tier=_tier(standing, tiers),
        next_tier=next_tier,
        missing=missing,
        expiring=expiring,
        expiring_on=expiring_on,
        coupons=coupons,
    )


def _open_lines(customer_id: int) -> list[Line]:
    """What is left of points that came, what is owed of those that went, and when the first end."""
    lines = PointsEntry.objects.filter(Q(unspent__gt=0) | Q(owed__gt=0), customer=customer_id)
    return list(lines.values_list("unspent", "owed", "expires_at"))


def _sums(customer_id: int, now: dt.datetime) -> tuple[int, int, bool]:
    """What is to come, what tills hold, and whether the shop has tiers, in one query."""
    mine = {"customer": OuterRef("pk")}
    sums = {
        name: Subquery(rows.filter(**mine).order_by().values("customer").values(sum=Sum("points")))
        for name, rows in (("coming", Earning.objects.pending()), ("held", PointsHold.objects.active(now)))
    }
    found = Customer.objects.filter(pk=customer_id).annotate(**sums, has_tiers=Exists(Tier.objects.all()))
    coming, held, has_tiers = found.values_list("coming", "held", "has_tiers").get()
    return coming or 0, held or 0, has_tiers


def _tier(standing: CustomerTier | None, tiers: list[Tier]) -> ShownTier | None:
    tier = next((one for one in tiers if standing and one.pk == standing.tier_id), None)
    if standing is None or tier is None:
        return None
    ends_on = last_day(standing.ends_at) if standing.ends_at else None
    return ShownTier(tier.name, tuple(reward.words for reward in tier.rewards.all()), ends_on, standing.is_kept)


def _next(customer_id: int, standing: CustomerTier | None, tiers: list[Tier], now: dt.datetime) -> tuple[str, str]:
    """Its name, and how far it is."""
    if not tiers:
        return "", ""
    reached = sums_of_year(now, [customer_id]).get(customer_id, Decimal(0))
    here = next((tier.threshold for tier in tiers if standing and tier.pk == standing.tier_id), Decimal(-1))
    following = next((tier for tier in tiers if tier.threshold > max(reached, here)), None)
    if following is None:
        return "", ""
    missing = (following.threshold - reached).quantize(CENT)
    is_money = LoyaltySettings.load().tier_basis == LoyaltySettings.TierBasis.MONEY
    return following.name, money(missing) if is_money else points_in_words(int(missing))


def _ending(lines: Sequence[Line], now: dt.datetime) -> tuple[int, dt.date | None]:
    """All that ends on the day that comes first, however far it is."""
    ends = [(last_day(ends), left) for left, _owed, ends in lines if ends is not None and ends > now]
    first = min((day for day, _left in ends), default=None)
    return sum(left for day, left in ends if day == first), first


def _coupons(customer: Customer, now: dt.datetime) -> tuple[ShownCoupon, ...]:
    usable = customer.coupons.usable(now).select_related("category", "product", "batch").order_by("expires_at", "pk")
    return tuple(ShownCoupon(one.shown_code, in_short(one), coupon_state(one, now)[1]) for one in usable)
