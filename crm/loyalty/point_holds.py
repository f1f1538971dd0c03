"""Points at a till: set aside for a sale, spent by it, or let go. Every verb may be called again and then changes
nothing. A sale spends once: a hold, a till that spends and an order that says it was paid with points are one.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from crm.loyalty.ledger import spendable, write_taking
from crm.loyalty.point_quotes import check_spending
from crm.loyalty.points import check_points, left_to_refund, lock_owner, refund_points, spend_points
from crm.models import Coupon, Customer, Order, PointsEntry, PointsHold


def sale_key(sale: str) -> str:
    return f"sale:{sale}"


@transaction.atomic
def hold_points(
    customer: Customer,
    points: int,
    sale: str,
    *,
    at: dt.datetime,
    until: dt.datetime,
    amount: Decimal | None = None,
) -> PointsHold:
    """Set points aside for this sale alone until then; another number of points takes the place of the first.

    ValueError in words when there are not enough, or more than may pay for an order of this amount.
    """
    check_points(points)
    owner = lock_owner(customer)
    known = PointsHold.objects.filter(sale=sale).first()
    is_other = known and known.customer_id != owner and known.settled_at is None
    if is_other or PointsEntry.objects.filter(key=sale_key(sale)).exists():
        raise ValueError(_("Points for the sale %(sale)s were dealt with already.") % {"sale": sale})
    _check_coupon(sale, at)
    if amount is not None:
        check_spending(owner, points, amount, at, sale)
    left = spendable([owner], at, beside=sale)[owner]
    if points > left:
        raise ValueError(
            _("There are only %(balance)s points on the balance, not %(points)s.") % {"balance": left, "points": points}
        )
    told = {"customer_id": owner, "points": points, "held_at": at, "until": until, "settled_at": None}
    return PointsHold.objects.update_or_create(sale=sale, defaults=told)[0]


@transaction.atomic
def capture_points(sale: str, *, at: dt.datetime, order: Order | None = None) -> PointsEntry:
    """Spend what is held for the sale. What was held in time is spent whatever happened to the balance meanwhile.

    ValueError in words for what was let go, and for what was held too long ago and is no longer there.
    """
    hold = _locked(sale)
    known = PointsEntry.objects.filter(key=sale_key(sale)).first()
    if known:
        return known
    if hold.settled_at:
        raise ValueError(_("The points for the sale %(sale)s were let go.") % {"sale": sale})
    hold.settled_at = at
    hold.save(update_fields=["settled_at"])
    if at >= hold.until:
        return spend_for_sale(hold.customer, hold.points, sale, at=at, order=order)
    entry = PointsEntry(
        customer_id=hold.customer_id,
        order=order,
        kind=PointsEntry.Kind.SPENDING,
        points=-hold.points,
        reason=_reason(sale),
        key=sale_key(sale),
        occurred_at=at,
    )
    # Of the points that were there when they were held, some may have ended since.
    return write_taking(entry, min(hold.held_at, at))


@transaction.atomic
def cancel_hold(sale: str, *, at: dt.datetime) -> PointsHold:
    """Let the points go: the sale came to nothing. ValueError in words once they are spent."""
    hold = _locked(sale)
    if PointsEntry.objects.filter(key=sale_key(sale)).exists():
        raise ValueError(_("The points for the sale %(sale)s are spent: give them back instead.") % {"sale": sale})
    if not hold.settled_at:
        hold.settled_at = at
        hold.save(update_fields=["settled_at"])
    return hold


@transaction.atomic
def spend_for_sale(
    customer: Customer,
    points: int,
    sale: str,
    *,
    at: dt.datetime,
    order: Order | None = None,
    by: User | None = None,
    amount: Decimal | None = None,
) -> PointsEntry:
    """Spend points by a sale, once. ValueError in words for another number of points than the sale spent before.

    With an amount, more than may pay for an order of so much is refused too.
    """
    owner = lock_owner(customer)
    known = PointsEntry.objects.filter(key=sale_key(sale)).first()
    if known and (-known.points != points or known.customer_id != owner):
        raise ValueError(
            _("The sale %(sale)s has spent %(points)s points already.") % {"sale": sale, "points": -known.points}
        )
    if not known:
        _check_coupon(sale, at)
    if not known and amount is not None:
        check_spending(owner, points, amount, at, sale)
    entry = known or spend_points(
        customer, points, at=at, key=sale_key(sale), reason=_reason(sale), order=order, by=by, sale=sale
    )
    PointsHold.objects.filter(sale=sale, settled_at=None).update(settled_at=at)
    return entry


@transaction.atomic
def refund_sale(sale: str, points: int | None, *, at: dt.datetime, key: str = "") -> PointsEntry:
    """Give back what a sale spent, or some of it; without a key, once in all."""
    spent = PointsEntry.objects.select_related("customer").filter(key=sale_key(sale)).first()
    if spent is None:
        raise ValueError(_("The sale %(sale)s has spent no points.") % {"sale": sale})
    lock_owner(spent.customer)
    name = f"{spent.key}:{key or 'all'}"
    wanted = left_to_refund(spent) if points is None else points
    if wanted:
        refund_points(spent, wanted, at=at, key=name)
    return spent


def _check_coupon(sale: str, at: dt.datetime) -> None:
    """ValueError in words where the sale uses or holds a coupon that is for orders without points."""
    of_sale = Q(order__number=sale) | Q(held_for=sale, held_until__gt=at)
    coupon = Coupon.objects.select_related("batch").filter(of_sale, is_alone=True).first()
    if coupon:
        raise ValueError(_("The coupon %(code)s does not go together with points.") % {"code": coupon.shown_code})


def _reason(sale: str) -> str:
    return _("sale %(sale)s") % {"sale": sale}


def _locked(sale: str) -> PointsHold:
    """Its customer first, as everywhere."""
    while True:
        hold = PointsHold.objects.select_related("customer").filter(sale=sale).first()
        if hold is None:
            raise ValueError(_("No points are held for the sale %(sale)s.") % {"sale": sale})
        owner = lock_owner(hold.customer)
        hold = PointsHold.objects.select_related("customer").get(pk=hold.pk)
        if hold.customer_id == owner:
            return hold
