"""What the figures of a million orders cost: counting them, and the queries behind the overview and worth.

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
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from analytics.filters import Filters
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
    INSERT INTO crm_category (id, name) SELECT n, 'Category ' || n FROM generate_series(1, 20) AS n;
    INSERT INTO crm_product (id, sku, name, kind, category_id, price_tier, complexity, instructions_url, picture_url,
                             is_in_stock, created_at)
    SELECT n, 'P-' || n, '', 'goods', 1 + n % 20, '', 'simple', '', '', true, now() FROM generate_series(1, 2000) AS n;
    INSERT INTO crm_orderline (order_id, product_id, quantity, price, returned_quantity)
    SELECT id, 1 + floor(random() * 2000), 1, total, 0 FROM crm_order;
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
    from crm.figures.periods import ALL_TIME, last_year

    dashboard = rollups.rebuild(timezone.now())
    print(f"counting {SIZE['orders']:,} orders: {dashboard.seconds_taken:.1f} s")
    print(f"again, with nothing changed: {rollups.rebuild(timezone.now()).seconds_taken:.1f} s")
    for name, filters in (("unfiltered (goal 1 s)", Filters()), ("one acquisition source", Filters(source="source 3"))):
        found = relations(filters, dashboard)
        print(f"queries of a dashboard, {name}: {statistics.median(timed(found) for _ in range(5)):.2f} s")
        print(f"cohorts and second orders, {name}: {statistics.median(timed_worth(found) for _ in range(5)):.2f} s")
    for name, period in (("of a year", last_year(timezone.localdate())), ("of all time", ALL_TIME)):
        spent = statistics.median(timed_groups(Filters(period)) for _ in range(3))
        print(f"groups and intervals {name}, of single buyers: {spent:.2f} s")


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


def timed_worth(found: Relations) -> float:
    from analytics.metrics.cohort_value import cohort_values
    from analytics.metrics.second_order import second_order
    from crm.figures.periods import ALL_TIME

    started = time.perf_counter()
    cohort_values(found)
    second_order(found, ALL_TIME)
    return time.perf_counter() - started


def timed_groups(filters: Filters) -> float:
    from django.utils import timezone

    from analytics.buyers import buyers_of
    from analytics.metrics.category_intervals import category_intervals
    from analytics.metrics.group_worth import groups

    started = time.perf_counter()
    buyers = buyers_of(filters)
    groups(buyers, timezone.now())
    category_intervals(buyers)
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
