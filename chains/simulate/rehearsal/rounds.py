"""A span of hours lived through by everybody by themselves.

Nothing about one customer follows from another, so they need not keep step: a round takes everybody whose next hour
with anything to do lies in the span, each to that hour. Three days then take as many passes as the busiest
customer has such hours, instead of seventy-two, and a pass costs as much for a thousand customers as for ten.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Sequence

from django.db import connection, transaction

from chains.channels.sender import Sender
from chains.engine.claim import Counts
from chains.engine.moments import EachAtTheirOwn
from chains.simulate.rehearsal.engine_pass import run_verbs
from chains.simulate.rehearsal.replica.replica import Replica

DUE = """
    SELECT customer_id, min(due_at) FROM (
        SELECT customer_id, due_at FROM chains_enrolment WHERE status = 'active' AND due_at <= %(until)s
        UNION ALL SELECT customer_id, due_at FROM chains_touch WHERE status = 'scheduled' AND due_at <= %(until)s
    ) AS due GROUP BY customer_id
"""
Turns = dict[int, dt.datetime]


def live_through(
    replica: Replica, hours: Sequence[dt.datetime], sender: Sender, report_progress: Callable[[dt.datetime], None]
) -> Counts:
    """Returns what the verbs counted. In a span of one hour all are at that hour, and it is run in any case."""
    span, counts = _Span(replica, hours), Counter[str]()
    report_progress(hours[0])
    turns = span.next_turns()
    while turns or not span.has_begun and len(hours) == 1:
        now = EachAtTheirOwn.of(turns) if len(hours) > 1 else hours[0]
        # One transaction a round: nobody else is here who could wait for the end of one.
        with transaction.atomic():
            has_changed = replica.move(turns, now)
            done = run_verbs(now, sender)
        counts += done
        span.note(turns, is_idle=not has_changed and not done.total())
        report_progress(hours[0])
        turns = span.next_turns()
    return counts


class _Span:
    """At which hour everybody is, and what is still to come for them."""

    def __init__(self, replica: Replica, hours: Sequence[dt.datetime]) -> None:
        self._replica, self._hours = replica, hours
        self._coming = replica.changing(hours)
        self._reached: Turns = {}
        self._idle: set[int] = set()
        self.has_begun = False

    def next_turns(self) -> Turns:
        """What is due by now has its turn at the hour at which its customer is already."""
        turns = {
            customer: max(self._replica.full_hour(due_at), self._reached.get(customer, self._hours[0]))
            for customer, due_at in _due(self._hours[-1])
            if customer not in self._idle
        }
        for customer, hours in self._coming.items():
            turns[customer] = min(hours[0], turns.get(customer, hours[0]))
        return turns

    def note(self, turns: Turns, *, is_idle: bool) -> None:
        """Whatever stays due although nothing came of a round is not asked for again."""
        self.has_begun = True
        self._reached |= turns
        if is_idle:
            self._idle |= turns.keys()
        for customer, at in turns.items():
            hours = self._coming.get(customer)
            if hours and hours[0] == at:
                hours.popleft()
                if not hours:
                    del self._coming[customer]


def _due(until: dt.datetime) -> list[tuple[int, dt.datetime]]:
    with connection.cursor() as cursor:
        cursor.execute(DUE, {"until": until})
        return list(cursor.fetchall())
