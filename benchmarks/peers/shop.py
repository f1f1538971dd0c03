"""A shop for the benchmarks, filled in a few statements."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.db.models import Model

from chains.definition.publishing import publish
from chains.messages.blocks.registry import BLOCK_KINDS
from chains.messages.written import Block, WrittenText, plain_blocks, save_text
from chains.models import Chain, Enrolment, MessageTemplate, Step, Touch
from crm.models import (
    Channel,
    Contact,
    Customer,
    Event,
    EventInbox,
    EventKind,
    Order,
    OrderLine,
    Product,
    ProductRelation,
    Purpose,
    Shop,
)

ASKED = "benchmark.asked"
GOODS = 200


def chain_of_one_letter(name: str, body: str, at: dt.datetime, more: Sequence[Block] = ()) -> Chain:
    """Order placed → a letter → a wait of a month → the letter again; the only one live, since `at`."""
    _shop()
    template = _template(name, body, Purpose.SERVICE, more)
    chain = Chain.objects.create(name=f"Letter: {name}", trigger_event=EventKind.ORDER_PLACED)
    Step.objects.create(chain=chain, position=0, template=template, name="letter")
    Step.objects.create(chain=chain, position=1, kind=Step.Kind.WAIT, wait_amount=30)
    Step.objects.create(chain=chain, position=2, template=template, name="again")
    return _published(chain, at)


def chain_of_two_letters(at: dt.datetime) -> Chain:
    """Something was asked → a service letter and a marketing letter at once; the only one live, since `at`."""
    _shop()
    chain = Chain.objects.create(name="Two letters", trigger_event=Chain.CUSTOM_EVENT, custom_event=ASKED)
    for position, purpose in enumerate((Purpose.SERVICE, Purpose.MARKETING)):
        template = _template(purpose.value, "Dear {{ customer.first_name }},", purpose)
        Step.objects.create(chain=chain, position=position, template=template, purpose=purpose, name=purpose.value)
    return _published(chain, at)


def _shop() -> None:
    Chain.objects.live().update(status=Chain.Status.ARCHIVED)
    shop = Shop.load()
    shop.support_contact, shop.reply_address = "+44 20 7946 0000", "help@example.com"
    # Measured at whatever hour.
    shop.quiet_from = shop.quiet_until = dt.time(0)
    shop.save()


def personal_blocks() -> tuple[Block, ...]:
    """Three that depend on who gets the letter, of which two are shown, and three products for what each has."""
    offers = {field.name: field.empty for field in BLOCK_KINDS["recommendations"].fields}
    return (
        Block("words", {"source": "We are glad that you chose us."}, _figure("orders_count", "at_most", 1)),
        Block("words", {"source": "Welcome back: a tip that only you get."}, _figure("orders_count", "at_least", 2)),
        Block("words", {"source": "It was on its way to you."}, _figure("order_total", "at_least", 50)),
        Block("recommendations", {**offers, "title": "For your kettle"}),
    )


def add_goods() -> None:
    """Three go with each product. Every customer has one of them; without goods nothing could be offered."""
    page = Sql("'https://shop.example/' || n")
    _insert(Product, GOODS, sku=Sql("'S' || n"), name=Sql("'Kettle ' || n"), price=20, url=page, picture_url=page)
    related, kind = Sql(f"1 + (n + 37 * (n / {GOODS} + 1)) %% {GOODS}"), ProductRelation.Kind.ACCESSORY
    _insert(ProductRelation, 3 * GOODS, product_id=Sql(f"1 + n %% {GOODS}"), related_id=related, kind=kind)
    count = Order.objects.count()
    _insert(OrderLine, count, order_id=EACH, product_id=Sql(f"1 + n %% {GOODS}"), quantity=1, price=100)


def _figure(field: str, operator: str, value: int) -> dict[str, Any]:
    return {"all": [{"field": field, "operator": operator, "value": value}]}


def make_only_live(chain: Chain) -> None:
    Chain.objects.live().update(status=Chain.Status.ARCHIVED)
    Chain.objects.filter(pk=chain.pk).update(status=Chain.Status.LIVE)


def _template(name: str, body: str, purpose: str, more: Sequence[Block] = ()) -> MessageTemplate:
    template = MessageTemplate.objects.create(name=f"Letter: {name}", purpose=purpose)
    text = WrittenText(
        language="en",
        subject="{{ customer.first_name }}, how to keep your kettle clean",
        blocks=(*more, *plain_blocks(body, ("See how", "https://example.com/care"))),
    )
    save_text(template, text)
    return template


def _published(chain: Chain, at: dt.datetime) -> Chain:
    publish(chain, at)
    chain.refresh_from_db()
    return chain


def clear() -> None:
    _run("TRUNCATE crm_product, crm_customer, crm_event, crm_eventinbox, chains_enrolment, chains_touch CASCADE")


def fill_due(chain: Chain, due: int, at: dt.datetime, count: int = 0) -> None:
    """So many customers with a touch that is due, among `count` with one that waits for a week and more."""
    assert chain.version
    letter, wait, _again = chain.version.program["steps"]
    count = max(count, due)
    _people(count, at)
    _insert(
        Enrolment,
        count,
        chain_id=chain.pk,
        version_id=chain.version_id,
        customer_id=EACH,
        order_id=EACH,
        entry_key=Sql("'order:' || n"),
        triggered_at=at,
        step_key=wait["key"],
        arrived_at=at,
        due_at=Sql("%s::timestamptz + interval '30 days' + n * interval '1 second'", at),
    )
    moment = f"(%s::timestamptz + CASE WHEN n > {due} THEN interval '7 days' + n * interval '1 second' ELSE '0' END)"
    _insert(
        Touch,
        count,
        enrolment_id=EACH,
        chain_id=chain.pk,
        customer_id=EACH,
        order_id=EACH,
        step_key=letter["key"],
        step_name="letter",
        channel=Touch.Channel.EMAIL,
        purpose=Purpose.SERVICE,
        due_at=Sql(moment, at),
        useful_until=Sql(f"{moment} + interval '3 days'", at),
        token=Sql("md5(n::text)"),
    )


@transaction.atomic
def fill_events(count: int, at: dt.datetime, kind: str = EventKind.ORDER_PLACED, after: int = 0) -> None:
    """So many customers with an order and an event that nobody has handled yet, numbered on from `after`."""
    _people(count, at, after)
    _insert(
        Event,
        count,
        after,
        kind=kind,
        customer_id=EACH,
        order_id=EACH,
        occurred_at=at,
        source="benchmark",
        key=Sql("n::text"),
    )
    _insert(EventInbox, count, after, consumer=EventInbox.Consumer.CHAINS, event_id=EACH, customer_id=EACH)


def _people(count: int, at: dt.datetime, after: int = 0) -> None:
    _insert(Customer, count, after, first_name=Sql("'Ann ' || n"))
    _insert(
        Contact,
        count,
        after,
        customer_id=EACH,
        channel=Channel.EMAIL,
        address=Sql("'customer' || n || '@example.com'"),
        marketing_consent=Contact.Consent.GRANTED,
    )
    _insert(Order, count, after, number=Sql("'B-' || n"), customer_id=EACH, placed_at=at, currency="EUR", total=100)


@dataclass(frozen=True)
class Sql:
    """An expression over the row's number n, with its parameters."""

    text: str
    moment: dt.datetime | None = None


EACH = Sql("n")


def _insert(model: type[Model], count: int, after: int = 0, **given: Any) -> None:
    """So many rows, numbered on from `after`, in one statement; columns not given hold what the model says."""
    columns, expressions, values = [], [], []
    for field in model._meta.concrete_fields:
        if field.generated or (field.has_db_default() and field.attname not in given):
            continue
        value = given.get(field.attname, EACH if field.primary_key else field.get_default())
        columns.append(f'"{field.column}"')
        if isinstance(value, Sql):
            expressions.append(value.text)
            values += [value.moment] if value.moment else []
        else:
            expressions.append(f"%s::{field.db_type(connection)}")
            values.append(field.get_db_prep_save(value, connection))
    _run(
        f"INSERT INTO {model._meta.db_table} ({', '.join(columns)}) "
        f"SELECT {', '.join(expressions)} FROM generate_series({after + 1}, {after + count}) AS n",
        values,
    )
    # What the engine adds is numbered on from here.
    _run(f"SELECT setval(pg_get_serial_sequence('{model._meta.db_table}', 'id'), {after + count})")


def _run(statement: str, values: Sequence[Any] = ()) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
