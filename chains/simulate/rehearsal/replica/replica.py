"""The shop at a moment of its past: the one door to this folder, which README.md explains.

Within `replica_session`, whatever the engine reads and writes is the replica. A `Replica` fills it as everything was
at the beginning, and moves it on hour by hour.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from typing import Any

from django.db import connection, transaction

from chains.models import SegmentLimits
from chains.simulate.rehearsal.replica import temp_tables, timeline
from chains.simulate.rehearsal.replica.past_tables import PAST_TABLES, PastTable
from chains.simulate.rehearsal.replica.session import LiveSession, replica_session
from chains.simulate.rehearsal.replica.timeline import HourOfChanges
from crm.figures import stats
from crm.figures.scores import score_all
from crm.models import EventInbox
from crm.timezones import day_of
from segments.models import Segment
from segments.refresh import refresh

__all__ = ["LiveSession", "Replica", "replica_session"]

FILL = (
    "INSERT INTO pg_temp.{table} ({columns}) SELECT {values} FROM {live}.{table} AS live WHERE {exists} AND ({where})"
)
MOVE = FILL + " AND live.id = ANY(%(ids)s) ON CONFLICT (id) DO {change}"
COPY_CHAIN = "INSERT INTO pg_temp.chains_chain SELECT * FROM {live}.chains_chain WHERE id = %(chain)s"
FILL_INBOX = """
    INSERT INTO crm_eventinbox (consumer, event_id, customer_id)
    SELECT consumer, event.id, event.customer_id
    FROM crm_event AS event CROSS JOIN unnest(%(consumers)s::text[]) AS consumer
    WHERE event.id = ANY(%(ids)s) ORDER BY event.occurred_at, event.id
"""
SCORES = ("vip", "recency_score", "frequency_score", "monetary_score")
# How often the planner learns how far the tables have grown.
ANALYZE_EVERY_DAYS = 7


class Replica:
    """`at` is the moment it shows. Written only through the verbs of the engine and through `move`."""

    def __init__(self, chain: int, source: dict[str, Any], since: dt.datetime, until: dt.datetime) -> None:
        """`source` is the chain's program as it was compiled."""
        live, segment = temp_tables.live_schema(), source["trigger"].get("segment")
        self.at = since
        self._rehearsed = {"chain": chain, "segment": segment}
        self._segment = Segment.objects.filter(pk__in=[segment] if segment else [])
        self._has_scores = _needs_scores(source)
        self._timeline = timeline.read(live, self._rehearsed, since, until)
        self._copy_chain = COPY_CHAIN.format(live=live)
        self._fills = {past.table: _sql(FILL, past, live) for past in PAST_TABLES}
        self._moves = {past.table: _sql(MOVE, past, live) for past in PAST_TABLES}
        self._day: dt.date | None = None
        self._analyzed_on = day_of(since)

    def hours(self) -> Iterator[dt.datetime]:
        return self._timeline.hours()

    @transaction.atomic
    def fill(self) -> None:
        """Every fact as it was at the beginning, and no chain but the one rehearsed."""
        with connection.cursor() as cursor:
            for sql in (*self._fills.values(), self._copy_chain):
                cursor.execute(sql, {**self._rehearsed, "at": self.at})
        temp_tables.analyze(self._fills)
        self._segment.update(refreshed_at=None)
        stats.rebuild()
        temp_tables.analyze(("crm_customerstats", "crm_orderstanding"))
        self._begin_day()
        self._refresh_segment()

    @transaction.atomic
    def move(self, to: dt.datetime) -> bool:
        """Let everything happen that happened until then; whether anything did."""
        self.at = to
        changes = self._timeline.changes.get(to)
        if changes:
            self._apply(changes)
        has_new_day = self._begin_day()
        if changes or has_new_day:
            self._refresh_segment()
        if (day_of(to) - self._analyzed_on).days >= ANALYZE_EVERY_DAYS:
            self._analyzed_on = day_of(to)
            temp_tables.analyze(temp_tables.tables())
        return changes is not None or has_new_day and self._rehearsed["segment"] is not None

    def _apply(self, changes: HourOfChanges) -> None:
        with connection.cursor() as cursor:
            for table, ids in changes.ids.items():
                cursor.execute(self._moves[table], {**self._rehearsed, "at": self.at, "ids": ids})
            if events := changes.ids.get("crm_event"):
                cursor.execute(FILL_INBOX, {"ids": events, "consumers": [EventInbox.Consumer.CHAINS]})
        # The lock keeps nobody out here; it is called because it inserts the figures of new customers.
        stats.lock(changes.ids.get("crm_customer", ()))
        stats.refresh(changes.recounted_customers)

    def _begin_day(self) -> bool:
        """Whether a night has passed. Scores follow once a night, as in the shop, where a rule asks for them."""
        if self._day == day_of(self.at):
            return False
        self._day = day_of(self.at)
        if self._has_scores:
            score_all(self.at)
        return True

    def _refresh_segment(self) -> None:
        """Find who enters or leaves the segment that starts the chain, among everybody: no trigger notes here whose
        facts changed. The first refresh is silent, as it is for a new rule."""
        self._segment.update(seen=None)
        for segment in self._segment.all():
            refresh(segment, self.at)


def _needs_scores(source: dict[str, Any]) -> bool:
    """Whether a rule of the program speaks of scores; a segment named by one, or one with limits of its own, may."""
    words = json.dumps(source)
    return any(f'"{name}"' in words for name in (*SCORES, "segment")) or SegmentLimits.objects.exists()


def _sql(statement: str, past: PastTable, live: str) -> str:
    changing = {name: f"CASE WHEN live.{name} <= %(at)s THEN live.{name} END" for name in past.moments}
    changing |= {name: expression.format(live=live) for name, expression in past.columns.items()}
    names = temp_tables.columns(past.table)
    update = f"UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in changing)}"
    return statement.format(
        live=live,
        table=past.table,
        columns=", ".join(names),
        values=", ".join(changing.get(name, f"live.{name}") for name in names),
        exists=f"{past.appears_at.format(live=live)} <= %(at)s" if past.appears_at else "true",
        where=past.where,
        change=update if changing else "NOTHING",
    )
