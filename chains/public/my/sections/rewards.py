from __future__ import annotations

import datetime as dt
from typing import Any

from crm.loyalty import balances, next_to_expire
from crm.loyalty.coupon_conditions import last_day
from crm.loyalty.coupon_wording import coupon_state, in_short
from crm.models import Customer


def read(customer: Customer, now: dt.datetime) -> dict[str, Any] | None:
    """The balance with what of it ends first, and the coupons that can be used."""
    balance = balances([customer.pk], now)[customer.pk]
    usable = customer.coupons.usable(now).select_related("category", "product").order_by("expires_at", "pk")
    coupons = [
        {"code": coupon.code, "offer": in_short(coupon), "standing": coupon_state(coupon, now)[1]} for coupon in usable
    ]
    if not balance and not coupons:
        return None
    ending = next_to_expire([customer.pk], now).get(customer.pk)
    return {
        "balance": balance,
        "ending": ending.points if ending else 0,
        "last_day": last_day(ending.expires_at) if ending else None,
        "coupons": coupons,
    }
