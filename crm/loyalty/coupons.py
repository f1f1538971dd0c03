"""Coupons: issued to one person, sent, redeemed by one order. Every verb may be called again and then changes nothing.

Locks are taken in the order customer, order, coupon.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from crm.events import record, record_many
from crm.locks import lock_all_current
from crm.loyalty.coupon_codes import new_code
from crm.loyalty.coupon_conditions import Purchase, ends_at, purchase_of
from crm.loyalty.coupon_limits import coupon_named, lock_coupon, why_not
from crm.loyalty.points import PointsGift, give_points
from crm.models import Coupon, Event, EventKind, Order

TRIES = 3


class CouponRefused(ValueError):
    """Why a coupon cannot be redeemed, in words."""


@dataclass(frozen=True)
class CouponDraft:
    """A coupon for one customer; `key` tells it from every other.

    Its term counts from the sending of its message; with `is_sent`, handed over at once, from `at`.
    """

    customer_id: int
    kind: str
    key: str
    at: dt.datetime
    value: Decimal | None = None
    gift: str = ""
    category_id: int | None = None
    product_id: int | None = None
    minimum: Decimal = Decimal(0)
    term_days: int | None = None
    is_sent: bool = False
    is_for_first_order: bool = False
    is_alone: bool = False
    by_id: int | None = None


@transaction.atomic
def issue_coupons(drafts: Sequence[CouponDraft]) -> int:
    """Issue coupons to many customers in a constant number of queries; returns how many were new.

    Who was merged gets theirs as the customer who was kept; who was erased gets none.
    """
    current = lock_all_current(draft.customer_id for draft in drafts)
    wanted = {draft.key: draft for draft in drafts if draft.customer_id in current}
    new: list[str] = []
    for _attempt in range(TRIES):
        known = set(Coupon.objects.filter(key__in=wanted).values_list("key", flat=True))
        missing = sorted(wanted.keys() - known)
        if not missing:
            break
        # A code that is taken already leaves its coupon missing: it is drawn again.
        Coupon.objects.bulk_create(
            (coupon_of(wanted[key], current[wanted[key].customer_id], new_code()) for key in missing),
            ignore_conflicts=True,
        )
        new += missing
    issued = list(Coupon.objects.filter(key__in=set(new)))
    record_many(coupon_event(EventKind.COUPON_ISSUED, coupon, coupon.issued_at, "issued") for coupon in issued)
    return len(issued)


def coupon_of(draft: CouponDraft, owner: int, code: str) -> Coupon:
    """The coupon as it would be issued to this customer, not saved."""
    return Coupon(
        customer_id=owner,
        code=code,
        kind=draft.kind,
        value=draft.value,
        gift=draft.gift,
        category_id=draft.category_id,
        product_id=draft.product_id,
        minimum=draft.minimum,
        term_days=draft.term_days,
        issued_at=draft.at,
        sent_at=draft.at if draft.is_sent else None,
        sendings=int(draft.is_sent),
        expires_at=ends_at(draft.at, draft.term_days) if draft.is_sent else None,
        is_for_first_order=draft.is_for_first_order,
        is_alone=draft.is_alone,
        by_id=draft.by_id,
        key=draft.key,
    )


@transaction.atomic
def redeem(code: str, *, order: Order, at: dt.datetime) -> Coupon:
    """Keep the promise for this order, once. Raises CouponRefused for a code that is unknown, foreign, used or late."""
    owner = lock_all_current([order.customer_id]).get(order.customer_id, order.customer_id)
    purchase = purchase_of(order)
    coupon = lock_coupon(code, purchase)
    if coupon is None:
        raise CouponRefused(_("There is no coupon %(code)s.") % {"code": code[:64]})
    if coupon.order_id == order.pk:
        return coupon
    if other := Coupon.objects.select_related("batch").filter(order=order).first():
        raise CouponRefused(
            _("Order %(number)s has used the coupon %(code)s already.")
            % {"number": order.number, "code": other.shown_code}
        )
    if reason := why_not(coupon, purchase, at):
        raise CouponRefused(reason)
    coupon.customer_id = coupon.customer_id or owner
    coupon.redeemed_at, coupon.order, coupon.held_for, coupon.held_until = at, order, "", None
    coupon.save()
    # Redeemed once more after it was given back, it is another redemption.
    again = f":{coupon.releases}" if coupon.releases else ""
    record_many([coupon_event(EventKind.COUPON_REDEEMED, coupon, at, f"redeemed{again}")])
    if coupon.kind == Coupon.Kind.POINTS and coupon.value:
        key = f"coupon:{coupon.pk}{again}"
        gift = PointsGift(coupon.customer_id, int(coupon.value), key, at, coupon.shown_code, order_id=order.pk)
        give_points([gift])
    return coupon


def redeem_with_order(order: Order, *, at: dt.datetime) -> None:
    """An order came in with a code. It stands whatever the code is worth: a refusal is noted in the customer's story.

    A code Encore never issued is the shop's own affair.
    """
    if coupon_named(order.coupon_code, Purchase(order.number, order.customer_id)) is None:
        return
    try:
        # Noted for staff, so in the shop's language.
        with transaction.atomic(), translation.override(settings.LANGUAGE_CODE):
            redeem(order.coupon_code, order=order, at=at)
    except CouponRefused as refused:
        record(
            EventKind.COUPON_REFUSED,
            customer=order.customer,
            order=order,
            occurred_at=at,
            source="crm",
            key=f"order:{order.number}:coupon",
            properties={"code": order.coupon_code, "reason": str(refused)},
        )


def coupon_event(kind: EventKind, coupon: Coupon, at: dt.datetime, name: str, **properties: str) -> Event:
    return Event(
        kind=kind,
        customer_id=coupon.customer_id or 0,
        order_id=coupon.order_id,
        occurred_at=at,
        source="crm",
        key=f"coupon:{coupon.pk}:{name}",
        properties={"coupon": coupon.pk, "kind": coupon.kind, **properties},
    )
