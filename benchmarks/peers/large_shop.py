"""A large shop made inside the database, the same every time: customers, and for each of them five orders, six lines,
ten events and about one line of the consent ledger. Orders and events lie in time order, as a log grows.
"""

from __future__ import annotations

from collections.abc import Iterable

CUSTOMERS = """
    INSERT INTO crm_category (id, name) SELECT n, 'Category ' || n FROM generate_series(1, 20) AS n;
    INSERT INTO crm_product (id, sku, name, kind, category_id, price_tier, complexity, instructions_url, picture_url,
                             is_in_stock, created_at)
    SELECT n, 'S' || n, '', 'goods', 1 + n % 20, '', 'simple', '', '', true, now() FROM generate_series(1, 400) AS n;
    INSERT INTO crm_customer (id, first_name, last_name, born_on, city, language, time_zone, source, tags, attributes,
                              mood, muted_topics, notes, created_at)
    SELECT n, '', '', date '1950-01-01' + (random() * 20000)::int, 'City ' || floor(20 * random() ^ 2), '', '', '',
           CASE WHEN random() < 0.1 THEN '{{club}}'::text[] ELSE '{{}}' END, '{{}}', '', '{{}}', '', now()
    FROM generate_series(1, {customers}) AS n;
    INSERT INTO crm_contact (customer_id, channel, address, state, state_reason, marketing_consent, service_consent,
                             created_at)
    SELECT id, 'email', 'c' || id || '@example.com', 'active', '',
           CASE WHEN random() < 0.7 THEN 'granted' ELSE 'unknown' END, 'unknown', now() FROM crm_customer;
    INSERT INTO crm_consentrecord (customer_id, channel, address, purpose, action, occurred_at, wording, source,
                                   evidence)
    SELECT customer_id, channel, address, 'marketing', 'granted', created_at, '', 'bench', '{{}}' FROM crm_contact
    WHERE marketing_consent = 'granted';
    INSERT INTO crm_consentrecord (customer_id, channel, address, purpose, action, occurred_at, wording, source,
                                   evidence)
    SELECT id, '', '', 'profiling', CASE WHEN random() < 0.6 THEN 'granted' ELSE 'withdrawn' END, created_at, '',
           'bench', '{{}}' FROM crm_customer WHERE random() < 0.05;
    INSERT INTO crm_case (customer_id, kind, channel, severity, subject, body, opened_at, solution, alternative,
                          goodwill)
    SELECT 1 + floor({customers} * random()), 'complaint', 'phone', 'normal', '', '', now(), '', '', ''
    FROM generate_series(1, {customers} / 50);
"""
ORDERS = """
    INSERT INTO crm_order (id, number, customer_id, kind, placed_at, currency, total, discount, refunded,
                           tracking_number, coupon_code, receipt_url, source, created_at)
    SELECT n, 'B-' || lpad(n::text, 9, '0'), 1 + floor({customers} * random() ^ 1.7), 'goods',
           timestamptz '2026-03-10 12:00+00' - (1 - n / (5.0 * {customers})) ^ 0.7 * interval '1100 days', 'EUR',
           round((5 + random() * 200)::numeric, 2), 0, 0, '', '', '', '', now()
    FROM generate_series(1, 5 * {customers}) AS n;
    INSERT INTO crm_orderline (order_id, product_id, quantity, price, returned_quantity)
    SELECT 1 + n * 5 / 6, 1 + floor(400 * random()), 1, 10, 0 FROM generate_series(0, 6 * {customers} - 1) AS n;
    INSERT INTO crm_orderstanding (order_id, customer_id, placed_at, ordinal, previous_at, net_revenue)
    SELECT id, customer_id, placed_at, row_number() OVER history, lag(placed_at) OVER history, total
    FROM crm_order WINDOW history AS (PARTITION BY customer_id ORDER BY placed_at, id);
    INSERT INTO crm_customerstats (customer_id, orders_count, revenue, returns_count, first_order_at, last_order_at,
                                   median_gap_days)
    SELECT customer_id, count(*), sum(net_revenue), 0, min(placed_at), max(placed_at),
           percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM placed_at - previous_at)::float8 / 86400)
    FROM crm_orderstanding GROUP BY customer_id;
"""
# Six of ten are letters opened, one in twelve of these by a machine; one is a click, three are pages looked at.
EVENTS = """
    INSERT INTO crm_event (kind, customer_id, occurred_at, received_at, source, key, properties, is_historic)
    SELECT kind, 1 + floor({customers} * random()), moment, moment, 'bench', lpad(n::text, 10, '0'),
           CASE kind WHEN 'page.viewed' THEN jsonb_build_object('url', '/p/' || n % 400, 'seconds', n % 90)
           ELSE jsonb_build_object('touch', n, 'is_machine', n % 20 = 1,
                                   'tags', CASE WHEN n % 3 = 0 THEN '["recipes"]'::jsonb ELSE '[]' END) END, true
    FROM generate_series(1, 10 * {customers}) AS n,
         LATERAL (SELECT timestamptz '2026-03-10 12:00+00' - (1 - n / (10.0 * {customers})) * interval '700 days')
             AS of_one (moment),
         LATERAL (SELECT CASE n % 10 WHEN 0 THEN 'message.clicked' WHEN 3 THEN 'page.viewed' WHEN 6 THEN 'page.viewed'
                  WHEN 9 THEN 'page.viewed' ELSE 'message.opened' END) AS named (kind);
"""

# Keys checked and changes noted row by row, and indexes kept while rows come, would take most of an hour.
QUICK = """
    SELECT setseed(0.5);
    SET LOCAL session_replication_role = replica;
    SET LOCAL synchronous_commit = off;
    SET LOCAL maintenance_work_mem = '512MB';
    SET LOCAL work_mem = '256MB';
    TRUNCATE crm_customer, crm_product, crm_category CASCADE;
    ALTER TABLE crm_order DISABLE TRIGGER segments_note_insert;
"""
NOTED_AGAIN = "ALTER TABLE crm_order ENABLE ALWAYS TRIGGER segments_note_insert"
INDEXES = """
    SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index
    WHERE indrelid::regclass::text LIKE 'crm\\_%'
    AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conindid = indexrelid)
"""


def fill(customers: int) -> None:
    """In place of whatever shop was there."""
    write([statements.format(customers=customers) for statements in (CUSTOMERS, ORDERS, EVENTS)])


def write(made: Iterable[str]) -> None:
    """These statements, indexes built last."""
    from django.db import connection, transaction

    with connection.cursor() as cursor:
        with transaction.atomic():
            cursor.execute(QUICK)
            cursor.execute(INDEXES)
            indexes = cursor.fetchall()
            for name, _definition in indexes:
                cursor.execute(f"DROP INDEX {name}")
            for statements in made:
                cursor.execute(statements)
            for _name, definition in indexes:
                cursor.execute(definition)
            cursor.execute(NOTED_AGAIN)
        cursor.execute("VACUUM ANALYZE")
