"""Coupons in words."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from enum import StrEnum

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.loyalty.coupon_conditions import last_day
from crm.models import Coupon
from crm.models.loyalty import CouponTerms
from crm.shop_currency import shop_currency
from crm.timezones import day_of


def in_short(coupon: CouponTerms) -> str:
    """What it gives and for what: 10 % off, only Kettles, from 50."""
    parts = [_offer(coupon)]
    if scope := coupon.product or coupon.category:
        parts.append(_("only %(scope)s") % {"scope": scope})
    if coupon.minimum:
        parts.append(_("from %(minimum)s") % {"minimum": _plain(coupon.minimum)})
    if coupon.is_for_first_order:
        parts.append(_("for a first order"))
    if coupon.is_alone:
        parts.append(_("not together with points"))
    return ", ".join(parts)


class CouponState(StrEnum):
    USED = "used"
    OVER = "over"
    RUNNING = "running"
    UNSENT = "unsent"
    ENDLESS = "endless"


def coupon_state(coupon: Coupon, at: dt.datetime) -> tuple[CouponState, str]:
    """What it is worth at this moment, in words: good until March 17, 2026."""
    if coupon.redeemed_at:
        return CouponState.USED, _("used on %(day)s") % {"day": date_format(day_of(coupon.redeemed_at))}
    if coupon.expires_at:
        words = {"day": date_format(last_day(coupon.expires_at))}
        if coupon.expires_at <= at:
            return CouponState.OVER, _("ended on %(day)s") % words
        return CouponState.RUNNING, _("good until %(day)s") % words
    if coupon.term_days and not coupon.sent_at:
        return CouponState.UNSENT, ngettext(
            "good for %(days)s day once its message is sent",
            "good for %(days)s days once its message is sent",
            coupon.term_days,
        ) % {"days": coupon.term_days}
    return CouponState.ENDLESS, _("good without end")


def _offer(coupon: CouponTerms) -> str:
    if coupon.kind == Coupon.Kind.GIFT:
        return _("gift: %(gift)s") % {"gift": coupon.gift}
    if coupon.value is None:
        return coupon.get_kind_display()
    value = _plain(coupon.value)
    if coupon.kind == Coupon.Kind.PERCENT:
        return _("%(value)s %% off") % {"value": value}
    if coupon.kind == Coupon.Kind.POINTS:
        return _("%(value)s points") % {"value": value}
    return _("%(value)s %(currency)s off") % {"value": value, "currency": shop_currency()}


def _plain(value: Decimal) -> str:
    """Without decimals where there are none."""
    return number_format(value, 0 if value == value.to_integral_value() else 2, force_grouping=True)
