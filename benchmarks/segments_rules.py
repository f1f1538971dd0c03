"""Ten rules about many customers: counting and refreshing them against hand-written SQL for the same question.

    python benchmarks/segments_rules.py [--customers 1000000]

Works in a database of its own that it drops; five orders, six lines and ten events a customer. A million customers
take 7 GB while it runs and about fifteen minutes.
Goals, at a million: counting within 1.3 of the hand-written query; refreshing within 2 of it keeping the same table of
members, both the first time and again; a refresh after a thousand customers changed within 1/50 of one that asks about
everybody; memory of this process flat, whatever the number of members.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import psutil

ROOT = Path(__file__).resolve().parent.parent
NOW = dt.datetime(2026, 3, 10, 12, tzinfo=dt.UTC)
SIZE = "SELECT pg_database_size(current_database())"
DATABASE = "encore_bench_segments_{customers}"
CHANGED = 1_000
# Hand-written, as Encore's refresh gives itself.
ROOM = "SET LOCAL work_mem = '64MB'"
FIRST = (
    "INSERT INTO segments_membership (segment_id, customer_id, entered_at) SELECT %(segment)s, c.id, %(now)s {query}"
)
AGAIN = """
    WITH wanted (id) AS MATERIALIZED (SELECT c.id {query}),
    gone AS (
        UPDATE segments_membership SET left_at = %(now)s WHERE segment_id = %(segment)s AND left_at IS NULL
        AND NOT EXISTS (SELECT 1 FROM wanted WHERE wanted.id = customer_id) RETURNING 1
    ), come AS (
        INSERT INTO segments_membership (segment_id, customer_id, entered_at)
        SELECT %(segment)s, id, %(now)s FROM wanted WHERE NOT EXISTS (SELECT 1 FROM segments_membership stay
                          WHERE stay.segment_id = %(segment)s AND stay.customer_id = wanted.id AND stay.left_at IS NULL)
        RETURNING 1
    )
    SELECT (SELECT count(*) FROM come) + (SELECT count(*) FROM gone)
"""
# The least a refresh after few changes comes down to: each of them by key, whether they are current, what they bought,
# and whether they are in.
LOOKED_UP = """
    SELECT count(c.erased_at), count(s.orders_count), count(m.id)
    FROM generate_series(%(step)s, %(customers)s, %(step)s) AS asked (id)
    CROSS JOIN LATERAL (SELECT erased_at FROM crm_customer WHERE id = asked.id OFFSET 0) AS c
    LEFT JOIN LATERAL (SELECT orders_count FROM crm_customerstats WHERE customer_id = asked.id OFFSET 0) AS s ON true
    LEFT JOIN LATERAL (
        SELECT id FROM segments_membership
        WHERE segment_id = (SELECT %(segment)s::bigint) AND left_at IS NULL AND customer_id = asked.id OFFSET 0
    ) AS m ON true
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--customers", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--rule", help="only the rules whose name has this in it")
    parser.add_argument("--keep", action="store_true", help="keep the database, and use the one kept before")
    options = parser.parse_args()
    sys.path.insert(0, str(ROOT))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()
    from django.db import connection

    before = connection.settings_dict["NAME"]
    connection.settings_dict["TEST"]["NAME"] = DATABASE.format(customers=options.customers)
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False, keepdb=options.keep)
    try:
        report(options.customers, options.rule or "", options.rounds)
    finally:
        connection.creation.destroy_test_db(before, verbosity=0, keepdb=options.keep)


def report(customers: int, wanted: str, rounds: int) -> None:
    from benchmarks.peers.large_shop import fill
    from benchmarks.peers.ten_rules import CURRENT, RULES
    from crm.models import Customer

    if Customer.objects.count() != customers:
        started = time.perf_counter()
        fill(customers)
        print(f"filled in {time.perf_counter() - started:.0f} s, {fetch(SIZE) / 1e9:.1f} GB", flush=True)
    memory = psutil.Process().memory_info().rss
    print(f"{customers:,} customers; medians of {rounds} rounds in seconds: Encore / by hand = ratio")
    print(f"{'':31}{'members':>9}  {'count':^22}  {'first refresh':^22}  {'refresh of all':^22}  of {CHANGED:,}")
    refreshes = [
        measure(name, rule, f"FROM crm_customer c {by_hand} AND {CURRENT}", customers, rounds)
        for name, (rule, by_hand) in RULES.items()
        if wanted in name
    ]
    few, everybody, looked_up = (sum(taken) for taken in zip(*refreshes, strict=True))
    print(
        f"all of these together, refreshed after {CHANGED:,} customers changed: 1/{everybody / few:.0f} of asking all;"
        f" looking them up by hand in three tables, without more: 1/{everybody / looked_up:.0f}"
    )
    grown = psutil.Process().memory_info().rss - memory
    print(f"memory of this process: {memory / 1e6:.0f} MB before the rules, {grown / 1e6:+.0f} MB after them")


def measure(name: str, rule: dict[str, Any], query: str, customers: int, rounds: int) -> tuple[float, float, float]:
    members, counted = counting(rule, query, rounds)
    first = alternately([lambda: first_refresh(rule), lambda: first_by_hand(query)], rounds)
    swept()
    few, *again, looked_up = refreshing(rule, query, customers, rounds)
    swept()
    pairs = (f"{ours:6.2f} / {theirs:6.2f} = {ours / theirs:4.2f}" for ours, theirs in (counted, first, again))
    print(f"{name:31}{members:>9,}  {'  '.join(pairs)}  {few:5.3f} = 1/{again[0] / few:.0f}", flush=True)
    return few, again[0], looked_up


def counting(rule: dict[str, Any], query: str, rounds: int) -> tuple[int, list[float]]:
    from segments.compile import matching

    counts: list[Callable[[], int]] = [lambda: matching(rule, NOW).count(), lambda: fetch(f"SELECT count(*) {query}")]
    ours, theirs = (count() for count in counts)
    assert ours == theirs, (rule, ours, theirs)
    assert not fetch(f"SELECT count(*) FROM ({ids_of(rule)} EXCEPT SELECT c.id {query}) AS others"), rule
    return ours, alternately(counts, rounds)


def ids_of(rule: dict[str, Any]) -> str:
    """The rule compiled, as text to be put into other SQL."""
    from django.db import connection

    from segments.compile import matching

    with connection.cursor() as cursor:
        return str(cursor.mogrify(*matching(rule, NOW).order_by().values("pk").query.sql_with_params()))


def first_refresh(rule: dict[str, Any]) -> None:
    from django.db import transaction

    from segments.models import Segment
    from segments.refresh import refresh

    with transaction.atomic():
        refresh(Segment.objects.create(name="Measured", rule=rule), NOW)
        transaction.set_rollback(True)


def first_by_hand(query: str) -> None:
    from django.db import connection, transaction

    from segments.models import Segment

    with transaction.atomic(), connection.cursor() as cursor:
        segment = Segment.objects.create(name="Measured", rule={})
        cursor.execute(ROOM)
        cursor.execute(FIRST.format(query=query), {"segment": segment.pk, "now": NOW})
        transaction.set_rollback(True)


def refreshing(rule: dict[str, Any], query: str, customers: int, rounds: int) -> list[float]:
    """Medians on one day of the shop: of refreshing those who changed, all, and all by hand, and of looking them up."""
    from django.db import connection, transaction

    from segments.models import Segment
    from segments.refresh import refresh

    segment = Segment.objects.create(name="Measured", rule=rule)
    refresh(segment, NOW)

    def few() -> None:
        refresh(segment, NOW + dt.timedelta(minutes=1))

    def everybody() -> None:
        Segment.objects.filter(pk=segment.pk).update(seen=None)
        refresh(segment, NOW + dt.timedelta(minutes=1))

    def by_hand() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(ROOM)
            cursor.execute(AGAIN.format(query=query), {"segment": segment.pk, "now": NOW})

    def looked_up() -> None:
        values = {"step": customers // CHANGED, "customers": customers, "segment": segment.pk}
        with connection.cursor() as cursor:
            cursor.execute(LOOKED_UP, values)

    taken = alternately([few, everybody, by_hand, looked_up], rounds, before=lambda: change(customers))
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE segments_membership, segments_change")
    segment.delete()
    return taken


def change(customers: int) -> None:
    """A thousand of them, from all over: the first ones are the heaviest buyers."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("UPDATE crm_customer SET notes = notes || 'x' WHERE id %% %s = 0", [customers // CHANGED])


def alternately(
    calls: Sequence[Callable[[], object]], rounds: int, before: Callable[[], object] = lambda: None
) -> list[float]:
    """Medians, taken in turns so that a busy moment of the machine meets all."""
    taken: list[list[float]] = [[] for _call in calls]
    for _round in range(rounds):
        before()
        for call, times in zip(calls, taken, strict=True):
            started = time.perf_counter()
            call()
            times.append(time.perf_counter() - started)
    return [statistics.median(times) for times in taken]


def swept() -> None:
    """Without what was undone: the next rule begins like the first."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("VACUUM segments_membership, segments_change, crm_customer")


def fetch(statement: str) -> int:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(statement)
        return int(cursor.fetchone()[0])


if __name__ == "__main__":
    main()
