"""What the figures of a million orders cost: counting them, and the queries behind one dashboard.

    python benchmarks/report_figures.py

Works in a database of its own that it drops. Goal: the unfiltered dashboard within a second.
"""

from __future__ import annotations

import datetime as dt
import os
import statistics
import sys
import time
from pathlib import Path

from analytics.relations import Relations

ROOT = Path(__file__).resolve().parent.parent
SIZE = {"buyers": 350_000, "orders": 1_000_000, "days": 3 * 365}
# A buyer's chance of an order falls with their number: a few order often, most once or twice.
FILL = """
    SELECT setseed(0.5);
    INSERT INTO crm_customer (id, first_name, last_name, city, language, time_zone, source, tags, attributes, mood,
                              muted_topics, notes, created_at)
    SELECT n, '', '', '', '', '', 'source ' || n % 7, '{{}}', '{{}}', '', '{{}}', '', now()
    FROM generate_series(1, {buyers}) AS n;
    INSERT INTO crm_order (id, number, customer_id, kind, placed_at, currency, total, discount, refunded,
                           tracking_number, coupon_code, receipt_url, source, created_at)
    SELECT n, 'B-' || n, 1 + floor({buyers} * power(random(), 1.7)), 'goods', now() - random() * interval '{days} days',
           'EUR', round((5 + random() * 200)::numeric, 2), 0, 0, '', '', '', '', now()
    FROM generate_series(1, {orders}) AS n;
    INSERT INTO crm_customerstats (customer_id, orders_count, revenue, returns_count)
    SELECT id, 1, 0, 0 FROM crm_customer;
    INSERT INTO crm_orderstanding (order_id, customer_id, placed_at, ordinal, previous_at, net_revenue)
    SELECT id, customer_id, placed_at, row_number() OVER history, lag(placed_at) OVER history, total
    FROM crm_order WINDOW history AS (PARTITION BY customer_id ORDER BY placed_at, id);
    ANALYZE;
"""


def main() -> None:
    sys.path.insert(0, str(ROOT))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()
    from django.db import connection

    before = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        with connection.cursor() as cursor:
            cursor.execute(FILL.format(**SIZE))
        measure()
    finally:
        connection.creation.destroy_test_db(before, verbosity=0)


def measure() -> None:
    from django.utils import timezone

    from analytics import rollups
    from analytics.filters import Filters
    from analytics.relations import relations

    dashboard = rollups.rebuild(timezone.now())
    print(f"counting {SIZE['orders']:,} orders: {dashboard.seconds_taken:.1f} s")
    print(f"again, with nothing changed: {rollups.rebuild(timezone.now()).seconds_taken:.1f} s")
    for name, filters in (("unfiltered (goal 1 s)", Filters()), ("one acquisition source", Filters(source="source 3"))):
        found = relations(filters, dashboard)
        print(f"queries of a dashboard, {name}: {statistics.median(timed(found) for _ in range(5)):.2f} s")


def timed(found: Relations) -> float:
    """Twelve months and the twelve before, a year's chart, and all cohorts."""
    from analytics.metrics.cohorts import cohorts
    from analytics.metrics.timeline import Grain, timeline
    from analytics.period_counts import count_periods
    from crm.figures.periods import last_year, shifted

    started = time.perf_counter()
    year = last_year(dt.datetime.now(dt.UTC).date())
    count_periods(found, [year, shifted(year, 12)], 180)
    timeline(found, year, Grain.MONTH)
    cohorts(found)
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
