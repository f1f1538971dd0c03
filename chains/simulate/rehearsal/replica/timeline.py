"""Which facts of whom change in which hour of the past, read once before the hours are lived through again."""

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
    SELECT ceil(extract(epoch FROM at - %(since)s) / 3600)::int AS hour, {customer} AS customer,
           array_agg(DISTINCT live.id ORDER BY live.id)
    FROM change JOIN {live}.{table} AS live USING (id)
    WHERE at > %(since)s AND at <= %(until)s GROUP BY hour, customer
"""
# The moments of orders that the figures of a customer follow from.
RECOUNTS = """
    SELECT DISTINCT ceil(extract(epoch FROM known.at - %(since)s) / 3600)::int AS hour, customer_id
    FROM (
        SELECT customer_id, moment.at FROM {live}.crm_order
        CROSS JOIN LATERAL (VALUES (placed_at), (cancelled_at), (returned_at)) AS moment (at)
        UNION ALL SELECT customer_id, occurred_at FROM {live}.crm_event WHERE kind = 'order.returned'
    ) AS known
    WHERE known.at > %(since)s AND known.at <= %(until)s
"""


@dataclass(slots=True)
class Changes:
    """What changes about one customer in one hour."""

    ids: dict[str, list[int]] = field(default_factory=dict)
    """The rows, by table."""
    is_recounted: bool = False


@dataclass(frozen=True, slots=True)
class Timeline:
    """`changes` are by hour and customer."""

    since: dt.datetime
    until: dt.datetime
    changes: Mapping[dt.datetime, Mapping[int, Changes]]

    def hours(self) -> Iterator[dt.datetime]:
        """Every full hour after the beginning and before the end."""
        hour = self.since + HOUR
        while hour < self.until:
            yield hour
            hour += HOUR

    def full_hour(self, at: dt.datetime) -> dt.datetime:
        """The first that is not before this moment."""
        return self.since - (self.since - at) // HOUR * HOUR


def read(live: str, rehearsed: Mapping[str, int | None], since: dt.datetime, until: dt.datetime) -> Timeline:
    """`rehearsed` holds the ids of the chain and of the segment that starts it."""
    values: dict[str, Any] = {"since": since, "until": until, **rehearsed}
    found: defaultdict[int, defaultdict[int, Changes]] = defaultdict(lambda: defaultdict(Changes))
    with connection.cursor() as cursor:
        for past in PAST_TABLES:
            if sql := _changes_sql(past, live):
                cursor.execute(sql, values)
                for hour, customer, ids in cursor.fetchall():
                    found[hour][customer].ids[past.table] = ids
        cursor.execute(RECOUNTS.format(live=live), values)
        for hour, customer in cursor.fetchall():
            found[hour][customer].is_recounted = True
    return Timeline(since, until, {since + hour * HOUR: changes for hour, changes in found.items()})


def _changes_sql(past: PastTable, live: str) -> str:
    moments = [past.appears_at] * bool(past.appears_at) + [f"live.{name}" for name in past.moments]
    if not moments and not past.other_changes:
        return ""
    return CHANGES.format(
        live=live,
        table=past.table,
        customer=past.customer.format(live=live),
        moments=", ".join(f"({moment.format(live=live)})" for moment in moments) or "(NULL::timestamptz)",
        where=past.where,
        other_changes=f"UNION ALL {past.other_changes.format(live=live)}" if past.other_changes else "",
    )
