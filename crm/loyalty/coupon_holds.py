"""Coupons at a till: asked about, held for a sale whose order comes later, and given back when nothing came of it.

Every verb may be called again and then changes nothing. Locks are taken in the order customer, coupon.
"""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from crm.events import record_many
from crm.locks import lock_all_current
from crm.loyalty.coupon_codes import normalise
from crm.loyalty.coupon_conditions import Purchase, covers, is_held_for, refusal
from crm.loyalty.coupons import CouponRefused, coupon_event
from crm.loyalty.points import balances, spend_points
from crm.models import Coupon, EventKind

LONGEST_NUMBER = 100


def check(code: str, purchase: Purchase, at: dt.datetime) -> tuple[Coupon, str]:
    """The coupon, and why it does not go with this purchase, in words; empty when it does."""
    coupon = _known(code)
    return coupon, refusal(coupon, purchase, at, is_covered=covers(coupon, purchase))


@transaction.atomic
def hold(code: str, purchase: Purchase, *, at: dt.datetime, until: dt.datetime) -> Coupon:
    """Keep it for this sale alone until then; the order of that number redeems it."""
    coupon = _locked(code)
    if is_held_for(coupon, purchase.number, at):
        return coupon
    if reason := refusal(coupon, purchase, at, is_covered=covers(coupon, purchase)):
        raise CouponRefused(reason)
    coupon.held_for, coupon.held_until = purchase.number[:LONGEST_NUMBER], until
    coupon.save(update_fields=["held_for", "held_until"])
    return coupon


def held_coupon(number: str, at: dt.datetime) -> str:
    """The code of the coupon that is held for the order of this number; empty when there is none."""
    return Coupon.objects.held_for(number, at).values_list("code", flat=True).first() or ""


@transaction.atomic
def release(code: str, number: str, *, at: dt.datetime) -> Coupon:
    """Give it back: the order was cancelled, or the sale came to nothing. Points it gave are taken, as far as left."""
    coupon = _locked(code)
    if coupon.redeemed_at:
        _give_back(coupon, number, at)
    elif is_held_for(coupon, number, at):
        coupon.held_for, coupon.held_until = "", None
        coupon.save(update_fields=["held_for", "held_until"])
    elif coupon.held_until and at < coupon.held_until:
        raise CouponRefused(_("The coupon %(code)s is held for another sale.") % {"code": coupon.code})
    return coupon


def _give_back(coupon: Coupon, number: str, at: dt.datetime) -> None:
    if coupon.order and coupon.order.number != number:
        raise CouponRefused(_("The coupon %(code)s was used by another order.") % {"code": coupon.code})
    coupon.releases += 1
    name = f"released:{coupon.releases}"
    record_many([coupon_event(EventKind.COUPON_RELEASED, coupon, at, name, number=number)])
    if coupon.kind == Coupon.Kind.POINTS and coupon.value:
        left = balances([coupon.customer_id], at)[coupon.customer_id]
        if points := min(left, int(coupon.value)):
            key = f"coupon:{coupon.pk}:{name}"
            spend_points(coupon.customer, points, at=at, key=key, reason=coupon.code, order=coupon.order)
    coupon.redeemed_at, coupon.order = None, None
    coupon.save(update_fields=["redeemed_at", "order", "releases"])


def _known(code: str) -> Coupon:
    coupon = Coupon.objects.select_related("product", "category").filter(code=normalise(code)).first()
    if coupon is None:
        raise CouponRefused(_("There is no coupon %(code)s.") % {"code": code[:64]})
    return coupon


def _locked(code: str) -> Coupon:
    """Its customer first, as everywhere."""
    lock_all_current([_known(code).customer_id])
    coupon = Coupon.objects.select_for_update(no_key=True, of=("self",)).select_related("order", "customer")
    return coupon.get(code=normalise(code))
