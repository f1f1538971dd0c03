"""What customers earn by coming back: points and coupons of their own."""

from crm.loyalty.coupon_conditions import Purchase
from crm.loyalty.coupon_holds import check, held_coupon, hold, release
from crm.loyalty.coupon_term_start import CouponSending, CouponTerm, count_sendings, lock_terms
from crm.loyalty.coupons import CouponDraft, CouponRefused, coupon_of, issue_coupons, redeem, redeem_with_order
from crm.loyalty.points import PointsGift, balances, expire_points, give_points, spend_points
from crm.loyalty.reminders import ExpiringSoon, next_to_expire, record_expiring

__all__ = [
    "CouponDraft",
    "CouponRefused",
    "ExpiringSoon",
    "PointsGift",
    "Purchase",
    "CouponSending",
    "CouponTerm",
    "balances",
    "check",
    "count_sendings",
    "coupon_of",
    "expire_points",
    "give_points",
    "held_coupon",
    "hold",
    "lock_terms",
    "issue_coupons",
    "next_to_expire",
    "redeem",
    "redeem_with_order",
    "release",
    "spend_points",
    "record_expiring",
]
