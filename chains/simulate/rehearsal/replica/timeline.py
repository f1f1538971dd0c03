"""Which facts change in which hour of the past, read once before it is lived through again."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from chains.simulate.rehearsal.replica.past_tables import FACTS, PastTable

HOUR = dt.timedelta(hours=1)
TURNS = """
    WITH turn (id, at) AS (
        SELECT live.id, known.at FROM {live}.{table} AS live CROSS JOIN LATERAL (VALUES {moments}) AS known (at)
        WHERE {only}
        {turns}
    )
    SELECT ceil(extract(epoch FROM at - %(since)s) / 3600)::int AS hour, array_agg(DISTINCT id ORDER BY id)
    FROM turn WHERE at > %(since)s AND at <= %(until)s GROUP BY hour
"""
# What figures of a customer follow from.
RECOUNTS = """
    SELECT ceil(extract(epoch FROM known.at - %(since)s) / 3600)::int AS hour, array_agg(DISTINCT customer_id)
    FROM {live}.crm_order AS live
    CROSS JOIN LATERAL (VALUES (placed_at), (cancelled_at), (returned_at)) AS known (at)
    WHERE known.at > %(since)s AND known.at <= %(until)s GROUP BY hour
"""


@dataclass(slots=True)
class TimelineMoment:
    """What changes within one hour: rows by table, and customers whose figures follow."""

    rows: dict[str, list[int]] = field(default_factory=dict)
    recounted: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Timeline:
    since: dt.datetime
    until: dt.datetime
    turns: dict[dt.datetime, TimelineMoment]

    def hours(self) -> Iterator[dt.datetime]:
        """Every full hour after the beginning and before the end."""
        hour = self.since + HOUR
        while hour < self.until:
            yield hour
            hour += HOUR


def read(live: str, about: Mapping[str, int | None], since: dt.datetime, until: dt.datetime) -> Timeline:
    """`about`: the chain rehearsed, and the segment that starts it."""
    told: dict[str, Any] = {"since": since, "until": until, **about}
    turns: defaultdict[int, TimelineMoment] = defaultdict(TimelineMoment)
    with connection.cursor() as cursor:
        for fact in FACTS:
            question = _question(fact, live)
            if question:
                cursor.execute(question, told)
                for hour, ids in cursor.fetchall():
                    turns[hour].rows[fact.table] = ids
        cursor.execute(RECOUNTS.format(live=live), told)
        for hour, customers in cursor.fetchall():
            turns[hour].recounted = customers
    return Timeline(since, until, {since + hour * HOUR: turn for hour, turn in turns.items()})


def _question(fact: PastTable, live: str) -> str:
    moments = [fact.born] * bool(fact.born) + [f"live.{name}" for name in fact.moments]
    if not moments and not fact.turns:
        return ""
    return TURNS.format(
        live=live,
        table=fact.table,
        moments=", ".join(f"({moment.format(live=live)})" for moment in moments) or "(NULL::timestamptz)",
        only=fact.only,
        turns=f"UNION ALL {fact.turns.format(live=live)}" if fact.turns else "",
    )
