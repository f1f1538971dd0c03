"""Points, tiers and coupons of the demo shop: its rules, and what its orders came to by them, night after night."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

from django.contrib.auth.models import User
from django.utils.translation import gettext as _

from config.demo.past import BATCH
from crm.events import as_history
from crm.loyalty import tiers
from crm.loyalty.coupon_batches import fill_batch
from crm.loyalty.coupons import redeem
from crm.loyalty.earning_terms import Terms, paid_for_goods, points_for
from crm.loyalty.expiry import expire_points
from crm.loyalty.order_points import approve_due
from crm.models import Coupon, CouponBatch, Earning, EarningRule, LoyaltySettings, Order, Tier, TierReward

BEGAN_BEFORE = dt.timedelta(days=400)
DAY, WEEK = dt.timedelta(days=1), dt.timedelta(days=7)
PRINTED, BROUGHT = 200, 12
Reward = TierReward.Kind


def set_up_loyalty(now: dt.datetime) -> EarningRule:
    """A point for each unit of money, worth a twentieth of it, good for a year; three tiers. Of orders: the rule."""
    begun = now - BEGAN_BEFORE
    settings = LoyaltySettings.load()
    settings.point_value, settings.most_percent = Decimal("0.05"), 30
    settings.expiry, settings.expiry_months, settings.expiry_since = LoyaltySettings.Expiry.AGE, 12, begun
    settings.save()
    rules = {"starts_on": begun.date(), "made_at": begun}
    of_orders = EarningRule.objects.create(name=_("For your order"), **rules)
    EarningRule.objects.create(
        name=_("For your rating"), occasion=EarningRule.Occasion.RATING, way=EarningRule.Way.FIXED, points=20, **rules
    )
    _add_tier(_("Regular"), 300, "1", (Reward.DELIVERY, _("Delivery is free from 50.")))
    _add_tier(_("Friend of the house"), 900, "1.25", (Reward.WARRANTY, _("A year of warranty more.")))
    _add_tier(_("Connoisseur"), 2000, "1.5", (Reward.SET_UP, _("Set-up at home, free of charge.")))
    return of_orders


def _add_tier(name: str, threshold: int, times: str, reward: tuple[str, str]) -> None:
    tier = Tier.objects.create(name=name, threshold=threshold, times=Decimal(times))
    kind, words = reward
    TierReward.objects.create(tier=tier, kind=kind, words=words)


def live_through_past(rule: EarningRule, *, until: dt.datetime) -> None:
    """What orders earned is put on balances, and ends, in the weeks in which it did; tiers follow month by month."""
    begun = until - BEGAN_BEFORE
    orders = Order.objects.filter(placed_at__gte=begun, cancelled_at=None).prefetch_related("lines").order_by("pk")
    Earning.objects.bulk_create([one for order in orders if (one := _earned(order, rule)).points], BATCH)
    with as_history():
        for week in range(BEGAN_BEFORE // WEEK + 1):
            night = begun + week * WEEK
            approve_due(night)
            expire_points(night)
            if week % 4 == 0:
                tiers.review_tiers(night)
        approve_due(until)
        tiers.review_tiers(until)
    # Whoever got there before was served then.
    TierReward.objects.filter(kind=Reward.SET_UP).update(opens_task=True)


def _earned(order: Order, rule: EarningRule) -> Earning:
    """By what is kept of it."""
    lines = list(order.lines.all())
    terms = Terms(rule.name, rule.way, rule.points, str(rule.per), {str(line.product_id): "1" for line in lines})
    return Earning(
        customer_id=order.customer_id,
        order=order,
        rule=rule,
        terms=terms.kept(),
        points=points_for(terms, paid_for_goods(order, lines)),
        earned_at=order.placed_at,
        key=f"rule:{rule.pk}:order:{order.pk}",
    )


def print_coupons(now: dt.datetime, by: User) -> None:
    """Cards that lay in parcels, of which some came back, and one code for everybody."""
    printed = CouponBatch.objects.create(
        name=_("Cards in parcels"),
        kind=Coupon.Kind.PERCENT,
        value=10,
        most=PRINTED,
        made_at=now - 60 * DAY,
        made_by=by,
        expires_at=now + 120 * DAY,
    )
    fill_batch(printed)
    CouponBatch.objects.create(
        name=_("Spring, for readers of our letters"),
        code="SPRING26",
        kind=Coupon.Kind.FREE_DELIVERY,
        most=500,
        made_at=now,
        made_by=by,
        expires_at=now + 30 * DAY,
    )
    with as_history():
        for code, order in zip(_codes(printed), _discounted(now), strict=False):
            redeem(code, order=order, at=order.placed_at)


def _codes(batch: CouponBatch) -> Sequence[str]:
    return list(batch.coupons.order_by("pk").values_list("code", flat=True)[:BROUGHT])


def _discounted(now: dt.datetime) -> Sequence[Order]:
    """Of those whose discount a tenth of the goods explains."""
    orders = Order.objects.counted().filter(discount__gt=0, placed_at__gt=now - 60 * DAY)
    return list(orders.select_related("customer").order_by("-placed_at")[:BROUGHT])
