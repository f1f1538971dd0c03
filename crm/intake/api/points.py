"""Points at a till or in a shop's basket: the balance, how many may be spent, held for a sale, spent, given back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any, Literal

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Router, Status

from crm.intake.api import problems
from crm.intake.api.answers import PointsOut, QuoteOut, SpentOut
from crm.intake.api.idempotency import once
from crm.intake.api.keys import POINTS, ApiKey
from crm.intake.api.naming import Who, customer_named
from crm.intake.api.operations import REFUSED_READS, REFUSED_WRITES
from crm.intake.api.schemas import HoldIn, QuoteIn, RefundOfPointsIn, SaleOfPointsIn, SpendIn
from crm.loyalty import point_holds
from crm.loyalty.ledger import balances, spendable
from crm.loyalty.point_quotes import quote, worth
from crm.loyalty.points import left_to_refund
from crm.loyalty.shown import loyalty_for_customer
from crm.models import LoyaltySettings, Order, PointsEntry, PointsHold, Source

router = Router(tags=["points"])
REFUSED = REFUSED_WRITES | {404: problems.Problem}


@router.get("", auth=ApiKey(POINTS), response={200: PointsOut, **REFUSED_READS}, summary="The points of a customer")
def get_points(request: HttpRequest, who: Who) -> Any:
    customer = customer_named(request.auth, who)  # type: ignore[attr-defined]
    shown = loyalty_for_customer(customer, timezone.now())
    if shown is None:
        return PointsOut(
            customer_key=customer.pk, balance=0, spendable=0, pending=0, tier="", expiring=0, expires_on=None
        )
    return PointsOut(
        customer_key=customer.pk,
        balance=shown.balance,
        spendable=shown.spendable,
        pending=shown.pending,
        tier=shown.tier.name if shown.tier else "",
        expiring=shown.expiring,
        expires_on=shown.expiring_on,
    )


@router.post(
    "/quote",
    auth=ApiKey(POINTS),
    response={200: QuoteOut, **REFUSED},
    summary="How many points may pay for an order",
)
def quote_points(request: HttpRequest, basket: QuoteIn) -> Any:
    source = request.auth  # type: ignore[attr-defined]
    customer = customer_named(source, basket.customer)
    sale = _sale(source, basket.order) if basket.order else ""
    found = quote(customer.pk, basket.amount, basket.at or timezone.now(), sale)
    return QuoteOut(points=found.points, worth=found.worth, reason=found.reason)


@router.post(
    "/hold",
    auth=ApiKey(POINTS),
    response={200: SpentOut, **REFUSED},
    summary="Set points aside for a sale while it is paid",
)
@once
def hold_points(request: HttpRequest, held: HoldIn) -> Any:
    source, at = request.auth, held.at or timezone.now()  # type: ignore[attr-defined]
    customer, sale = customer_named(source, held.customer), _sale(source, held.order)
    until = at + dt.timedelta(minutes=held.hold_minutes)

    def carry_out() -> None:
        point_holds.hold_points(customer, held.points, sale, at=at, until=until, amount=held.amount)

    return _answer(source, sale, at, carry_out)


@router.post(
    "/capture",
    auth=ApiKey(POINTS),
    response={200: SpentOut, **REFUSED},
    summary="Spend the points held for a sale: it is paid",
)
@once
def capture_points(request: HttpRequest, back: SaleOfPointsIn) -> Any:
    source, at = request.auth, back.at or timezone.now()  # type: ignore[attr-defined]
    sale = _sale(source, back.order)
    return _answer(source, sale, at, lambda: point_holds.capture_points(sale, at=at, order=_order(sale)))


@router.post(
    "/cancel",
    auth=ApiKey(POINTS),
    response={200: SpentOut, **REFUSED},
    summary="Let the points held for a sale go: it came to nothing",
)
@once
def cancel_hold(request: HttpRequest, back: SaleOfPointsIn) -> Any:
    source, at = request.auth, back.at or timezone.now()  # type: ignore[attr-defined]
    sale = _sale(source, back.order)
    return _answer(source, sale, at, lambda: point_holds.cancel_hold(sale, at=at))


@router.post(
    "/spend",
    auth=ApiKey(POINTS),
    response={200: SpentOut, **REFUSED},
    summary="Spend points by an order or sale, once",
)
@once
def spend_points(request: HttpRequest, spent: SpendIn) -> Any:
    source, at = request.auth, spent.at or timezone.now()  # type: ignore[attr-defined]
    customer, sale = customer_named(source, spent.customer), _sale(source, spent.order)

    def carry_out() -> None:
        order = _order(sale)
        point_holds.spend_for_sale(customer, spent.points, sale, at=at, order=order, amount=spent.amount)

    return _answer(source, sale, at, carry_out)


@router.post(
    "/refund",
    auth=ApiKey(POINTS),
    response={200: SpentOut, **REFUSED},
    summary="Give points back that a sale spent",
)
@once
def refund_points(request: HttpRequest, back: RefundOfPointsIn) -> Any:
    source, at = request.auth, back.at or timezone.now()  # type: ignore[attr-defined]
    sale = _sale(source, back.order)
    return _answer(source, sale, at, lambda: point_holds.refund_sale(sale, back.points, at=at, key=back.id))


def _answer(source: Source, sale: str, at: dt.datetime, carry_out: Callable[[], object]) -> Any:
    try:
        with transaction.atomic():
            carry_out()
            return Status(200, _of_sale(source, sale, at))
    except ValueError as refused:
        return problems.answer(422, _("The points stay as they are."), str(refused))


def _of_sale(source: Source, sale: str, at: dt.datetime) -> SpentOut:
    entry = PointsEntry.objects.filter(key=point_holds.sale_key(sale)).first()
    hold = PointsHold.objects.filter(sale=sale).first()
    state: Literal["held", "spent", "free"]
    if entry:
        owner, points = entry.customer_id, left_to_refund(entry)
        state = "spent" if points else "free"
    else:
        assert hold is not None, "Each verb leaves a hold or a spending of its sale."  # noqa: S101
        is_held = hold.settled_at is None and at < hold.until
        owner, points, state = hold.customer_id, hold.points * is_held, "held" if is_held else "free"
    return SpentOut(
        order=sale.removeprefix(source.id_prefix),
        customer_key=owner,
        points=points,
        worth=worth(points, LoyaltySettings.load()),
        state=state,
        held_until=hold.until if hold and state == "held" else None,
        balance=balances([owner], at)[owner],
        spendable=spendable([owner], at)[owner],
    )


def _sale(source: Source, number: str) -> str:
    return f"{source.id_prefix}{number}"


def _order(sale: str) -> Order | None:
    """Where it is known already; one that comes later finds what was spent by its number."""
    return Order.objects.filter(number=sale).first()
