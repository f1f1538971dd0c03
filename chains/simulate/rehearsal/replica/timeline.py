"""Which rows change in which hour of the past, read once before the hours are lived through again."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from chains.simulate.rehearsal.replica.past_tables import PAST_TABLES, PastTable

HOUR = dt.timedelta(hours=1)
CHANGES = """
    WITH change (id, at) AS (
        SELECT live.id, known.at FROM {live}.{table} AS live CROSS JOIN LATERAL (VALUES {moments}) AS known (at)
        WHERE {where}
        {other_changes}
    )
    SELECT ceil(extract(epoch FROM at - %(since)s) / 3600)::int AS hour, array_agg(DISTINCT id ORDER BY id)
    FROM change WHERE at > %(since)s AND at <= %(until)s GROUP BY hour
"""
# The moments of orders that the figures of a customer follow from.
RECOUNTS = """
    SELECT ceil(extract(epoch FROM known.at - %(since)s) / 3600)::int AS hour, array_agg(DISTINCT customer_id)
    FROM (
        SELECT customer_id, moment.at FROM {live}.crm_order
        CROSS JOIN LATERAL (VALUES (placed_at), (cancelled_at), (returned_at)) AS moment (at)
        UNION ALL SELECT customer_id, occurred_at FROM {live}.crm_event WHERE kind = 'order.returned'
    ) AS known
    WHERE known.at > %(since)s AND known.at <= %(until)s GROUP BY hour
"""


@dataclass(slots=True)
class HourOfChanges:
    ids: dict[str, list[int]] = field(default_factory=dict)
    """The rows that change, by table."""
    recounted_customers: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Timeline:
    since: dt.datetime
    until: dt.datetime
    changes: dict[dt.datetime, HourOfChanges]

    def hours(self) -> Iterator[dt.datetime]:
        """Every full hour after the beginning and before the end."""
        hour = self.since + HOUR
        while hour < self.until:
            yield hour
            hour += HOUR


def read(live: str, rehearsed: Mapping[str, int | None], since: dt.datetime, until: dt.datetime) -> Timeline:
    """`rehearsed` holds the ids of the chain and of the segment that starts it."""
    values: dict[str, Any] = {"since": since, "until": until, **rehearsed}
    changes: defaultdict[int, HourOfChanges] = defaultdict(HourOfChanges)
    with connection.cursor() as cursor:
        for past in PAST_TABLES:
            if sql := _changes_sql(past, live):
                cursor.execute(sql, values)
                for hour, ids in cursor.fetchall():
                    changes[hour].ids[past.table] = ids
        cursor.execute(RECOUNTS.format(live=live), values)
        for hour, customers in cursor.fetchall():
            changes[hour].recounted_customers = customers
    return Timeline(since, until, {since + hour * HOUR: changed for hour, changed in changes.items()})


def _changes_sql(past: PastTable, live: str) -> str:
    moments = [past.appears_at] * bool(past.appears_at) + [f"live.{name}" for name in past.moments]
    if not moments and not past.other_changes:
        return ""
    return CHANGES.format(
        live=live,
        table=past.table,
        moments=", ".join(f"({moment.format(live=live)})" for moment in moments) or "(NULL::timestamptz)",
        where=past.where,
        other_changes=f"UNION ALL {past.other_changes.format(live=live)}" if past.other_changes else "",
    )
