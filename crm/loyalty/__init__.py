"""What customers earn by coming back: points and coupons of their own."""

from crm.loyalty.coupon_conditions import Purchase
from crm.loyalty.coupon_holds import check, held_coupon, hold, release
from crm.loyalty.coupon_term_start import CouponSending, CouponTerm, count_sendings, lock_terms
from crm.loyalty.coupons import CouponDraft, CouponRefused, coupon_of, issue_coupons, redeem, redeem_with_order
from crm.loyalty.earning import earn
from crm.loyalty.expiry import expire_points
from crm.loyalty.ledger import balances, settle, spendable
from crm.loyalty.merging import merge_loyalty
from crm.loyalty.order_points import approve_due, follow_changed, follow_order, order_came, spend_with_order
from crm.loyalty.points import PointsGift, give_points, refund_points, reverse_points, spend_points
from crm.loyalty.reminders import ExpiringSoon, next_to_expire, record_expiring
from crm.loyalty.tiers import keep_tier, review_tiers

__all__ = [
    "CouponDraft",
    "CouponRefused",
    "ExpiringSoon",
    "PointsGift",
    "Purchase",
    "CouponSending",
    "CouponTerm",
    "approve_due",
    "balances",
    "check",
    "count_sendings",
    "coupon_of",
    "earn",
    "expire_points",
    "follow_changed",
    "follow_order",
    "give_points",
    "held_coupon",
    "hold",
    "keep_tier",
    "lock_terms",
    "issue_coupons",
    "merge_loyalty",
    "next_to_expire",
    "order_came",
    "redeem",
    "redeem_with_order",
    "refund_points",
    "release",
    "reverse_points",
    "review_tiers",
    "settle",
    "spend_points",
    "spend_with_order",
    "spendable",
    "record_expiring",
]
