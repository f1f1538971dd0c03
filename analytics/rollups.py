"""Keeps the rollup tables equal to what orders say."""

from __future__ import annotations

import datetime as dt
import time

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Model

from analytics.models import CohortFigures, ComebackFigures, Dashboard, DayFigures
from analytics.relations import DEFINITIONS, relations_of_orders
from crm.models import Customer, OrderStanding

TABLES: dict[str, type[Model]] = {"days": DayFigures, "comebacks": ComebackFigures, "cohorts": CohortFigures}
# A count may take a twentieth of the time at most, so the next one waits this many times as long as the last took.
TIMES_AS_LONG = 20
EVEN_IF_UNCHANGED = dt.timedelta(hours=24)
# PostgreSQL's own count of writes to a table sees every way orders change, merges and imports included.
CHANGES = """
    SELECT coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0)::bigint
    FROM pg_stat_user_tables WHERE relid = %s::regclass
"""


STANDINGS = "CREATE TEMPORARY TABLE rollup_standing ON COMMIT DROP AS WITH {clause} SELECT * FROM standing"
FRESH = """
    CREATE TEMPORARY TABLE rollup_{name} ON COMMIT DROP AS
    WITH standing AS (SELECT * FROM rollup_standing) {definition}
"""
REMOVE = """
    DELETE FROM {table} WHERE ({key}) IN (
        SELECT {key} FROM (SELECT {columns} FROM {table} EXCEPT SELECT {columns} FROM rollup_{name}) AS gone
    )
"""
ADD = "INSERT INTO {table} ({columns}) SELECT {columns} FROM rollup_{name} EXCEPT SELECT {columns} FROM {table}"


def rebuild(now: dt.datetime) -> Dashboard:
    """Count everything anew; write only rows that differ, so that readers keep reading and tables do not bloat."""
    started = time.monotonic()
    changes = changes_so_far()
    with transaction.atomic():
        _lock()
        _count()
        for name, model in TABLES.items():
            _write_differences(name, model)
        sources = Customer.objects.filter(stats__orders_count__gt=0).exclude(source="")
        return Dashboard.objects.update_or_create(
            pk=1,
            defaults={
                "counted_at": now,
                "seconds_taken": time.monotonic() - started,
                "time_zone": settings.TIME_ZONE,
                "changes_seen": changes,
                "sources": sorted(sources.order_by().values_list("source", flat=True).distinct()),
            },
        )[0]


def refresh(now: dt.datetime) -> bool:
    """Rebuild when orders have changed since, unless the last count is too recent for what it cost."""
    last = Dashboard.objects.first()
    if last is not None and not is_stale(last, now, changes_so_far()):
        return False
    rebuild(now)
    return True


def is_stale(last: Dashboard, now: dt.datetime, changes: int) -> bool:
    if last.time_zone != settings.TIME_ZONE:
        return True
    age = now - last.counted_at
    if changes == last.changes_seen:
        return age >= EVEN_IF_UNCHANGED
    return age >= dt.timedelta(seconds=last.seconds_taken * TIMES_AS_LONG)


def changes_so_far() -> int:
    with connection.cursor() as cursor:
        cursor.execute(CHANGES, [OrderStanding._meta.db_table])
        return int(cursor.fetchone()[0])


def _lock() -> None:
    """Two counts at once would each write what the other did, so they wait for each other."""
    with connection.cursor() as cursor:
        cursor.execute(f"LOCK TABLE {Dashboard._meta.db_table} IN SHARE ROW EXCLUSIVE MODE")


def _count() -> None:
    """Count into temporary tables, all from one reading of the orders, so that the three agree."""
    found = relations_of_orders(OrderStanding.objects.all())
    with connection.cursor() as cursor:
        # A million orders sort in memory; the usual few megabytes would send them over the disk.
        cursor.execute("SET LOCAL work_mem = '96MB'")
        for name in ("standing", *DEFINITIONS):
            cursor.execute(f"DROP TABLE IF EXISTS pg_temp.rollup_{name}")
        cursor.execute(STANDINGS.format(clause=found.clause), found.params)
        for name, definition in DEFINITIONS.items():
            cursor.execute(FRESH.format(name=name, definition=definition))
            cursor.execute(f"ANALYZE rollup_{name}")


def _write_differences(name: str, model: type[Model]) -> None:
    names = {
        "name": name,
        "table": model._meta.db_table,
        "columns": ", ".join(field.attname for field in model._meta.concrete_fields if field.column),
        "key": ", ".join(field.attname for field in model._meta.pk_fields),
    }
    with connection.cursor() as cursor:
        for statement in (REMOVE, ADD):
            cursor.execute(statement.format(**names))
