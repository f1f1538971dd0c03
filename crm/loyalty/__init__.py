"""What customers earn by coming back: points and coupons of their own."""

from crm.loyalty.coupons import CouponDraft, CouponRefused, issue_coupons, redeem, redeem_with_order, start_terms
from crm.loyalty.points import PointsGift, balances, expire_points, give_points, spend_points
from crm.loyalty.reminders import tell_expiring

__all__ = [
    "CouponDraft",
    "CouponRefused",
    "PointsGift",
    "balances",
    "expire_points",
    "give_points",
    "issue_coupons",
    "redeem",
    "redeem_with_order",
    "spend_points",
    "start_terms",
    "tell_expiring",
]
