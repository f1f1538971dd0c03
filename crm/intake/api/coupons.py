"""Coupons at a till or in a shop's basket: asked about, redeemed or held for a sale, given back."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Router, Schema, Status

from crm import loyalty
from crm.intake.api import problems
from crm.intake.api.answers import CouponOut
from crm.intake.api.idempotency import once
from crm.intake.api.keys import COUPON_READS, COUPONS, ApiKey
from crm.intake.api.naming import customers_named
from crm.intake.api.operations import REFUSED_READS, REFUSED_WRITES
from crm.intake.api.schemas import RedemptionIn, ReleaseIn, SaleIn
from crm.intake.api.showing import coupon_out
from crm.loyalty.coupon_limits import coupon_named
from crm.models import Order, Product, Source

router = Router(tags=["coupons"])


class CouponAnswer(Schema):
    """Whether it goes with the sale, or why not in words; `coupon` is empty where there is none of this code."""

    redeemable: bool
    reason: str
    coupon: CouponOut | None


@router.post(
    "/check",
    auth=ApiKey(COUPON_READS),
    response={200: CouponAnswer, **REFUSED_WRITES},
    summary="Whether a coupon could be redeemed, and why not",
)
def check_coupon(request: HttpRequest, sale: SaleIn) -> Any:
    source = request.auth  # type: ignore[attr-defined]
    try:
        coupon, reason = loyalty.check(sale.code, _purchase(source, sale), sale.at or timezone.now())
    except loyalty.CouponRefused as refused:
        return CouponAnswer(redeemable=False, reason=str(refused), coupon=None)
    return CouponAnswer(redeemable=not reason, reason=reason, coupon=coupon_out(coupon, source))


@router.post(
    "/redeem",
    auth=ApiKey(COUPONS),
    response={200: CouponOut, **REFUSED_WRITES},
    summary="Redeem a coupon by an order, or hold it for a sale whose order comes later",
)
@once
def redeem_coupon(request: HttpRequest, sale: RedemptionIn) -> Any:
    source = request.auth  # type: ignore[attr-defined]
    at = sale.at or timezone.now()
    purchase = _purchase(source, sale)
    order = Order.objects.filter(number=purchase.number).first()
    try:
        if order:
            coupon = loyalty.redeem(sale.code, order=order, at=at)
        else:
            until = at + dt.timedelta(minutes=sale.hold_minutes)
            coupon = loyalty.hold(sale.code, purchase, at=at, until=until)
    except loyalty.CouponRefused as refused:
        return problems.answer(422, _("The coupon cannot be redeemed."), str(refused))
    return Status(200, coupon_out(coupon, source))


@router.post(
    "/release",
    auth=ApiKey(COUPONS),
    response={200: CouponOut, **REFUSED_WRITES},
    summary="Give a coupon back: the order was cancelled, or the sale came to nothing",
)
@once
def release_coupon(request: HttpRequest, back: ReleaseIn) -> Any:
    source = request.auth  # type: ignore[attr-defined]
    number = f"{source.id_prefix}{back.order}"
    try:
        coupon = loyalty.release(back.code, number, at=back.at or timezone.now())
    except loyalty.CouponRefused as refused:
        return problems.answer(422, _("The coupon cannot be given back."), str(refused))
    return Status(200, coupon_out(coupon, source))


@router.get("/{code}", auth=ApiKey(COUPON_READS), response={200: CouponOut, **REFUSED_READS}, summary="One coupon")
def get_coupon(request: HttpRequest, code: str) -> Any:
    coupon = coupon_named(code, loyalty.Purchase())
    if coupon is None:
        return problems.answer(404, _("There is no coupon of this code."))
    return coupon_out(coupon, request.auth)  # type: ignore[attr-defined]


def _purchase(source: Source, sale: SaleIn) -> loyalty.Purchase:
    """A customer or a product that nobody knows yet is another than the coupon's."""
    customer_id = product_ids = None
    if sale.customer:
        customer_id = next((one.pk for one in customers_named(source, sale.customer)), 0)
    if sale.skus is not None:
        product_ids = tuple(Product.objects.filter(sku__in=sale.skus).values_list("pk", flat=True))
    number = f"{source.id_prefix}{sale.order}" if sale.order else ""
    return loyalty.Purchase(number, customer_id, sale.amount, product_ids)
