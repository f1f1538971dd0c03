"""Coupons in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from crm.models import Coupon

if TYPE_CHECKING:
    from decimal import Decimal


def in_short(coupon: Coupon) -> str:
    """What it gives and for what: 10 % off, only Kettles, from 50."""
    parts = [_offer(coupon)]
    if scope := coupon.product or coupon.category:
        parts.append(_("only %(scope)s") % {"scope": scope})
    if coupon.minimum:
        parts.append(_("from %(minimum)s") % {"minimum": _plain(coupon.minimum)})
    return ", ".join(parts)


def _offer(coupon: Coupon) -> str:
    if coupon.kind == Coupon.Kind.GIFT:
        return _("gift: %(gift)s") % {"gift": coupon.gift}
    if coupon.value is None:
        return coupon.get_kind_display()
    value = _plain(coupon.value)
    if coupon.kind == Coupon.Kind.PERCENT:
        return _("%(value)s %% off") % {"value": value}
    if coupon.kind == Coupon.Kind.POINTS:
        return _("%(value)s points") % {"value": value}
    return _("%(value)s %(currency)s off") % {"value": value, "currency": settings.CURRENCY}


def _plain(value: Decimal) -> str:
    """Without decimals where there are none."""
    return number_format(value, 0 if value == value.to_integral_value() else 2, force_grouping=True)
