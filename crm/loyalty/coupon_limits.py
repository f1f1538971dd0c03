"""What a coupon depends on beside its own terms: a first order, points spent beside it, what is left of a batch."""

from __future__ import annotations

import datetime as dt

from django.db.models import Q
from django.utils.translation import gettext as _

from crm.loyalty.coupon_codes import new_code, normalise
from crm.loyalty.coupon_conditions import Purchase, covers, is_held_for, refusal
from crm.loyalty.point_holds import sale_key
from crm.models import Coupon, CouponBatch, Order, PointsEntry, PointsHold


def why_not(coupon: Coupon, purchase: Purchase, at: dt.datetime) -> str:
    """Why the coupon does not go with this purchase, in words; empty when it does."""
    reason = refusal(coupon, purchase, at, is_covered=covers(coupon, purchase))
    return (
        reason or _of_customer(coupon, purchase) or _of_points(coupon, purchase, at) or _of_batch(coupon, purchase, at)
    )


def _of_customer(coupon: Coupon, purchase: Purchase) -> str:
    if not coupon.is_for_first_order or purchase.customer_id is None:
        return ""
    others = Order.objects.counted().filter(customer=purchase.customer_id).exclude(number=purchase.number)
    if others.exists():
        return _("The coupon %(code)s is for a first order.") % {"code": coupon.shown_code}
    return ""


def _of_points(coupon: Coupon, purchase: Purchase, at: dt.datetime) -> str:
    if not coupon.is_alone or not purchase.number:
        return ""
    spent = PointsEntry.objects.filter(key=sale_key(purchase.number))
    if spent.exists() or PointsHold.objects.active(at).filter(sale=purchase.number).exists():
        return _("The coupon %(code)s does not go together with points.") % {"code": coupon.shown_code}
    return ""


def _of_batch(coupon: Coupon, purchase: Purchase, at: dt.datetime) -> str:
    batch = coupon.batch
    if batch is None:
        return ""
    others = batch.coupons.exclude(pk=coupon.pk)
    if (
        purchase.customer_id is not None
        and others.filter(customer=purchase.customer_id, redeemed_at__isnull=False).exists()
    ):
        return _("The customer has used a coupon of “%(batch)s” already.") % {"batch": batch}
    if batch.code and not is_held_for(coupon, purchase.number, at) and uses(batch, at) >= batch.most:
        return _("The coupon %(code)s is used up.") % {"code": coupon.shown_code}
    return ""


def uses(batch: CouponBatch, at: dt.datetime) -> int:
    """How many of a batch are used, or held by a till."""
    return batch.coupons.filter(Q(redeemed_at__isnull=False) | Q(held_until__gt=at)).count()


def coupon_named(code: str, purchase: Purchase) -> Coupon | None:
    """The coupon of this code; of one code for everybody that of this customer or sale, perhaps not saved yet."""
    plain = normalise(code)
    known = Coupon.objects.select_related("product", "category", "batch").filter(code=plain).first()
    if known:
        return known
    batch = CouponBatch.objects.select_related("product", "category").filter(code=plain).first()
    return _of_general(batch, purchase) if batch else None


def lock_coupon(code: str, purchase: Purchase) -> Coupon | None:
    """As above, to be changed by us alone: a batch with one code for everybody is locked as a whole.

    Whoever calls this holds the lock of the customer.
    """
    plain = normalise(code)
    locked = Coupon.objects.select_for_update(no_key=True, of=("self",)).select_related("batch", "order", "customer")
    known = locked.filter(code=plain).first()
    if known:
        return known
    batch = CouponBatch.objects.select_for_update(no_key=True).filter(code=plain).first()
    return _of_general(batch, purchase) if batch else None


def _of_general(batch: CouponBatch, purchase: Purchase) -> Coupon:
    """Redeemed by this order, held for this sale, or else what the customer has of it."""
    own = batch.coupons.select_related("order")
    known = None
    if purchase.number:
        known = own.filter(Q(order__number=purchase.number) | Q(held_for=purchase.number)).first()
    if known is None and purchase.customer_id:
        known = own.filter(customer=purchase.customer_id).order_by("redeemed_at").first()
    coupon = known or coupon_of_batch(batch, new_code())
    coupon.batch = batch
    return coupon


def coupon_of_batch(batch: CouponBatch, code: str, number: int | None = None) -> Coupon:
    """One of a batch, not saved. Its term is the batch's, whoever brings it."""
    return Coupon(
        batch=batch,
        code=code,
        kind=batch.kind,
        value=batch.value,
        gift=batch.gift,
        category=batch.category,
        product=batch.product,
        minimum=batch.minimum,
        is_for_first_order=batch.is_for_first_order,
        is_alone=batch.is_alone,
        starts_at=batch.starts_at,
        expires_at=batch.expires_at,
        issued_at=batch.made_at,
        key=f"batch:{batch.pk}:{code if number is None else number}",
    )
