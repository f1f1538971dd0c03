"""What letters say of points and tiers, for a whole batch at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Sum

from crm.loyalty.coupon_conditions import last_day
from crm.loyalty.ledger import balances
from crm.loyalty.order_points import pending_points
from crm.loyalty.reminders import ExpiringSoon, next_to_expire
from crm.loyalty.tiers import sums_of_year
from crm.models import CustomerTier, Earning, LoyaltySettings, Order, Tier

CENT = Decimal("0.01")


@dataclass(frozen=True)
class PointsFacts:
    """`earned` is by the order of the letter; `earned_on` when it comes, once that is known."""

    balance: int = 0
    pending: int = 0
    expiring: ExpiringSoon | None = None
    earned: int = 0
    earned_on: dt.datetime | None = None


@dataclass(frozen=True)
class TierFacts:
    """`missing` is what the next tier asks for beyond what there is, in money or in points."""

    name: str = ""
    rewards: tuple[str, ...] = ()
    last_day: dt.date | None = None
    next_name: str = ""
    missing: Decimal | None = None
    is_money: bool = True


# A customer, and the order that their letter is about.
About = tuple[int, int | None]


def points_facts(about: Collection[About], at: dt.datetime) -> dict[About, PointsFacts]:
    customers = {customer for customer, _order in about}
    orders = {order for _customer, order in about if order}
    left, ending, pending = balances(customers, at), next_to_expire(customers, at), pending_points(customers)
    earned = _earned(orders) if orders else {}
    delivered = _delivered(set(earned)) if earned else {}
    wait = dt.timedelta(days=LoyaltySettings.load().pending_days) if delivered else dt.timedelta()
    return {
        (customer, order): PointsFacts(
            balance=left[customer],
            pending=pending[customer],
            expiring=ending.get(customer),
            earned=earned.get(order or 0, 0),
            earned_on=delivered[order] + wait if order in delivered else None,
        )
        for customer, order in about
    }


def tier_facts(customers: Collection[int], at: dt.datetime) -> dict[int, TierFacts]:
    tiers = list(Tier.objects.prefetch_related("rewards").order_by("threshold"))
    if not tiers:
        return {}
    standings = {one.customer_id: one for one in CustomerTier.objects.filter(customer__in=customers)}
    reached = sums_of_year(at, customers)
    is_money = LoyaltySettings.load().tier_basis == LoyaltySettings.TierBasis.MONEY
    return {
        customer: _of_tier(standings.get(customer), reached.get(customer, Decimal(0)), tiers, is_money)
        for customer in customers
    }


def _of_tier(standing: CustomerTier | None, reached: Decimal, tiers: list[Tier], is_money: bool) -> TierFacts:
    here = next((tier for tier in tiers if standing and tier.pk == standing.tier_id), None)
    floor = max(reached, here.threshold if here else Decimal(-1))
    following = next((tier for tier in tiers if tier.threshold > floor), None)
    return TierFacts(
        name=here.name if here else "",
        rewards=tuple(reward.words for reward in here.rewards.all()) if here else (),
        last_day=last_day(standing.ends_at) if standing and standing.ends_at else None,
        next_name=following.name if following else "",
        missing=(following.threshold - reached).quantize(CENT) if following else None,
        is_money=is_money,
    )


def _earned(orders: Collection[int]) -> dict[int, int]:
    """By order, whether it came already or is to come."""
    earned = Earning.objects.filter(order__in=orders, points__gt=0).order_by().values("order")
    return dict(earned.annotate(sum=Sum("points")).values_list("order", "sum"))


def _delivered(orders: Collection[int]) -> dict[int | None, dt.datetime]:
    known = Order.objects.filter(pk__in=orders).values_list("pk", "delivered_at")
    return {pk: delivered_at for pk, delivered_at in known if delivered_at}
