"""Keeps the results of chains, by day, equal to what touches and orders say."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterable

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Model

from chains.models import (
    Enrolment,
    MessageTemplate,
    NotSentOfDay,
    OrderAttribution,
    ResultsCount,
    ResultsOfDay,
    Touch,
)
from chains.results import relations
from crm.models import OrderStanding, StaffTask
from crm.timezones import day_of, start_of

# A count may take a twentieth of the time at most, so the next one waits this many times as long as the last took.
TIMES_AS_LONG = 20
EVERYTHING_EVERY = dt.timedelta(hours=24)
# Who enters, is sent something or is not, these days; what follows later is found by its event.
RECENT_DAYS = 7
OVERLAP = dt.timedelta(minutes=10)
ONE_DAY = dt.timedelta(days=1)
USEFUL_TOPICS = [str(topic) for topic in MessageTemplate.USEFUL_TOPICS]
# PostgreSQL's own count of writes to a table sees every way in.
CHANGES = """
    SELECT coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0)::bigint
    FROM pg_stat_user_tables WHERE relname = ANY(%s) AND schemaname = current_schema()
"""
WATCHED = (Enrolment, Touch, OrderAttribution, OrderStanding, StaffTask)

FRESH = "CREATE TEMPORARY TABLE results_fresh ON COMMIT DROP AS {definition}"
# Only rows that differ are written, so that readers keep reading and tables do not bloat.
REMOVE = """
    DELETE FROM {table} WHERE id IN (
        SELECT known.id FROM {table} AS known LEFT JOIN results_fresh AS fresh ON {same_key}
        WHERE (%(days)s::date[] IS NULL OR known.day = ANY(%(days)s))
        AND (fresh.chain_id IS NULL OR ({known}) IS DISTINCT FROM ({fresh}))
    )
"""
ADD = "INSERT INTO {table} ({columns}) SELECT {columns} FROM results_fresh ON CONFLICT DO NOTHING"


def refresh(now: dt.datetime) -> bool:
    """Count anew what has changed, unless the last count is too recent for what it cost; once a day everything."""
    last = ResultsCount.objects.first()
    if last is None or is_everything_due(last, now):
        rebuild(now)
        return True
    if not is_stale(last, now, changes_so_far()):
        return False
    count_days(changed_days(last, now), now)
    return True


def rebuild(now: dt.datetime) -> ResultsCount:
    """Count everything anew from touches, enrolments and orders."""
    return count_days(None, now)


def is_everything_due(last: ResultsCount, now: dt.datetime) -> bool:
    return last.time_zone != settings.TIME_ZONE or now - last.everything_counted_at >= EVERYTHING_EVERY


def is_stale(last: ResultsCount, now: dt.datetime, changes: int) -> bool:
    rested = now - last.counted_at >= dt.timedelta(seconds=last.seconds_taken * TIMES_AS_LONG)
    return changes != last.changes_seen and rested


def changes_so_far() -> int:
    with connection.cursor() as cursor:
        cursor.execute(CHANGES, [[model._meta.db_table for model in WATCHED]])
        return int(cursor.fetchone()[0])


def changed_days(last: ResultsCount, now: dt.datetime) -> list[dt.date]:
    """The last days, and older ones of which something was told since the last count."""
    since = last.counted_at - OVERLAP
    first = min(day_of(now) - RECENT_DAYS * ONE_DAY, day_of(since))
    recent = {first + number * ONE_DAY for number in range((day_of(now) - first).days + 1)}
    with connection.cursor() as cursor:
        cursor.execute(relations.CHANGED_DAYS, {"since": since, "zone": settings.TIME_ZONE})
        return sorted(recent | {day for (day,) in cursor.fetchall()})


@transaction.atomic
def count_days(days: list[dt.date] | None, now: dt.datetime) -> ResultsCount:
    """Count these days anew, or all of them."""
    changes = changes_so_far()
    started = time.monotonic()
    with connection.cursor() as cursor:
        # Two counts at once would each write what the other did, so they wait for each other.
        cursor.execute(f"LOCK TABLE {ResultsCount._meta.db_table} IN SHARE ROW EXCLUSIVE MODE")
        cursor.execute("SET LOCAL work_mem = '96MB'")
        cursor.execute("DROP TABLE IF EXISTS pg_temp.results_span, pg_temp.results_happened")
        cursor.execute(relations.SPAN, _span(days))
        cursor.execute(relations.HAPPENED, {"zone": settings.TIME_ZONE, "useful_topics": USEFUL_TOPICS})
        cursor.execute("ANALYZE results_happened")
    _write(ResultsOfDay, relations.RESULTS, relations.KEY, relations.SUMS, days)
    _write(NotSentOfDay, relations.NOT_SENT, relations.NOT_SENT_KEY, ("total",), days)
    told = {
        "counted_at": now,
        "seconds_taken": time.monotonic() - started,
        "time_zone": settings.TIME_ZONE,
        "changes_seen": changes,
    }
    everything = {"everything_counted_at": now}
    return ResultsCount.objects.update_or_create(
        pk=1, defaults=told if days is not None else told | everything, create_defaults=told | everything
    )[0]


def _span(days: list[dt.date] | None) -> dict[str, list[dt.datetime] | list[str]]:
    if days is None:
        return {"begin": ["-infinity"], "end": ["infinity"]}
    return {"begin": [start_of(day) for day in days], "end": [start_of(day + ONE_DAY) for day in days]}


def _write(
    model: type[Model], definition: str, key: Iterable[str], values: Iterable[str], days: list[dt.date] | None
) -> None:
    key, values = list(key), list(values)
    names = {
        "table": model._meta.db_table,
        "columns": ", ".join(key + values),
        "key": ", ".join(key),
        "values": ", ".join(f"sum({name}) AS {name}" for name in values),
        "same_key": " AND ".join(map(_same, key)),
        "known": ", ".join(f"known.{name}" for name in values),
        "fresh": ", ".join(f"fresh.{name}" for name in values),
    }
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS pg_temp.results_fresh")
        cursor.execute(FRESH.format(definition=definition.format(**names)))
        cursor.execute(REMOVE.format(**names), {"days": days})
        cursor.execute(ADD.format(**names))


def _same(name: str) -> str:
    """A plain comparison wherever it serves, for joins by hash: only everybody has no segment."""
    operator = "IS NOT DISTINCT FROM" if name == "segment_id" else "="
    return f"known.{name} {operator} fresh.{name}"
