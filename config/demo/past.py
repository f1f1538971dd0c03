"""The shop's past, written in bulk as an import would: historic facts that start no chain."""

from __future__ import annotations

import datetime as dt
import operator
from collections.abc import Iterator, Sequence

from config.demo.past_events import historic
from config.demo.people import DemoPerson
from config.demo.purchases import Purchase
from config.demo.questions import past_cases
from crm.figures import stats
from crm.languages import spoken
from crm.models import (
    Channel,
    ConsentRecord,
    Contact,
    Customer,
    Event,
    EventKind,
    Feedback,
    Order,
    OrderLine,
    Purpose,
    Review,
)
from crm.service.reviews.writing import FEWEST_LETTERS
from crm.shop_currency import shop_currency

BATCH = 2000
SOURCE = "demo"
PROMISED_WITHIN = dt.timedelta(days=6)
MOMENTS = {
    "paid_at": EventKind.ORDER_PAID,
    "shipped_at": EventKind.ORDER_SHIPPED,
    "delivered_at": EventKind.ORDER_DELIVERED,
    "cancelled_at": EventKind.ORDER_CANCELLED,
    "returned_at": EventKind.ORDER_RETURNED,
}


def write(purchases: Sequence[Purchase], *, until: dt.datetime) -> dict[int, Customer]:
    """Write all facts before this moment; returns the customers by the index of their person."""
    begun = [purchase for purchase in purchases if purchase.placed_at < until]
    customers = _customers({purchase.person.index: purchase.person for purchase in begun})
    orders = _orders(begun, customers, until)
    events = [event for purchase, order in zip(begun, orders, strict=True) for event in _order_events(purchase, order)]
    events += _feedback(begun, orders, until)
    events += past_cases(begun, orders, until)
    Event.objects.bulk_create(sorted(events, key=operator.attrgetter("occurred_at")), BATCH)
    ids = [customer.pk for customer in customers.values()]
    stats.lock(ids)
    stats.refresh(ids)
    return customers


def customer_of(person: DemoPerson) -> Customer:
    return Customer(
        first_name=person.first_name,
        last_name=person.last_name,
        born_on=person.born_on,
        city=person.city,
        language=person.language_words.language,
        time_zone=person.time_zone,
        source=person.source,
        tags=person.tags,
        external_id=f"demo-{person.index}",
        created_at=person.first_at,
    )


def _customers(people: dict[int, DemoPerson]) -> dict[int, Customer]:
    rows = Customer.objects.bulk_create([customer_of(person) for person in people.values()], BATCH)
    customers = dict(zip(people, rows, strict=True))
    Contact.objects.bulk_create(
        [contact for index, person in people.items() for contact in _contacts(person, customers[index])], BATCH
    )
    ConsentRecord.objects.bulk_create(
        [
            ConsentRecord(
                customer=customers[index],
                channel=Channel.EMAIL,
                address=person.email,
                purpose=Purpose.MARKETING,
                action="granted" if person.agrees_to_marketing else "withdrawn",
                occurred_at=person.first_at,
                source="checkout",
                wording=wording(person),
            )
            for index, person in people.items()
            if person.agrees_to_marketing is not None
        ],
        BATCH,
    )
    return customers


def wording(person: DemoPerson) -> str:
    return "Хочу получать советы и предложения" if person.language_words.language == "ru" else "Send me tips and offers"


def _contacts(person: DemoPerson, customer: Customer) -> Iterator[Contact]:
    consent = {True: Contact.Consent.GRANTED, False: Contact.Consent.WITHDRAWN, None: Contact.Consent.UNKNOWN}
    for channel, address in ((Channel.EMAIL, person.email), (Channel.SMS, person.phone)):
        if address:
            yield Contact(
                customer=customer,
                channel=channel,
                address=address,
                marketing_consent=consent[person.agrees_to_marketing if channel == Channel.EMAIL else None],
                created_at=person.first_at,
            )


def _orders(purchases: list[Purchase], customers: dict[int, Customer], until: dt.datetime) -> list[Order]:
    orders = Order.objects.bulk_create(
        [_order(purchase, customers[purchase.person.index], until) for purchase in purchases], BATCH
    )
    OrderLine.objects.bulk_create(
        [
            OrderLine(
                order=order,
                product=basket.product,
                quantity=basket.quantity,
                price=basket.price,
                cost=basket.product.cost,
                returned_quantity=basket.quantity if order.returned_at else 0,
            )
            for purchase, order in zip(purchases, orders, strict=True)
            for basket in purchase.baskets
        ],
        BATCH,
    )
    return orders


def _order(purchase: Purchase, customer: Customer, until: dt.datetime) -> Order:
    moments = {name: at for name in MOMENTS if (at := getattr(purchase, name)) and at < until}
    return Order(
        number=purchase.number,
        customer=customer,
        kind="service" if purchase.is_service else "goods",
        placed_at=purchase.placed_at,
        promised_at=purchase.placed_at + PROMISED_WITHIN,
        currency=shop_currency(),
        total=purchase.total,
        discount=purchase.discount,
        refunded=purchase.total if "returned_at" in moments else 0,
        source=SOURCE,
        appointment_at=purchase.appointment_at,
        receipt_url=purchase.receipt_url,
        created_at=purchase.placed_at,
        **moments,
    )


def _order_events(purchase: Purchase, order: Order) -> Iterator[Event]:
    yield historic(EventKind.ORDER_PLACED, order, order.placed_at, f"order:{order.number}:placed", number=order.number)
    for name, kind in MOMENTS.items():
        at = getattr(order, name)
        if at:
            amount = {"amount": str(order.refunded)} if kind == EventKind.ORDER_RETURNED else {}
            key = f"order:{order.number}:{kind.removeprefix('order.')}"
            yield historic(kind, order, at, key, number=order.number, **amount)


def _feedback(purchases: list[Purchase], orders: list[Order], until: dt.datetime) -> Iterator[Event]:
    rated = [
        (
            order,
            Feedback(
                customer=order.customer,
                order=order,
                product=purchase.baskets[0].product,
                kind=Feedback.Kind.RATING,
                score=purchase.rating,
                text=purchase.words,
                may_publish=purchase.rating > 3,
                source=SOURCE,
                key=order.number,
                left_at=purchase.rated_at,
            ),
        )
        for purchase, order in zip(purchases, orders, strict=True)
        if purchase.rated_at and purchase.rated_at < until
    ]
    Feedback.objects.bulk_create([feedback for _order, feedback in rated], BATCH)
    _reviews([feedback for _order, feedback in rated])
    for order, feedback in rated:
        properties = {"kind": feedback.kind, "score": feedback.score, "feedback": feedback.pk}
        yield historic(EventKind.FEEDBACK_LEFT, order, feedback.left_at, f"feedback:{feedback.pk}", **properties)


def _reviews(ratings: Sequence[Feedback]) -> None:
    """What others may read of what they said: the last word of each about each product, published since."""
    told = [one for one in ratings if one.may_publish and len(one.text) >= FEWEST_LETTERS]
    last = {(one.customer_id, one.product_id): one for one in told}
    Review.objects.bulk_create(
        [
            Review(
                customer=one.customer,
                order=one.order,
                product=one.product,
                feedback=one,
                status=Review.Status.PUBLISHED,
                stars=one.score,
                text=one.text,
                may_publish=True,
                language=spoken(one.customer.language),
                created_at=one.left_at,
                changed_at=one.left_at,
                sent_at=one.left_at,
                published_at=one.left_at,
            )
            for one in last.values()
        ],
        BATCH,
    )
