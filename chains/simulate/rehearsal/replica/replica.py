"""The shop at a moment of its past: the twins filled as everything was then, and moved on hour by hour."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from typing import Any

from django.db import connection, transaction

from chains.models import SegmentLimits
from chains.simulate.rehearsal.replica import temp_tables
from chains.simulate.rehearsal.replica.past_tables import FACTS, PastTable
from chains.simulate.rehearsal.replica.timeline import Timeline, TimelineMoment
from crm.figures import stats
from crm.figures.scores import score_all
from crm.models import EventInbox
from crm.timezones import day_of
from segments.models import Segment
from segments.refresh import refresh

FILL = "INSERT INTO pg_temp.{table} ({columns}) SELECT {then} FROM {live}.{table} AS live WHERE {known} AND ({only})"
MOVE = FILL + " AND live.id = ANY(%(ids)s) ON CONFLICT (id) DO {change}"
RING = """
    INSERT INTO crm_eventinbox (consumer, event_id, customer_id)
    SELECT consumer, event.id, event.customer_id
    FROM crm_event AS event CROSS JOIN unnest(%(consumers)s::text[]) AS consumer
    WHERE event.id = ANY(%(ids)s) ORDER BY event.occurred_at, event.id
"""
SCORES = ("vip", "recency_score", "frequency_score", "monetary_score")
# The planner hears of the growing tables once in so many days.
ANALYZE_EVERY_DAYS = 7


class Replica:
    """`at` is the moment it shows. Written only through the verbs of the engine and `move`."""

    def __init__(self, live: str, about: Mapping[str, int | None], timeline: Timeline, *, has_scores: bool) -> None:
        self.at = timeline.since
        self._has_scores = has_scores
        self._timeline = timeline
        self._told = about
        self._segment = Segment.objects.filter(pk__in=[pk for pk in [about["segment"]] if pk])
        self._fills = {fact.table: _sentence(FILL, fact, live) for fact in FACTS}
        self._moves = {fact.table: _sentence(MOVE, fact, live) for fact in FACTS}
        self._seen_on: dt.date | None = None
        self._analyzed_on = day_of(self.at)

    @transaction.atomic
    def begin(self) -> None:
        with connection.cursor() as cursor:
            for fill in self._fills.values():
                cursor.execute(fill, {**self._told, "at": self.at})
        temp_tables.analyze(self._fills)
        self._segment.update(refreshed_at=None)
        stats.rebuild()
        temp_tables.analyze(("crm_customerstats", "crm_orderstanding"))
        self._sleep()
        self._follow_segment()

    @transaction.atomic
    def move(self, to: dt.datetime) -> bool:
        """Let everything happen that happened until then; whether anything did."""
        self.at = to
        turn = self._timeline.turns.get(to)
        if turn:
            self._turn(turn)
        has_new_day = self._sleep()
        if turn or has_new_day:
            self._follow_segment()
        if (day_of(to) - self._analyzed_on).days >= ANALYZE_EVERY_DAYS:
            self._analyzed_on = day_of(to)
            temp_tables.analyze(temp_tables.tables())
        return turn is not None or has_new_day and self._told["segment"] is not None

    def _turn(self, turn: TimelineMoment) -> None:
        with connection.cursor() as cursor:
            for table, ids in turn.rows.items():
                cursor.execute(self._moves[table], {**self._told, "at": self.at, "ids": ids})
            if events := turn.rows.get("crm_event"):
                cursor.execute(RING, {"ids": events, "consumers": [EventInbox.Consumer.CHAINS]})
        # Nobody else is here to be kept out by the lock; it makes room for the figures of those who are new.
        stats.lock(turn.rows.get("crm_customer", ()))
        stats.refresh(turn.recounted)

    def _sleep(self) -> bool:
        """Whether a night has passed. Scores follow once a night, as in the shop, where a rule asks for them."""
        if self._seen_on == day_of(self.at):
            return False
        self._seen_on = day_of(self.at)
        if self._has_scores:
            score_all(self.at)
        return True

    def _follow_segment(self) -> None:
        """Who enters or leaves the segment that starts the chain, of everybody: nothing here tells whose facts changed.

        The first time is silent, as it is for a new rule.
        """
        self._segment.update(seen=None)
        for segment in self._segment.all():
            refresh(segment, self.at)


def asks_for_scores(source: dict[str, Any]) -> bool:
    """Whether a rule of the program speaks of scores; a segment named by one, or one with a limit of its own, may."""
    told = json.dumps(source)
    return any(f'"{name}"' in told for name in (*SCORES, "segment")) or SegmentLimits.objects.exists()


def _sentence(form: str, fact: PastTable, live: str) -> str:
    then = {name: f"CASE WHEN live.{name} <= %(at)s THEN live.{name} END" for name in fact.moments}
    then |= {name: expression.format(live=live) for name, expression in fact.then.items()}
    names = temp_tables.columns(fact.table)
    return form.format(
        live=live,
        table=fact.table,
        columns=", ".join(names),
        then=", ".join(then.get(name, f"live.{name}") for name in names),
        known=f"{fact.born.format(live=live)} <= %(at)s" if fact.born else "true",
        only=fact.only,
        change=f"UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in then)}" if then else "NOTHING",
    )
