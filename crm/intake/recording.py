"""Facts from any door, recorded by the same functions as everywhere.

`record_fact` may be called with the same fact again, late, or out of order. NotYet says that a fact it needs has not
come: whoever called keeps it and tries again. ValueError says in words why it never can be recorded.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import singledispatch
from typing import Any, cast

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from crm import consent, events
from crm.customers import visitors
from crm.customers.companies import company_named
from crm.customers.find_or_create import find_or_create
from crm.intake.facts import (
    ConsentFact,
    CustomerFact,
    EventFact,
    Fact,
    OrderFact,
    PrivacyFact,
    ProductFact,
    ReaderFact,
    RefundFact,
    VisitFact,
    VisitorFact,
)
from crm.intake.privacy import requests
from crm.locks import lock_current, lock_identities
from crm.loyalty import held_coupon
from crm.models import AnonymousEvent, Channel, ConsentRecord, Customer, Delivery, EventKind, Order, Source
from crm.orders import correcting, orders
from crm.orders.amounts import ZERO, UnknownGoods
from crm.orders.catalogue import describe_product, relate_product
from crm.orders.exchange import TOLD, RateUnknown
from crm.orders.milestones import stage
from crm.orders.placing import OrderFields

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
# Of Encore's own kinds of events, what a source may tell as such: a visit of its site, by a reader that makes it one.
TOLD_BY_SOURCES = frozenset(
    (EventKind.PAGE_VIEWED.value, kind.value) for kind in (Source.Kind.TRACKING, Source.Kind.SITE)
)


class NotYet(Exception):
    """What this is about is not known yet, in words."""


@singledispatch
def record_fact(fact: object, source: Source, now: dt.datetime) -> Any:
    raise TypeError(f"{type(fact).__name__} is no fact")


@record_fact.register
@transaction.atomic
def record_customer(fact: CustomerFact, source: Source, now: dt.datetime) -> Customer:
    profile = dict(fact.profile)
    if "company" in profile:
        profile["company"] = company_named(profile["company"])
    customer = find_or_create(
        external_id=_prefixed(source, fact.external_id),
        email=fact.email,
        phone=fact.phone,
        now=now,
        told_at=fact.told_at or now,
        **profile,
    )
    for said in fact.consents:
        address = _address_of(said, fact)
        verb = consent.grant if said.is_granted else consent.withdraw
        verb(
            customer,
            channel=said.channel,
            address=address,
            purpose=said.purpose,
            at=said.at,
            source=source.name[:50],
            wording=said.wording,
            evidence=dict(said.evidence),
        )
    return customer


def _address_of(said: ConsentFact, fact: CustomerFact) -> str:
    """Profiling is about no channel, and so about no address."""
    if (said.purpose == ConsentRecord.Purpose.PROFILING) != (not said.channel):
        raise ValueError(_("Consent to profiling names no channel; any other names one."))
    named = {Channel.EMAIL.value: fact.email, Channel.SMS.value: fact.phone}
    address = said.address or named.get(said.channel, "")
    if said.channel and not address:
        raise ValueError(_("Consent for %(channel)s needs an address of it.") % {"channel": said.channel})
    return address if said.channel else ""


def lock_facts(facts: Sequence[Fact], source: Source) -> None:
    """Be the only one to tell of their orders and visitors, before several of them are recorded in one transaction.

    Orders come before visitors, and those before whoever they are of, as where a fact is recorded by itself: two that
    told of the same in another order would wait for each other.
    """
    orders_told = [fact for fact in facts if isinstance(fact, OrderFact)]
    lock_identities(name for fact in orders_told for name in _order_names(fact))
    visitors.lock(name for fact in facts for name in _visitors(fact, source))


@record_fact.register
@transaction.atomic
def record_order(fact: OrderFact, source: Source, now: dt.datetime) -> Order:
    """One at a time for each order: what a second process tells about a new one must not pass for its first word."""
    told_at = fact.told_at or now
    lock_identities(_order_names(fact))
    fact = replace(fact, details=_details_of(fact))
    order = known_order(source, fact.number, fact.external_id)
    if order is None:
        order = _place(fact, source, told_at, now)
    else:
        _correct(order, fact, source, told_at)
    _happen(order, fact, told_at)
    return order


@record_fact.register
@transaction.atomic
def record_product(fact: ProductFact, source: Source, now: dt.datetime) -> Any:
    told_at = fact.told_at or now
    product = describe_product(fact.sku, told_at=told_at, category=fact.category, **fact.fields)
    if fact.related is not None:
        relate_product(product, fact.related, told_at=told_at)
    return product


@record_fact.register
@transaction.atomic
def record_event(fact: EventFact, source: Source, now: dt.datetime) -> Any:
    if fact.kind in EventKind.values and (fact.kind, source.kind) not in TOLD_BY_SOURCES:
        raise ValueError(_("“%(kind)s” is recorded by Encore itself: name the event otherwise.") % {"kind": fact.kind})
    customer = record_customer(_dated(fact.customer, fact.at), source, now)
    order = known_order(source, fact.order_number, "") if fact.order_number else None
    return events.record(
        fact.kind,
        customer=customer,
        occurred_at=fact.at,
        source=f"source:{source.pk}",
        key=fact.key,
        order=order if order and order.customer_id == customer.pk else None,
        properties=dict(fact.properties),
    )


@record_fact.register
@transaction.atomic
def record_privacy_request(fact: PrivacyFact, source: Source, now: dt.datetime) -> Any:
    return requests.record(fact, source, now)


@record_fact.register
@transaction.atomic
def record_visit(fact: VisitFact, source: Source, now: dt.datetime) -> None:
    draft = AnonymousEvent(
        anonymous_id=_prefixed(source, fact.anonymous_id),
        source=source,
        key=fact.key,
        kind=fact.kind,
        occurred_at=fact.at,
        properties=dict(fact.properties),
    )
    visitors.record_event(draft, now)


@record_fact.register
@transaction.atomic
def record_visitor(fact: VisitorFact, source: Source, now: dt.datetime) -> Customer:
    anonymous_ids = [_prefixed(source, one) for one in fact.anonymous_ids]
    visitors.lock(anonymous_ids)
    customer = record_customer(_dated(fact.customer, fact.at), source, now)
    news = [one for one in anonymous_ids if visitors.join(one, customer, at=fact.at, now=now)]
    if news:
        Delivery.objects.waiting_for(source, fact.anonymous_ids, now).try_at(now)
        visitors.propose_same_person(news, customer, now)
    return customer


@record_fact.register
@transaction.atomic
def record_reader(fact: ReaderFact, source: Source, now: dt.datetime) -> None:
    """Nothing where that customer was erased since the letter."""
    device = _prefixed(source, fact.anonymous_id)
    visitors.lock([device])
    if reader := Customer.objects.filter(pk=fact.customer_id, erased_at=None).first():
        visitors.recognise(device, lock_current(reader), at=fact.at, now=now)


def known_order(source: Source, number: str, external_id: str) -> Order | None:
    """By the shop's id, else by its number. ValueError where the number is that of an order with another id."""
    own_id = _prefixed(source, external_id)
    if own_id:
        found = Order.objects.filter(external_id=own_id).first()
        if found or not number:
            return found
    found = Order.objects.filter(number=_prefixed(source, number)).first() if number else None
    if found and own_id and found.external_id not in {None, own_id}:
        raise ValueError(
            _(
                "Order %(number)s is known with the id %(known)s, and this one has %(told)s: two shops number alike, or"
                " one began anew. Enter something before the numbers of this source."
            )
            % {"number": found.number, "known": found.external_id, "told": own_id}
        )
    return found


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
    fields |= {"source": source.name[:100], "external_id": _prefixed(source, fact.external_id) or None}
    fields["coupon_code"] = held_coupon(_prefixed(source, number), fact.placed_at)
    not_yet = [name for name, moment in fact.moments.items() if moment is None]
    told = ("figures", *fact.details, *fact.dates, *not_yet, *((TOLD,) if fact.rate else ()))
    fields |= {"rate": fact.rate} if fact.rate else {}
    fields["told"] = correcting.as_told(told, told_at)
    try:
        return orders.place(
            _prefixed(source, number),
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
    if fact.customer and fact.customer.is_somebody:
        return record_customer(_dated(fact.customer, fact.told_at), source, now)
    device = _prefixed(source, fact.anonymous_id)
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
        correcting.take_id(order, _prefixed(source, fact.external_id))
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
            MOMENTS[name](order, at=moment, told_at=told_at)
    for name, moment in fact.dates.items():
        if (moment or name != "promised_at") and correcting.is_news(order, name, told_at):
            DATES[name](order, to=moment, at=told_at)
    for name, reached_at in fact.milestones:
        if correcting.is_news(order, stage(name), told_at):
            orders.reach_milestone(order, name, at=reached_at)
    for refund in fact.refunds:
        _refund(order, refund)


def _is_known(order: Order, fact: OrderFact, moment: str) -> bool:
    """That it happened, or that it did not, is no news."""
    return (fact.moments[moment] is None) == (getattr(order, moment) is None)


def _refund(order: Order, refund: RefundFact) -> None:
    try:
        orders.return_goods(order, at=refund.at, amount=refund.amount, lines=refund.lines, key=refund.key)
    except UnknownGoods as missing:
        # Added to the order by an edit that comes later than what came back of it.
        raise NotYet(str(missing)) from missing


def _dated(customer: CustomerFact, told_at: dt.datetime | None) -> CustomerFact:
    """Who is told beside something else is told when that is."""
    return customer if customer.told_at else replace(customer, told_at=told_at)


def _order_names(fact: OrderFact) -> list[str]:
    return [f"order:{name}" for name in (fact.number, fact.external_id) if name]


def _visitors(fact: Fact, source: Source) -> list[str]:
    told = fact.anonymous_ids if isinstance(fact, VisitorFact) else (getattr(fact, "anonymous_id", ""),)
    return [_prefixed(source, name) for name in told if name]


def _prefixed(source: Source, name: str) -> str:
    return f"{source.id_prefix}{name}" if name else ""
