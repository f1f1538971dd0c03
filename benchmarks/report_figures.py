"""What the figures of a million orders cost: counting them, and the queries of one dashboard from rollups."""

from __future__ import annotations

import datetime as dt
import os
import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django

django.setup()

from django.db import connection
from django.utils import timezone

from analytics import rollups
from analytics.filters import Filters
from analytics.metrics.cohorts import cohorts
from analytics.metrics.timeline import Grain, timeline
from analytics.periods import ALL_TIME, last_year
from analytics.relations import Relations, relations
from analytics.tally import tallies

BUYERS, ORDERS, DAYS = 350_000, 1_000_000, 3 * 365

# A buyer's chance of an order falls with their number, so a few order often and most once or twice.
FILL = f"""
    INSERT INTO crm_customer (id, first_name, last_name, city, language, time_zone, source, tags, attributes, mood,
                              muted_topics, notes, created_at)
    SELECT n, '', '', '', '', '', 'source ' || n % 7, '{{}}', '{{}}', '', '{{}}', '', now()
    FROM generate_series(1, {BUYERS}) AS n;
    INSERT INTO crm_order (id, number, customer_id, kind, placed_at, currency, total, discount, refunded,
                           tracking_number, coupon_code, receipt_url, source, created_at)
    SELECT n, 'B-' || n, 1 + floor({BUYERS} * power(random(), 1.7)), 'goods', now() - random() * interval '{DAYS} days',
           'EUR', round((5 + random() * 200)::numeric, 2), 0, 0, '', '', '', '', now()
    FROM generate_series(1, {ORDERS}) AS n;
    INSERT INTO crm_customerstats (customer_id, orders_count, revenue, returns_count)
    SELECT id, 1, 0, 0 FROM crm_customer;
    INSERT INTO crm_orderstanding (order_id, customer_id, placed_at, ordinal, previous_at, net_revenue)
    SELECT id, customer_id, placed_at, row_number() OVER history, lag(placed_at) OVER history, total
    FROM crm_order WINDOW history AS (PARTITION BY customer_id ORDER BY placed_at, id);
    ANALYZE;
"""


def main() -> None:
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        with connection.cursor() as cursor:
            cursor.execute(FILL)
        measure()
    finally:
        connection.creation.destroy_test_db(connection.settings_dict["NAME"], verbosity=0)


def measure() -> None:
    dashboard = rollups.rebuild(timezone.now())
    print(f"count of {ORDERS:,} orders: {dashboard.seconds_taken:.1f} s")
    print(f"the same with nothing changed: {rollups.rebuild(timezone.now()).seconds_taken:.1f} s")
    for name, filters in (("whole base, from rollups", Filters()), ("one source, from orders", Filters(source="source 3"))):
        found = relations(filters, dashboard)
        print(f"queries of a dashboard, {name}: {statistics.median(timed(found) for _ in range(3)):.2f} s")


def timed(found: Relations) -> float:
    """Twelve months and the twelve before, a year's chart, and all cohorts."""
    started = time.perf_counter()
    year = last_year(dt.datetime.now(dt.UTC).date())
    before = year.just_before()
    tallies(found, [year, *([before] if before else [])], 180)
    tallies(found, [ALL_TIME], 180)
    timeline(found, year, Grain.MONTH)
    cohorts(found)
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
