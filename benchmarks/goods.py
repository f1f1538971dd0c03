"""What goes with what, counted for a large shop: pairs of products and of categories, traits of first orders.

    python benchmarks/goods.py [--orders 1000000]

Half of the buyers come once, the others up to eight times in two years; 2,000 products in 60 categories, some of which
follow from others. A database of its own, dropped after. Goal: a million orders within two minutes of processor time,
of this process and of PostgreSQL's: the clock tells little where others use the machine. The ratio is to one bare pass
over the kept lines of these orders in the same run.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import statistics
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NOON = dt.datetime(2026, 3, 10, 12, tzinfo=dt.UTC)
GOAL_SECONDS_A_MILLION = 120
SHOP = """
    INSERT INTO crm_category (id, name, may_be_recommended)
    SELECT n, 'Category ' || n, true FROM generate_series(1, 12) AS n;
    INSERT INTO crm_category (id, name, parent_id, may_be_recommended)
    SELECT 12 + n, 'Category ' || 12 + n, 1 + n % 12, true FROM generate_series(1, 48) AS n;
    INSERT INTO crm_product (id, sku, name, kind, category_id, price_tier, complexity, url, instructions_url,
                             picture_url, price, is_in_stock, may_be_recommended, created_at)
    SELECT n, 'S' || n, 'Product ' || n, 'goods', 1 + n % 60, '', 'simple', '', '', '', 10, true, true, now()
    FROM generate_series(1, 2000) AS n;
    INSERT INTO crm_customer (id, first_name, last_name, city, language, time_zone, source, tags, attributes, mood,
                              muted_topics, notes, created_at)
    SELECT n, '', '', '', '', '', 'source ' || n % 7, '{{}}', '{{}}', '', '{{}}', '', now()
    FROM generate_series(1, {customers}) AS n;
"""
ORDERS = """
    INSERT INTO crm_order (id, number, customer_id, kind, placed_at, currency, total, discount, refunded,
                           tracking_number, coupon_code, receipt_url, source, created_at)
    SELECT row_number() OVER (), 'B-' || row_number() OVER (), customer, 'goods',
           timestamptz '2026-03-10 12:00+00' - (random() * 720 + 1) * interval '1 day', 'EUR',
           round((5 + random() * 200)::numeric, 2), 0, 0, '', CASE WHEN random() < 0.2 THEN 'SPRING' ELSE '' END, '',
           '', now()
    FROM generate_series(1, {customers}) AS customer,
         generate_series(1, CASE WHEN customer % 2 = 0 THEN 1 ELSE 1 + (customer / 2) % 8 END) AS times
    WHERE customer > 0;
    INSERT INTO crm_orderline (order_id, product_id, quantity, price, returned_quantity)
    SELECT id, CASE WHEN nth = 2 AND id % 3 = 0 THEN 1 + (customer_id * 7) % 2000
                    ELSE 1 + floor(2000 * random() ^ 3)::int END,
           1, 10, (random() < 0.05)::int
    FROM crm_order, generate_series(1, 1 + (id % 4)::int) AS nth;
    INSERT INTO crm_orderstanding (order_id, customer_id, placed_at, ordinal, previous_at, net_revenue)
    SELECT id, customer_id, placed_at, row_number() OVER history, lag(placed_at) OVER history, total
    FROM crm_order WINDOW history AS (PARTITION BY customer_id ORDER BY placed_at, id);
"""
# Of the customers above, orders each.
ORDERS_EACH = 2.75


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--orders", type=int, default=1_000_000)
    options = parser.parse_args()
    sys.path.insert(0, str(ROOT))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()
    from django.db import connection

    before = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        measure(round(options.orders / ORDERS_EACH))
    finally:
        connection.creation.destroy_test_db(before, verbosity=0)


def measure(customers: int) -> None:
    from analytics.goods.nightly import count_goods
    from analytics.models import GoodsPair, ReturnTrait
    from benchmarks.peers.large_shop import write
    from benchmarks.recommendations import processor_seconds
    from crm.models import Order, OrderLine

    write(statements.format(customers=customers) for statements in (SHOP, ORDERS))
    orders, lines = Order.objects.count(), OrderLine.objects.count()
    bare = statistics.median(one_pass() for _ in range(3))
    began, started = processor_seconds(), time.perf_counter()
    count = count_goods(NOON)
    taken, worked = time.perf_counter() - started, processor_seconds() - began
    assert count is not None  # noqa: S101 - nobody else counts here
    print(f"{orders:,} orders, {lines:,} lines of {customers:,} customers: {taken:.1f} s")
    print(f"    pairs kept {GoodsPair.objects.count():,}, traits {ReturnTrait.objects.count():,}, of ", end="")
    print(", ".join(f"{looked_at:,} ({what})" for what, looked_at in count.looked_at.items()))
    print(f"one bare pass over the kept lines: {bare:.2f} s; counting takes {worked / bare:.0f} times as long")
    goal = GOAL_SECONDS_A_MILLION * orders / 1_000_000
    print(f"the nightly pass: {worked:.1f} s of {goal:.1f} s: {'in time' if worked <= goal else 'TOO SLOW'}")


def one_pass() -> float:
    """The processor time of reading once the lines that everything is counted from, and adding them up."""
    from analytics.goods.counting import rows
    from benchmarks.recommendations import processor_seconds
    from crm.recommendations.kept_lines import KEPT_LINES, LEARNT_FROM

    began = processor_seconds()
    asked = f"SELECT count(*), sum(line.quantity) FROM {KEPT_LINES}"  # noqa: S608 - constants
    rows(asked, {"now": NOON, "since": NOON - LEARNT_FROM})
    return processor_seconds() - began


if __name__ == "__main__":
    main()
