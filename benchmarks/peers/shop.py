"""A shop for the benchmarks, filled in a few statements."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import connection

from chains.models import Chain, MessageTemplate, Step, TemplateText
from chains.publishing import publish
from crm.models import Purpose, Shop

PEOPLE = """
    INSERT INTO crm_customer (id, first_name, last_name, city, language, time_zone, source, tags, attributes, mood,
                              muted_topics, notes, created_at)
    SELECT n, 'Ann ' || n, '', '', '', '', '', '{}', '{}', '', '{}', '', now() FROM generate_series(1, %(count)s) AS n;
    INSERT INTO crm_contact (customer_id, channel, address, state, state_reason, marketing_consent, service_consent,
                             created_at)
    SELECT n, 'email', 'customer' || n || '@example.com', 'active', '', 'granted', 'unknown', now()
    FROM generate_series(1, %(count)s) AS n;
    INSERT INTO crm_order (id, number, customer_id, kind, placed_at, currency, total, discount, refunded,
                           tracking_number, coupon_code, receipt_url, source, created_at)
    SELECT n, 'B-' || n, n, 'goods', %(at)s::timestamptz, 'EUR', 100, 0, 0, '', '', '', '', now()
    FROM generate_series(1, %(count)s) AS n;
"""
# One enrolment and one touch a customer: the first `due` of them due, the others a week later and more.
TOUCHES = """
    INSERT INTO chains_enrolment (id, chain_id, version_id, customer_id, order_id, entry_key, triggered_at, status,
                                  ending, step_key, arrived_at, due_at, awaits, entered_at)
    SELECT n, %(chain)s, %(version)s, n, n, 'order:' || n, %(at)s::timestamptz, 'active', '', %(wait)s,
           %(at)s::timestamptz, %(at)s::timestamptz + interval '30 days' + n * interval '1 second', '', now()
    FROM generate_series(1, %(count)s) AS n;
    INSERT INTO chains_touch (enrolment_id, chain_id, customer_id, order_id, step_key, step_name, channel, purpose,
                              topic, subject, status, reason, facts, due_at, useful_until, attempts, token, links,
                              created_at)
    SELECT n, %(chain)s, n, n, %(step)s, 'letter', 'email', 'service', '', '', 'scheduled', '', '{}',
           moment, moment + interval '3 days', 0, md5(n::text), '[]', now()
    FROM (SELECT n, %(at)s::timestamptz + CASE WHEN n > %(due)s THEN interval '7 days' + n * interval '1 second'
                                              ELSE interval '0' END AS moment
          FROM generate_series(1, %(count)s) AS n) AS planned;
"""
EVENTS = """
    INSERT INTO crm_event (id, kind, customer_id, order_id, occurred_at, received_at, source, key, properties,
                           is_historic)
    SELECT n, 'order.placed', n, n, %(at)s::timestamptz, now(), 'benchmark', n::text, '{}', false
    FROM generate_series(1, %(count)s) AS n;
    INSERT INTO crm_eventinbox (consumer, event_id, customer_id)
    SELECT 'chains', n, n FROM generate_series(1, %(count)s) AS n;
"""


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
    """So many customers with a touch that is due, among `count` with one that waits."""
    assert chain.version
    letter, wait, _again = chain.version.program["steps"]
    _run(
        PEOPLE + TOUCHES,
        at=at,
        due=due,
        count=max(count, due),
        chain=chain.pk,
        version=chain.version_id,
        step=letter["key"],
        wait=wait["key"],
    )


def fill_events(count: int, at: dt.datetime) -> None:
    """So many customers with an order placed just now that nobody has handled yet."""
    _run(PEOPLE + EVENTS, at=at, count=count)


def _run(statements: str, **values: Any) -> None:
    with connection.cursor() as cursor:
        for statement in statements.split(";\n"):
            if statement.strip():
                cursor.execute(statement, values or None)
