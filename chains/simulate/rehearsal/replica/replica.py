"""The shop at a moment of its past: the one door to this folder, which README.md explains.

Within `replica_session`, whatever the engine reads and writes is the replica. A `Replica` fills it as everything was
at the beginning, and moves everybody on to their next hour.
"""

from __future__ import annotations

import datetime as dt
import json
from collections import defaultdict, deque
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from types import MappingProxyType
from typing import Any

from django.db import connection, transaction

from chains.models import Chain, SegmentLimits
from chains.simulate.rehearsal.replica import temp_tables, timeline
from chains.simulate.rehearsal.replica.past_tables import PAST_TABLES, PastTable
from chains.simulate.rehearsal.replica.session import LiveSession, replica_session
from chains.simulate.rehearsal.replica.timeline import HOUR, Changes
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
MOVE = """
    INSERT INTO pg_temp.{table} ({columns})
    SELECT {values} FROM unnest(%(ids)s::bigint[], %(ats)s::timestamptz[]) AS moved (id, at)
    JOIN {live}.{table} AS live ON live.id = moved.id
    WHERE {exists} AND ({where}) ON CONFLICT (id) DO {change}
"""
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
# The longer, the fewer passes; but a rule is asked anew for each hour at which somebody is in a pass.
SPAN_DAYS = 15
SPAN_DAYS_WITH_RULES = 3
NOTHING: Mapping[int, Changes] = MappingProxyType({})


class Replica:
    """Written only through the verbs of the engine and through `move`."""

    def __init__(self, chain: int, source: dict[str, Any], since: dt.datetime, until: dt.datetime) -> None:
        """`source` is the chain's program as it was compiled."""
        live, segment = temp_tables.live_schema(), source["trigger"].get("segment")
        self._since = since
        self._rehearsed = {"chain": chain, "segment": segment}
        self._segment = Segment.objects.filter(pk__in=[segment] if segment else [])
        words, has_limits = json.dumps(source), SegmentLimits.objects.exists()
        self._has_scores = has_limits or _needs_scores(words)
        self._span_days = SPAN_DAYS_WITH_RULES if has_limits or '"operator"' in words else SPAN_DAYS
        self._is_in_step = segment is not None or source["trigger"]["kind"] != Chain.Trigger.EVENT
        self._timeline = timeline.read(live, self._rehearsed, since, until)
        self._copy_chain = COPY_CHAIN.format(live=live)
        self._fills = {past.table: _sql(FILL, past, live) for past in PAST_TABLES}
        self._moves = {past.table: _sql(MOVE, past, live).replace("%(at)s", "moved.at") for past in PAST_TABLES}
        self._day: dt.date | None = None
        self._first_on = self._analyzed_on = day_of(since)

    def spans(self) -> Iterator[list[dt.datetime]]:
        """The full hours, in spans within which everybody is by themselves."""
        for _key, hours in groupby(self._timeline.hours(), key=self._span_of):
            yield list(hours)

    def _span_of(self, hour: dt.datetime) -> Hashable:
        """Who enters a segment is found among everybody; so are scores, at the first hour of each day."""
        if self._is_in_step:
            return hour
        day = day_of(hour)
        if self._has_scores:
            return day, day_of(hour - HOUR) != day
        return (day - self._first_on).days // self._span_days

    def changing(self, hours: Iterable[dt.datetime]) -> dict[int, deque[dt.datetime]]:
        """By customer the hours of these in which facts of theirs change."""
        found: dict[int, deque[dt.datetime]] = defaultdict(deque)
        for hour in hours:
            for customer in self._timeline.changes.get(hour, ()):
                found[customer].append(hour)
        return found

    def full_hour(self, at: dt.datetime) -> dt.datetime:
        return self._timeline.full_hour(at)

    @transaction.atomic
    def fill(self) -> None:
        """Every fact as it was at the beginning, and no chain but the one rehearsed."""
        with connection.cursor() as cursor:
            for sql in (*self._fills.values(), self._copy_chain):
                cursor.execute(sql, {**self._rehearsed, "at": self._since})
        temp_tables.analyze(self._fills)
        self._segment.update(refreshed_at=None)
        stats.rebuild()
        temp_tables.analyze(("crm_customerstats", "crm_orderstanding"))
        self._begin_day(self._since)
        self._refresh_segment(self._since)

    def move(self, turns: Mapping[int, dt.datetime], now: dt.datetime) -> bool:
        """Let everything happen that happened to these customers at their hours; whether anything did."""
        changes = [
            (at, customer, changed)
            for customer, at in turns.items()
            if (changed := self._timeline.changes.get(at, NOTHING).get(customer))
        ]
        if changes:
            self._apply(changes)
        if self._begin_day(now) or changes:
            self._refresh_segment(now)
        return bool(changes)

    def _apply(self, changes: Sequence[tuple[dt.datetime, int, Changes]]) -> None:
        rows: dict[str, dict[int, dt.datetime]] = defaultdict(dict)
        for at, _customer, changed in changes:
            for table, ids in changed.ids.items():
                rows[table] |= dict.fromkeys(ids, at)
        with connection.cursor() as cursor:
            for table in rows:
                moved: dict[str, Any] = {"ids": list(rows[table]), "ats": list(rows[table].values())}
                cursor.execute(self._moves[table], {**self._rehearsed, **moved})
            if events := rows["crm_event"]:
                cursor.execute(FILL_INBOX, {"ids": list(events), "consumers": [EventInbox.Consumer.CHAINS]})
        # The lock keeps nobody out here; it is called because it inserts the figures of new customers.
        stats.lock(rows["crm_customer"])
        stats.refresh(customer for _at, customer, changed in changes if changed.is_recounted)

    def _begin_day(self, now: dt.datetime) -> bool:
        """Whether a night has passed. Scores follow once a night, as in the shop, where a rule asks for them."""
        day = day_of(now)
        if self._day == day:
            return False
        self._day = day
        if self._has_scores:
            score_all(now)
        if (day - self._analyzed_on).days >= ANALYZE_EVERY_DAYS:
            self._analyzed_on = day
            temp_tables.analyze(temp_tables.tables())
        return True

    def _refresh_segment(self, now: dt.datetime) -> None:
        """Find who enters or leaves the segment that starts the chain, among everybody: no trigger notes here whose
        facts changed. The first refresh is silent, as it is for a new rule."""
        self._segment.update(seen=None)
        for segment in self._segment.all():
            refresh(segment, now)


def _needs_scores(words: str) -> bool:
    """Whether a rule of the program speaks of scores; a segment named by one may."""
    return any(f'"{name}"' in words for name in (*SCORES, "segment"))


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
