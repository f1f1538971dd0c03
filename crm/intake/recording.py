"""Facts from any door, recorded by the same functions as everywhere.

`record_fact` may be called with the same fact again, late, or out of order. NotYet says that a fact it needs has not
come: whoever called keeps it and tries again. ValueError says in words why it never can be recorded.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import singledispatch
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from crm import events
from crm.customers import visitors
from crm.intake.customer_recording import dated, record_customer
from crm.intake.facts import (
    CustomerFact,
    EventFact,
    Fact,
    OrderFact,
    PrivacyFact,
    ProductFact,
    ReaderFact,
    VisitFact,
    VisitorFact,
)
from crm.intake.order_recording import known_order, order_names, record_order
from crm.intake.privacy import requests
from crm.locks import lock_current, lock_identities
from crm.models import AnonymousEvent, Customer, Delivery, EventKind, Source
from crm.orders.catalogue import describe_product, relate_product
from crm.placeholders import is_no_id

# Of Encore's own kinds of events, what a source may tell as such: a visit of its site, by a reader that makes it one.
TOLD_BY_SOURCES = frozenset(
    (EventKind.PAGE_VIEWED.value, kind.value) for kind in (Source.Kind.TRACKING, Source.Kind.SITE)
)


@singledispatch
def record_fact(fact: object, source: Source, now: dt.datetime) -> Any:
    raise TypeError(f"{type(fact).__name__} is no fact")


record_fact.register(CustomerFact, record_customer)
record_fact.register(OrderFact, record_order)


def lock_facts(facts: Sequence[Fact], source: Source) -> None:
    """Be the only one to tell of their orders and visitors, before several of them are recorded in one transaction.

    Orders come before visitors, and those before whoever they are of, as where a fact is recorded by itself: two that
    told of the same in another order would wait for each other.
    """
    orders_told = [fact for fact in facts if isinstance(fact, OrderFact)]
    lock_identities(name for fact in orders_told for name in order_names(fact))
    visitors.lock(name for fact in facts for name in _visitors(fact, source))


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
    customer = record_customer(dated(fact.customer, fact.at), source, now)
    names_order = fact.order_number and not is_no_id(fact.order_number)
    order = known_order(source, fact.order_number, "") if names_order else None
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
        anonymous_id=source.prefixed(fact.anonymous_id),
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
    anonymous_ids = [source.prefixed(one) for one in fact.anonymous_ids]
    visitors.lock(anonymous_ids)
    customer = record_customer(dated(fact.customer, fact.at), source, now)
    news = [one for one in anonymous_ids if visitors.join(one, customer, at=fact.at, now=now)]
    if news:
        Delivery.objects.waiting_for(source, fact.anonymous_ids, now).try_at(now)
        visitors.propose_same_person(news, customer, now)
    return customer


@record_fact.register
@transaction.atomic
def record_reader(fact: ReaderFact, source: Source, now: dt.datetime) -> None:
    """Nothing where that customer was erased since the letter."""
    device = source.prefixed(fact.anonymous_id)
    visitors.lock([device])
    if reader := Customer.objects.filter(pk=fact.customer_id, erased_at=None).first():
        visitors.recognise(device, lock_current(reader), at=fact.at, now=now)


def _visitors(fact: Fact, source: Source) -> list[str]:
    told = fact.anonymous_ids if isinstance(fact, VisitorFact) else (getattr(fact, "anonymous_id", ""),)
    return [source.prefixed(name) for name in told if name]
