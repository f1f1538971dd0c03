"""What customers buy next learnt for a large shop, and what to offer each of them read, in the batches of delivery.

    python benchmarks/recommendations.py [--customers 1000000]

Half of a million buy once; the others come back, and every third of their later purchases follows from what they
have: 2.2 orders and 3.3 lines for each, among 4,000 products with relations. A database of its own, dropped after.
The verdict is on processor time, of this process and of PostgreSQL's: the clock tells little where others use the
machine.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NOON = dt.datetime(2026, 3, 10, 12, tzinfo=dt.UTC)
BATCH = 500
GOAL_SECONDS_A_MILLION = 60
SHOP = """
    INSERT INTO crm_category (id, name, may_be_recommended)
    SELECT n, 'Category ' || n, true FROM generate_series(1, 100) AS n;
    INSERT INTO crm_product (id, sku, name, kind, category_id, price_tier, complexity, url, instructions_url,
                             picture_url, price, is_in_stock, may_be_recommended, repurchase_days, created_at)
    SELECT n, 'S' || n, 'Product ' || n, 'goods', 1 + n % 100, '', 'simple', '', '', 'https://shop.example/' || n, 10,
           n % 20 > 0, true, CASE WHEN n % 10 = 0 THEN 60 END, now()
    FROM generate_series(1, 4000) AS n;
    INSERT INTO crm_productrelation (product_id, related_id, kind)
    SELECT n, 1 + (n + 37 * k) % 4000, 'accessory' FROM generate_series(1, 4000) AS n, generate_series(1, 2) AS k;
    INSERT INTO crm_customer (id, first_name, last_name, city, language, time_zone, source, tags, attributes, mood,
                              muted_topics, notes, created_at)
    SELECT n, '', '', '', '', '', '', '{{}}', '{{}}', '', '{{}}', '', now() FROM generate_series(1, {customers}) AS n;
"""
ORDERS = """
    INSERT INTO crm_order (id, number, customer_id, kind, placed_at, currency, total, discount, refunded,
                           tracking_number, coupon_code, receipt_url, source, created_at)
    SELECT row_number() OVER (), 'B-' || row_number() OVER (), customer, 'goods',
           timestamptz '2026-03-10 12:00+00' - (random() ^ 1.5 * 720 + 1) * interval '1 day', 'EUR', 20, 0, 0, '', '',
           '', '', now()
    FROM generate_series(1, {customers}) AS customer,
         generate_series(1, 1 + (customer % 2) * (1 + (customer / 2) % 4)) AS times
    WHERE customer > 0;
    INSERT INTO crm_orderline (order_id, product_id, quantity, price, returned_quantity)
    SELECT id, CASE WHEN nth = 1 AND id % 3 = 0 THEN (customer_id % 400) * 10 + 2
                    WHEN nth = 1 AND id % 3 = 1 THEN (customer_id % 400) * 10 + 1
                    ELSE 1 + floor(4000 * random() ^ 3)::int END, 1, 10, 0
    FROM crm_order, generate_series(1, 1 + (id % 2)::int) AS nth;
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--customers", type=int, default=1_000_000)
    options = parser.parse_args()
    sys.path.insert(0, str(ROOT))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()
    from django.db import connection

    before = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        measure(options.customers)
    finally:
        connection.creation.destroy_test_db(before, verbosity=0)


def processor_seconds() -> float:
    """Of this process, and of the server process behind its connection, which is on this machine."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        fields = Path(f"/proc/{cursor.fetchone()[0]}/stat").read_text().rpartition(")")[2].split()
    return time.process_time() + (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def measure(customers: int) -> None:
    from benchmarks.peers.large_shop import write
    from crm.models import OrderLine
    from crm.recommendations.nightly import learn
    from crm.recommendations.recommendations import recommend

    write(statements.format(customers=customers) for statements in (SHOP, ORDERS))
    lines = OrderLine.objects.count()
    began, started = processor_seconds(), time.perf_counter()
    pairs = learn(NOON)
    learnt = time.perf_counter() - started
    learning = processor_seconds() - began
    print(f"learnt from {lines:,} lines of {customers:,} customers: {learnt:.1f} s, {lines / learnt:,.0f} lines/s")
    print(f"    {pairs:,} pairs of products")
    began, started = processor_seconds(), time.perf_counter()
    offers, longest = 0, 0.0
    for first in range(1, customers, BATCH):
        begun = time.perf_counter()
        found = recommend(range(first, first + BATCH), NOON)
        longest = max(longest, time.perf_counter() - begun)
        offers += sum(len(one.found) for one in found.values())
    read = time.perf_counter() - started
    reading = processor_seconds() - began
    print(f"read for every customer, {BATCH} at a time: {read:.1f} s, {customers / read:,.0f} customers/s")
    print(f"    {offers / customers:.1f} offers each; a batch {read / customers * BATCH * 1000:.0f} ms, ", end="")
    print(f"the slowest {longest * 1000:.0f} ms")
    goal = GOAL_SECONDS_A_MILLION * customers / 1_000_000
    verdict = "in time" if learning <= goal else "TOO SLOW"
    print(f"processor time: learning {learning:.1f} s, reading {reading:.1f} s, ", end="")
    print(f"{reading / customers * BATCH * 1000:.0f} ms a batch")
    print(f"the nightly pass: {learning:.1f} s of {goal:.1f} s: {verdict}; with everybody's offers: ", end="")
    print(f"{learning + reading:.1f} s")


if __name__ == "__main__":
    main()
