"""The last weeks of the demo shop are replayed: facts by the real verbs in time order, with real passes of the engine.

So every touch that a customer's page shows, sent or not sent, and every reason, is the engine's own.
"""

from __future__ import annotations

import datetime as dt
import operator
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from random import Random

from chains.engine.run import tick
from chains.models import Touch
from chains.reactions.opens_and_clicks import record_click, record_open
from config.demo import nights
from config.demo.past import PROMISED_WITHIN, SOURCE, wording
from config.demo.people import DemoPerson
from config.demo.purchases import Purchase
from config.demo.questions import key_of, stage_moments
from config.demo.surveys import answer_surveys
from crm import consent
from crm.customers.find_or_create import find_or_create
from crm.loyalty.order_points import spend_with_order
from crm.loyalty.point_quotes import Quote, quote
from crm.models import Case, Channel, Customer, Order, Purpose
from crm.orders import orders
from crm.orders.orders import LineData
from crm.service import cases, feedback

PASS_HOURS = 3
PASS_EVERY = dt.timedelta(hours=PASS_HOURS)
# The last complaints of the demo wait for whoever is looking at it.
LEFT_OPEN = dt.timedelta(days=3)
HOUR = dt.timedelta(hours=1)
READ_AFTER = 9 * HOUR
OPENS, CLICKS = 0.58, 0.15
LEAST_POINTS = 50


@dataclass(frozen=True)
class ReplayedFact:
    at: dt.datetime
    record: Callable[[], object]


def replay(purchases: Sequence[Purchase], *, since: dt.datetime, until: dt.datetime, random: Random) -> None:
    """Record what happened from one moment to the other, with a pass of the engine every few hours."""
    facts = sorted(
        (fact for purchase in purchases for fact in _facts(purchase, until) if since <= fact.at < until),
        key=operator.attrgetter("at"),
    )
    passes_at = since
    for fact in facts:
        while passes_at <= fact.at:
            _live(passes_at, random)
            passes_at += PASS_EVERY
        fact.record()
    _live(until, random)


def _live(now: dt.datetime, random: Random) -> None:
    nights.do_by_day(now)
    if now.hour < PASS_HOURS:
        nights.do_by_night(now)
    tick(now)
    read_letters(now, random)
    answer_surveys(random, after=now - READ_AFTER - PASS_EVERY, until=now - READ_AFTER, at=now)


def read_letters(now: dt.datetime, random: Random) -> None:
    """Some of those who got a letter half a day ago have opened it by now, and some of these followed its link."""
    for touch in Touch.objects.filter(sent_at__gt=now - READ_AFTER - PASS_EVERY, sent_at__lte=now - READ_AFTER):
        if random.random() > OPENS:
            continue
        record_open(touch, at=now, by_machine=False)
        if touch.links and random.random() < CLICKS:
            record_click(touch, 0, at=now, by_machine=False)


def place_order(purchase: Purchase) -> Order:
    """The order by the real verbs, with its customer when they are new."""
    customer = customer_for(purchase.person, purchase.placed_at)
    paid = _points_for(purchase, customer)
    order = orders.place(
        purchase.number,
        customer=customer,
        placed_at=purchase.placed_at,
        lines=[
            LineData(basket.product.sku, Decimal(basket.quantity), basket.price, basket.product.cost)
            for basket in purchase.baskets
        ],
        discount=purchase.discount + paid.worth,
        promised_at=purchase.placed_at + PROMISED_WITHIN,
        source=SOURCE,
        appointment_at=purchase.appointment_at,
        receipt_url=purchase.receipt_url,
    )
    if paid.points:
        spend_with_order(order, paid.points, at=purchase.placed_at)
    return order


def _points_for(purchase: Purchase, customer: Customer) -> Quote:
    """Two of three pay with what there is, where that is worth the while."""
    found = quote(customer.pk, purchase.total, purchase.placed_at)
    return found if int(purchase.number) % 3 and found.points >= LEAST_POINTS else Quote(0, Decimal(0))


def customer_for(person: DemoPerson, at: dt.datetime) -> Customer:
    known = Customer.objects.filter(external_id=f"demo-{person.index}").first()
    if known:
        return known
    customer = find_or_create(
        external_id=f"demo-{person.index}",
        email=person.email,
        phone=person.phone,
        now=at,
        first_name=person.first_name,
        last_name=person.last_name,
        born_on=person.born_on,
        city=person.city,
        language=person.language_words.language,
        time_zone=person.time_zone,
        source=person.source,
        tags=person.tags,
    )
    if person.agrees_to_marketing is not None:
        answer = consent.grant if person.agrees_to_marketing else consent.withdraw
        answer(
            customer,
            channel=Channel.EMAIL,
            address=person.email,
            purpose=Purpose.MARKETING,
            at=at,
            source="checkout",
            wording=wording(person),
        )
    return customer


def _facts(purchase: Purchase, until: dt.datetime) -> Iterator[ReplayedFact]:
    yield ReplayedFact(purchase.placed_at, partial(place_order, purchase))
    verbs = (
        (purchase.paid_at, orders.pay),
        (purchase.shipped_at, partial(orders.ship, tracking_number=f"TR{purchase.number}")),
        (purchase.delivered_at, orders.deliver),
        (purchase.cancelled_at, orders.cancel),
        (purchase.returned_at, orders.return_goods),
    )
    for at, verb in verbs:
        if at:
            yield ReplayedFact(at, partial(_on_order, verb, purchase.number, at))
    if purchase.rated_at:
        yield ReplayedFact(purchase.rated_at, partial(_rate, purchase, purchase.rated_at))
    if purchase.complained_at:
        yield ReplayedFact(purchase.complained_at, partial(_complain, purchase, purchase.complained_at))
        yield from _settling(purchase, purchase.complained_at, until)


def _on_order(verb: Callable[..., object], number: str, at: dt.datetime) -> None:
    verb(Order.objects.get(number=number), at=at)


def _rate(purchase: Purchase, at: dt.datetime) -> None:
    order = Order.objects.select_related("customer").get(number=purchase.number)
    feedback.leave(
        order.customer,
        kind="rating",
        score=purchase.rating,
        at=at,
        source=SOURCE,
        key=order.number,
        order=order,
        product=purchase.baskets[0].product,
        text=purchase.words,
        may_publish=purchase.rating > 3,
    )


def _complain(purchase: Purchase, at: dt.datetime) -> None:
    order = Order.objects.select_related("customer").get(number=purchase.number)
    subject, body = purchase.complaint
    cases.open_case(
        order.customer,
        kind=Case.Kind.COMPLAINT,
        subject=subject,
        body=body,
        at=at,
        channel=Case.Channel.PHONE,
        order=order,
        promised_at=at + 24 * HOUR,
        key=key_of(purchase),
    )


def _settling(purchase: Purchase, opened_at: dt.datetime, until: dt.datetime) -> Iterator[ReplayedFact]:
    if until - opened_at < LEFT_OPEN:
        return
    language_words = purchase.person.language_words
    verbs: dict[str, Callable[..., object]] = {
        "acknowledged_at": cases.acknowledge,
        "answered_at": partial(cases.answer, solution=language_words.solution, alternative=language_words.alternative),
        "resolved_at": cases.resolve,
        "confirmed_at": cases.confirm,
    }
    for name, at in stage_moments(purchase, opened_at).items():
        yield ReplayedFact(at, partial(_on_case, verbs[name], key_of(purchase), at))


def _on_case(verb: Callable[..., object], key: str, at: dt.datetime) -> None:
    verb(Case.objects.get(key=key), at=at)
