"""A large shop made inside the database: customers, five orders, six lines and ten letters opened for each of them."""

from __future__ import annotations

FILL = """
    SELECT setseed(0.5);
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
    INSERT INTO crm_order (id, number, customer_id, kind, placed_at, currency, total, discount, refunded,
                           tracking_number, coupon_code, receipt_url, source, created_at)
    SELECT n, 'B-' || n, 1 + floor({customers} * random() ^ 1.7), 'goods',
           timestamptz '2026-03-10 12:00+00' - random() ^ 0.7 * interval '1100 days', 'EUR',
           round((5 + random() * 200)::numeric, 2), 0, 0, '', '', '', '', now()
    FROM generate_series(1, 5 * {customers}) AS n;
    INSERT INTO crm_orderline (order_id, product_id, quantity, price, returned_quantity)
    SELECT 1 + floor(5 * {customers} * random()), 1 + floor(400 * random()), 1, 10, 0
    FROM generate_series(1, 6 * {customers});
    INSERT INTO crm_event (kind, customer_id, occurred_at, received_at, source, key, properties, is_historic)
    SELECT 'message.opened', 1 + floor({customers} * random()), now(), now(), 'bench', n::text,
           jsonb_build_object('touch', n, 'tags', CASE WHEN n % 3 = 0 THEN '["recipes"]'::jsonb ELSE '[]' END), true
    FROM generate_series(1, 10 * {customers}) AS n;
    INSERT INTO crm_case (customer_id, kind, channel, severity, subject, body, opened_at, solution, alternative,
                          goodwill)
    SELECT 1 + floor({customers} * random()), 'complaint', 'phone', 'normal', '', '', now(), '', '', ''
    FROM generate_series(1, {customers} / 50);
    INSERT INTO crm_orderstanding (order_id, customer_id, placed_at, ordinal, previous_at, net_revenue)
    SELECT id, customer_id, placed_at, row_number() OVER history, lag(placed_at) OVER history, total
    FROM crm_order WINDOW history AS (PARTITION BY customer_id ORDER BY placed_at, id);
    INSERT INTO crm_customerstats (customer_id, orders_count, revenue, returns_count, first_order_at, last_order_at,
                                   median_gap_days)
    SELECT customer_id, count(*), sum(net_revenue), 0, min(placed_at), max(placed_at),
           percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM placed_at - previous_at)::float8 / 86400)
    FROM crm_orderstanding GROUP BY customer_id;
"""

# Keys checked and changes noted row by row, and indexes kept while rows come, would take most of an hour.
QUICK = """
    SET session_replication_role = replica;
    SET synchronous_commit = off;
    SET maintenance_work_mem = '512MB';
    SET work_mem = '256MB';
"""
INDEXES = """
    SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index
    WHERE indrelid::regclass::text LIKE 'crm\\_%'
    AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conindid = indexrelid)
"""


def fill(customers: int) -> None:
    """In place of whatever shop was there."""
    from django.db import connection, transaction

    with connection.cursor() as cursor:
        with transaction.atomic():
            cursor.execute(QUICK)
            cursor.execute("TRUNCATE crm_customer, crm_product, crm_category CASCADE")
            cursor.execute(INDEXES)
            indexes = cursor.fetchall()
            for name, _definition in indexes:
                cursor.execute(f"DROP INDEX {name}")
            cursor.execute(FILL.format(customers=customers))
            for _name, definition in indexes:
                cursor.execute(definition)
        cursor.execute("RESET ALL")
        cursor.execute("VACUUM ANALYZE")
