"""A shop for the benchmarks, filled in a few statements."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Model

from chains.models import Chain, Enrolment, MessageTemplate, Step, TemplateText, Touch
from chains.publishing import publish
from crm.models import Channel, Contact, Customer, Event, EventInbox, EventKind, Order, Purpose, Shop


def chain_of_one_letter(name: str, body: str, at: dt.datetime) -> Chain:
    """Order placed → a letter → a wait of a month → the letter again; the only one live, since `at`."""
    Chain.objects.live().update(status=Chain.Status.ARCHIVED)
    shop = Shop.load()
    shop.support_contact, shop.reply_address = "+44 20 7946 0000", "help@example.com"
    shop.save()
    template = MessageTemplate.objects.create(name=f"Letter: {name}", purpose=Purpose.SERVICE)
    TemplateText.objects.create(
        template=template,
        language="en",
        subject="{{ customer.first_name }}, how to keep your kettle clean",
        body=body,
        cta_label="See how",
        cta_url="https://example.com/care",
    )
    chain = Chain.objects.create(name=f"Letter: {name}", trigger_event="order.placed")
    Step.objects.create(chain=chain, position=0, template=template, name="letter")
    Step.objects.create(chain=chain, position=1, kind=Step.Kind.WAIT, wait_amount=30)
    Step.objects.create(chain=chain, position=2, template=template, name="again")
    publish(chain, at)
    chain.refresh_from_db()
    return chain


def clear() -> None:
    _run("TRUNCATE crm_customer, crm_event, crm_eventinbox, chains_enrolment, chains_touch CASCADE")


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


def fill_events(count: int, at: dt.datetime) -> None:
    """So many customers with an order placed just now that nobody has handled yet."""
    _people(count, at)
    _insert(
        Event,
        count,
        kind=EventKind.ORDER_PLACED,
        customer_id=EACH,
        order_id=EACH,
        occurred_at=at,
        source="benchmark",
        key=Sql("n::text"),
    )
    _insert(EventInbox, count, consumer=EventInbox.Consumer.CHAINS, event_id=EACH, customer_id=EACH)


def _people(count: int, at: dt.datetime) -> None:
    _insert(Customer, count, first_name=Sql("'Ann ' || n"))
    _insert(
        Contact,
        count,
        customer_id=EACH,
        channel=Channel.EMAIL,
        address=Sql("'customer' || n || '@example.com'"),
        marketing_consent=Contact.Consent.GRANTED,
    )
    _insert(Order, count, number=Sql("'B-' || n"), customer_id=EACH, placed_at=at, currency="EUR", total=100)


@dataclass(frozen=True)
class Sql:
    """An expression over the row's number n, with its parameters."""

    text: str
    moment: dt.datetime | None = None


EACH = Sql("n")


def _insert(model: type[Model], count: int, **given: Any) -> None:
    """Rows 1 to `count` in one statement; columns that are not given hold what the model says by itself."""
    columns, expressions, values = [], [], []
    for field in model._meta.concrete_fields:
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
        f"SELECT {', '.join(expressions)} FROM generate_series(1, {count}) AS n",
        values,
    )


def _run(statement: str, values: Sequence[Any] = ()) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
