"""An order as a source tells it: placed, or corrected where it is known, then what happened to it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from typing import Any, cast

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from crm.customers import visitors
from crm.intake.customer_recording import dated, record_customer
from crm.intake.facts import NotYet, OrderFact, RefundFact
from crm.locks import lock_identities
from crm.loyalty import held_coupon, spend_with_order
from crm.models import Customer, Order, Source
from crm.orders import correcting, orders
from crm.orders.amounts import ZERO, UnknownGoods, check_number
from crm.orders.exchange import TOLD, RateUnknown
from crm.orders.milestones import stage
from crm.orders.placing import OrderFields
from crm.placeholders import is_no_id

MOMENTS = {
    "paid_at": orders.pay,
    "shipped_at": orders.ship,
    "delivered_at": orders.deliver,
    "cancelled_at": orders.cancel,
}
DATES: dict[str, Callable[..., Order]] = {
    "promised_at": orders.move_promise,
    "appointment_at": orders.move_appointment,
    "payment_due_at": orders.move_payment,
}


@transaction.atomic
def record_order(fact: OrderFact, source: Source, now: dt.datetime) -> Order:
    """One at a time for each order: what a second process tells about a new one must not pass for its first word."""
    told_at = fact.told_at or now
    fact = _named(fact)
    lock_identities(order_names(fact))
    fact = replace(fact, details=_details_of(fact))
    order = known_order(source, fact.number, fact.external_id)
    if order is None:
        order = _place(fact, source, told_at, now)
    else:
        _correct(order, fact, source, told_at)
    if fact.points_spent:
        spend_with_order(order, fact.points_spent, at=max(order.placed_at, told_at))
    _happen(order, fact, told_at)
    return order


def _named(fact: OrderFact) -> OrderFact:
    """ValueError where its number is a placeholder; an id that is one is not told."""
    if fact.number:
        check_number(fact.number)
    if not fact.external_id or not is_no_id(fact.external_id):
        return fact
    if not fact.number:
        check_number(fact.external_id)
    return replace(fact, external_id="")


def known_order(source: Source, number: str, external_id: str) -> Order | None:
    """By the shop's id, else by its number. ValueError where the number is that of an order with another id."""
    own_id, known = source.prefixed(external_id), Order.objects.select_related("customer")
    if own_id:
        found = known.filter(external_id=own_id).first()
        if found or not number:
            return found
    found = known.filter(number=source.prefixed(number)).first() if number else None
    if found and own_id and found.external_id not in {None, own_id}:
        raise ValueError(
            _(
                "Order %(number)s is known with the id %(known)s, and this one has %(told)s: two shops number alike, or"
                " one began anew. Enter something before the numbers of this source."
            )
            % {"number": found.number, "known": found.external_id, "told": own_id}
        )
    return found


def order_names(fact: OrderFact) -> list[str]:
    return [f"order:{name}" for name in (fact.number, fact.external_id) if name]


def _details_of(fact: OrderFact) -> dict[str, Any]:
    details = dict(fact.details)
    if (name := details.get("responsible")) is not None:
        details["responsible"] = _member_of_staff(name) if name else None
    return details


def _member_of_staff(name: str) -> User:
    """ValueError where nobody, or nobody in particular, is meant."""
    staff = User.objects.filter(Q(username=name) | Q(email__iexact=name), is_staff=True)
    found = list(staff[:2])
    if len(found) != 1:
        raise ValueError(_("No one of the staff in particular is called “%(name)s”.") % {"name": name})
    return found[0]


def _place(fact: OrderFact, source: Source, told_at: dt.datetime, now: dt.datetime) -> Order:
    number = fact.number or fact.external_id
    if fact.placed_at is None:
        raise NotYet(_("Order %(number)s is not known yet.") % {"number": number})
    customer = _buyer(fact, fact.placed_at, source, now)
    fields: dict[str, Any] = {name: moment for name, moment in fact.dates.items() if moment}
    fields |= {"source": source.name[:100], "external_id": source.prefixed(fact.external_id) or None}
    fields["coupon_code"] = held_coupon(source.prefixed(number), fact.placed_at)
    not_yet = [name for name, moment in fact.moments.items() if moment is None]
    told = ("figures", *fact.details, *fact.dates, *not_yet, *((TOLD,) if fact.rate else ()))
    fields |= {"rate": fact.rate} if fact.rate else {}
    fields["told"] = correcting.as_told(told, told_at)
    try:
        return orders.place(
            source.prefixed(number),
            customer=customer,
            placed_at=fact.placed_at,
            currency=fact.currency,
            lines=fact.lines or (),
            total=fact.total,
            discount=fact.discount or ZERO,
            **cast(OrderFields, {**fields, **fact.details}),
        )
    except RateUnknown as missing:
        raise NotYet(str(missing)) from missing


def _buyer(fact: OrderFact, placed_at: dt.datetime, source: Source, now: dt.datetime) -> Customer:
    if fact.customer and (fact.customer.is_somebody or (fact.customer.placeholders and not fact.anonymous_id)):
        return record_customer(dated(fact.customer, fact.told_at), source, now)
    device = source.prefixed(fact.anonymous_id)
    if device:
        visitors.lock([device])
    owner = visitors.buyer_at(device, placed_at) if device else None
    if owner is None:
        raise NotYet(_("Who placed order %(number)s is not known yet.") % {"number": fact.number or fact.external_id})
    return owner


def _correct(order: Order, fact: OrderFact, source: Source, told_at: dt.datetime) -> None:
    if fact.currency and fact.currency.upper() != order.currency:
        raise ValueError(
            _("Order %(number)s is in %(currency)s, and is told in %(other)s.")
            % {"number": order.number, "currency": order.currency, "other": fact.currency.upper()}
        )
    if fact.external_id and not order.external_id:
        correcting.take_id(order, source.prefixed(fact.external_id))
    again = [name for name in fact.moments if _is_known(order, fact, name)]
    again += [name for name, moment in fact.dates.items() if moment == getattr(order, name)]
    if fact.lines is not None or fact.total is not None or fact.discount is not None:
        correcting.correct_figures(
            order, told_at=told_at, lines=fact.lines, total=fact.total, discount=fact.discount, again=again
        )
    correcting.note_again(order, again, told_at)
    if fact.details:
        correcting.correct_details(order, told_at=told_at, **fact.details)


def _happen(order: Order, fact: OrderFact, told_at: dt.datetime) -> None:
    """Moments in the order in which they happened, then what lies ahead, milestones and refunds."""
    for name, moment in sorted(fact.moments.items(), key=lambda item: item[1] or told_at):
        if _is_known(order, fact, name):
            continue
        if moment is None:
            correcting.take_back(order, name, at=told_at)
        elif correcting.is_news(order, name, told_at):
            if _goes_on(order, fact, moment):
                correcting.take_back(order, "cancelled_at", at=told_at)
            MOMENTS[name](order, at=moment, told_at=told_at)
    for name, moment in fact.dates.items():
        if (moment or name != "promised_at") and correcting.is_news(order, name, told_at):
            DATES[name](order, to=moment, at=told_at)
    for name, reached_at in fact.milestones:
        if correcting.is_news(order, stage(name), told_at):
            orders.reach_milestone(order, name, at=reached_at)
    for refund in fact.refunds:
        _refund(order, refund)


def _goes_on(order: Order, fact: OrderFact, moment: dt.datetime) -> bool:
    """Something happened after the cancelling, of which the source says no more: the order is alive after all."""
    return order.cancelled_at is not None and "cancelled_at" not in fact.moments and moment > order.cancelled_at


def _is_known(order: Order, fact: OrderFact, moment: str) -> bool:
    """That it happened, or that it did not, is no news."""
    return (fact.moments[moment] is None) == (getattr(order, moment) is None)


def _refund(order: Order, refund: RefundFact) -> None:
    try:
        orders.return_goods(order, at=refund.at, amount=refund.amount, lines=refund.lines, key=refund.key)
    except UnknownGoods as missing:
        # Added to the order by an edit that comes later than what came back of it.
        raise NotYet(str(missing)) from missing
