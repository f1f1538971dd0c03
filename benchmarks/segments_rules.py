"""Ten rules about many customers: counting and refreshing them against hand-written SQL for the same question.

    python benchmarks/segments_rules.py [--customers 1000000]

Works in a database of its own that it drops; five orders, six lines and ten letters opened a customer.
Goals: counting within 1.3 of the hand-written query, refreshing within 2 of it filling a table of members, and a
refresh after a thousand customers changed within 1/50 of one that asks about everybody, at a million customers.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from resource import RUSAGE_SELF, getrusage
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
NOW = dt.datetime(2026, 3, 10, 12, tzinfo=dt.UTC)
DATABASE = "encore_bench_segments"
CHANGED = 1_000
# What somebody who knows the tables would write; each is the part after `FROM crm_customer c`.
CURRENT = "c.merged_into_id IS NULL AND c.erased_at IS NULL"
STATS = "JOIN crm_customerstats s ON s.customer_id = c.id"
RULES: dict[str, tuple[dict[str, Any], str]] = {
    "seed example (B9)": (
        {
            "all": [
                {"field": "age", "operator": "at_least", "value": 25},
                {"field": "age", "operator": "at_most", "value": 34},
                {"field": "bought_category", "operator": "bought", "value": ["3"]},
                {
                    "field": "opened",
                    "operator": "at_least",
                    "value": 2,
                    "where": [{"field": "tag", "operator": "has", "value": ["recipes"]}],
                },
                {"field": "city", "operator": "is", "value": ["City 0", "City 1"]},
            ]
        },
        """WHERE c.born_on <= '2001-03-10' AND c.born_on > '1991-03-10' AND c.city IN ('City 0', 'City 1')
           AND EXISTS (SELECT 1 FROM crm_order o JOIN crm_orderline l ON l.order_id = o.id
                       JOIN crm_product p ON p.id = l.product_id
                       WHERE o.customer_id = c.id AND o.cancelled_at IS NULL AND p.category_id = 3)
           AND (SELECT count(DISTINCT properties ->> 'touch') FROM crm_event e WHERE e.customer_id = c.id
                AND e.kind = 'message.opened' AND NOT properties @> '{"is_machine": true}'
                AND properties @> '{"tags": ["recipes"]}') >= 2""",
    ),
    "repeat buyers": (
        {"all": [{"field": "orders_count", "operator": "at_least", "value": 2}]},
        f"{STATS} WHERE s.orders_count >= 2",
    ),
    "sleeping": (
        {"all": [{"field": "stage", "operator": "is", "value": ["sleeping"]}]},
        f"{STATS} WHERE s.last_order_at >= '2025-03-10' AND s.last_order_at < '2025-09-12'",
    ),
    "active": (
        {"all": [{"field": "stage", "operator": "is", "value": ["active"]}]},
        f"""{STATS} WHERE s.first_order_at < '2026-02-08' AND s.last_order_at >= '2025-09-12'
            AND date '2026-03-10' - (s.last_order_at AT TIME ZONE 'UTC')::date
                <= CASE WHEN s.median_gap_days >= 1 THEN s.median_gap_days * 1.5 ELSE 90 END""",
    ),
    "two orders in 90 days": (
        {"all": [{"field": "orders_count", "operator": "at_least", "value": 2, "window": 90}]},
        """JOIN (SELECT customer_id FROM crm_order WHERE cancelled_at IS NULL AND placed_at >= '2025-12-10'
                 GROUP BY customer_id HAVING count(*) >= 2) g ON g.customer_id = c.id WHERE true""",
    ),
    "under 1000 in a year": (
        {"all": [{"field": "revenue", "operator": "at_most", "value": 1000, "window": 365}]},
        """WHERE NOT EXISTS (SELECT 1 FROM (SELECT customer_id FROM crm_orderstanding WHERE placed_at >= '2025-03-10'
                 GROUP BY customer_id HAVING sum(net_revenue) > 1000) g WHERE g.customer_id = c.id)""",
    ),
    "category not bought in 90 days": (
        {"all": [{"field": "bought_category", "operator": "not_bought", "value": ["3"], "window": 90}]},
        """WHERE NOT EXISTS (SELECT 1 FROM crm_order o JOIN crm_orderline l ON l.order_id = o.id
                 JOIN crm_product p ON p.id = l.product_id WHERE o.customer_id = c.id AND o.cancelled_at IS NULL
                 AND p.category_id = 3 AND o.placed_at >= '2025-12-10')""",
    ),
    "city or tag": (
        {
            "any": [
                {"field": "city", "operator": "is", "value": ["City 3"]},
                {"field": "tags", "operator": "has", "value": ["club"]},
            ]
        },
        "WHERE (c.city = 'City 3' OR c.tags && '{club}'::varchar[])",
    ),
    "no complaint, or a big buyer": (
        {
            "any": [
                {"field": "open_case", "operator": "has_not", "value": ["complaint"]},
                {"field": "revenue", "operator": "at_least", "value": 5000},
            ]
        },
        """LEFT JOIN crm_customerstats s ON s.customer_id = c.id
           WHERE (NOT EXISTS (SELECT 1 FROM crm_case k WHERE k.customer_id = c.id AND k.resolved_at IS NULL
                  AND k.kind = 'complaint') OR s.revenue >= 5000)""",
    ),
    "reachable, 30 days silent": (
        {
            "all": [
                {"field": "reachable", "operator": "is", "value": ["email"]},
                {"field": "last_order", "operator": "ago", "value": 30},
                {"field": "last_order", "operator": "within", "value": 59},
            ]
        },
        f"""{STATS} WHERE s.last_order_at < '2026-02-09' AND s.last_order_at >= '2026-01-10'
            AND EXISTS (SELECT 1 FROM crm_contact k WHERE k.customer_id = c.id AND k.channel = 'email'
                        AND k.state = 'active' AND k.marketing_consent = 'granted')""",  # noqa: S608 - constants of this file
    ),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--customers", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--rule", help="only the rules whose name has this in it")
    parser.add_argument("--keep", action="store_true", help="keep the database, and use the one kept before")
    options = parser.parse_args()
    sys.path.insert(0, str(ROOT))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()
    from django.db import connection

    before = connection.settings_dict["NAME"]
    connection.settings_dict["TEST"]["NAME"] = DATABASE
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False, keepdb=options.keep)
    try:
        report(options.customers, options.rule or "", options.rounds)
    finally:
        connection.creation.destroy_test_db(before, verbosity=0, keepdb=options.keep)


def report(customers: int, wanted: str, rounds: int) -> None:
    from benchmarks.peers.large_shop import fill
    from crm.models import Customer

    if Customer.objects.count() != customers:
        started = time.perf_counter()
        fill(customers)
        print(f"filled in {time.perf_counter() - started:.0f} s")
    print(f"{customers:,} customers, medians of {rounds} rounds")
    rules = {name: rule for name, rule in RULES.items() if wanted in name}
    for name, (rule, by_hand) in rules.items():
        measure(name, rule, by_hand, rounds)
    for name, (rule, _by_hand) in rules.items():
        measure_changes(name, rule, customers, rounds)
    print(f"memory of this process at its highest: {getrusage(RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


def measure(name: str, rule: dict[str, Any], by_hand: str, rounds: int) -> None:
    from segments.compile import matching

    query = f"FROM crm_customer c {by_hand} AND {CURRENT}"
    counts: list[Callable[[], int]] = [lambda: matching(rule, NOW).count(), lambda: fetch(f"SELECT count(*) {query}")]
    found = [count() for count in counts]
    assert found[0] == found[1], (name, found)
    ours, theirs = alternately(counts, rounds)
    fills: list[Callable[[], int]] = [lambda: refreshed(rule), lambda: filled(query)]
    our_fill, their_fill = alternately(fills, rounds)
    print(
        f"{name:32} {found[0]:>9,}   count {ours:7.3f} s, by hand {theirs:7.3f} s: {ours / theirs:4.2f}"
        f"   refresh {our_fill:7.3f} s, by hand {their_fill:7.3f} s: {our_fill / their_fill:4.2f}"
    )


def measure_changes(name: str, rule: dict[str, Any], customers: int, rounds: int) -> None:
    """A refresh after some customers changed against one that asks about everybody, on one day of the shop."""
    from django.db import connection, transaction

    from segments.models import Segment
    from segments.refresh import refresh

    changing = min(CHANGED, customers // 10)
    apart = customers // changing
    taken: dict[bool, list[float]] = {True: [], False: []}
    with transaction.atomic(), connection.cursor() as cursor:
        segment = Segment.objects.create(name="Measured", rule=rule)
        refresh(segment, NOW)
        for _round in range(rounds):
            for is_full, times in taken.items():
                # From all over: the first ones are the heaviest buyers.
                cursor.execute("UPDATE crm_customer SET notes = notes || 'x' WHERE id %% %s = 0", [apart])
                if is_full:
                    Segment.objects.filter(pk=segment.pk).update(seen=None)
                started = time.perf_counter()
                refresh(segment, NOW + dt.timedelta(minutes=1))
                times.append(time.perf_counter() - started)
        transaction.set_rollback(True)
    full, few = (statistics.median(taken[is_full]) for is_full in (True, False))
    print(f"{name:32} after {changing:,} changed {few:7.3f} s, everybody {full:7.3f} s: 1/{full / few:.0f}")


def alternately(calls: list[Callable[[], int]], rounds: int) -> list[float]:
    """Medians, taken in turns so that a busy moment of the machine meets both."""
    taken: list[list[float]] = [[] for _call in calls]
    for _round in range(rounds):
        for call, times in zip(calls, taken, strict=True):
            started = time.perf_counter()
            call()
            times.append(time.perf_counter() - started)
    return [statistics.median(times) for times in taken]


def fetch(statement: str) -> int:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(statement)
        return int(cursor.fetchone()[0])


def refreshed(rule: dict[str, Any]) -> int:
    """A first refresh, undone."""
    from django.db import transaction

    from segments.models import Segment
    from segments.refresh import refresh

    with transaction.atomic():
        outcome = refresh(Segment.objects.create(name="Measured", rule=rule), NOW)
        transaction.set_rollback(True)
    assert outcome is not None
    return outcome.entered


def filled(query: str) -> int:
    """The same members put into the same table, undone."""
    from django.db import connection, transaction

    from segments.models import Segment

    with transaction.atomic(), connection.cursor() as cursor:
        segment = Segment.objects.create(name="Measured", rule={})
        cursor.execute(
            f"INSERT INTO segments_membership (segment_id, customer_id, entered_at) SELECT %s, c.id, %s {query}",
            [segment.pk, NOW],
        )
        transaction.set_rollback(True)
        return int(cursor.rowcount)


if __name__ == "__main__":
    main()
