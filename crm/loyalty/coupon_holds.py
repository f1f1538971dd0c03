"""Coupons at a till: asked about, held for a sale whose order comes later, and given back when nothing came of it.

Every verb may be called again and then changes nothing. Locks are taken in the order customer, coupon.
"""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from crm.events import record_many
from crm.locks import lock_all_current
from crm.loyalty.coupon_conditions import Purchase, is_held_for
from crm.loyalty.coupon_limits import coupon_named, lock_coupon, why_not
from crm.loyalty.coupons import CouponRefused, coupon_event
from crm.loyalty.ledger import spendable
from crm.loyalty.points import spend_points
from crm.models import Coupon, EventKind

LONGEST_NUMBER = 100


def check(code: str, purchase: Purchase, at: dt.datetime) -> tuple[Coupon, str]:
    """The coupon, and why it does not go with this purchase, in words; empty when it does."""
    coupon = coupon_named(code, purchase)
    if coupon is None:
        raise _unknown(code)
    return coupon, why_not(coupon, purchase, at)


@transaction.atomic
def hold(code: str, purchase: Purchase, *, at: dt.datetime, until: dt.datetime) -> Coupon:
    """Keep it for this sale alone until then; the order of that number redeems it."""
    coupon = _locked(code, purchase)
    if is_held_for(coupon, purchase.number, at):
        return coupon
    if reason := why_not(coupon, purchase, at):
        raise CouponRefused(reason)
    coupon.held_for, coupon.held_until = purchase.number[:LONGEST_NUMBER], until
    if coupon._state.adding:
        coupon.customer_id = purchase.customer_id or None
    coupon.save()
    return coupon


def held_coupon(number: str, at: dt.datetime) -> str:
    """The code of the coupon that is held for the order of this number; empty when there is none."""
    return Coupon.objects.held_for(number, at).values_list("code", flat=True).first() or ""


@transaction.atomic
def release(code: str, number: str, *, at: dt.datetime) -> Coupon:
    """Give it back: the order was cancelled, or the sale came to nothing. Points it gave are taken, as far as left."""
    coupon = _locked(code, Purchase(number))
    if coupon._state.adding:
        raise CouponRefused(_("The coupon %(code)s was not used by this order.") % {"code": coupon.shown_code})
    if coupon.redeemed_at:
        _give_back(coupon, number, at)
    elif is_held_for(coupon, number, at):
        coupon.held_for, coupon.held_until = "", None
        coupon.save(update_fields=["held_for", "held_until"])
    elif coupon.held_until and at < coupon.held_until:
        raise CouponRefused(_("The coupon %(code)s is held for another sale.") % {"code": coupon.shown_code})
    return coupon


def _give_back(coupon: Coupon, number: str, at: dt.datetime) -> None:
    if coupon.order and coupon.order.number != number:
        raise CouponRefused(_("The coupon %(code)s was used by another order.") % {"code": coupon.shown_code})
    coupon.releases += 1
    name = f"released:{coupon.releases}"
    record_many([coupon_event(EventKind.COUPON_RELEASED, coupon, at, name, number=number)])
    if coupon.kind == Coupon.Kind.POINTS and coupon.value and coupon.customer:
        left = spendable([coupon.customer.pk], at)[coupon.customer.pk]
        if points := min(left, int(coupon.value)):
            key = f"coupon:{coupon.pk}:{name}"
            spend_points(coupon.customer, points, at=at, key=key, reason=coupon.shown_code, order=coupon.order)
    coupon.redeemed_at, coupon.order = None, None
    coupon.save(update_fields=["redeemed_at", "order", "releases"])


def _unknown(code: str) -> CouponRefused:
    return CouponRefused(_("There is no coupon %(code)s.") % {"code": code[:64]})


def _locked(code: str, purchase: Purchase) -> Coupon:
    """Its customer first, as everywhere."""
    known = coupon_named(code, purchase)
    if known is None:
        raise _unknown(code)
    lock_all_current(filter(None, {known.customer_id, purchase.customer_id}))
    coupon = lock_coupon(code, purchase)
    if coupon is None:
        raise _unknown(code)
    return coupon
