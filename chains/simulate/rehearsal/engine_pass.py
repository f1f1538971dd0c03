"""One hour of a rehearsal: the four verbs of the engine in their order, each for everybody at once."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from uuid import uuid4

from django.db import connection

from chains.channels.sender import Sender
from chains.engine.advance.advance import advance
from chains.engine.claim import Counts
from chains.engine.deliver.deliver import deliver
from chains.engine.enrol.enrol import enrol
from chains.engine.guard.guard import guard
from chains.models import Touch

# No other worker runs beside a rehearsal, so a batch need not leave anybody to the next.
EVERYBODY = 1_000_000
NEXT_DUE = """
    SELECT least(
        (SELECT min(due_at) FROM chains_enrolment WHERE status = 'active'),
        (SELECT min(due_at) FROM chains_touch WHERE status = 'scheduled')
    )
"""


def run_engine(now: dt.datetime, sender: Sender) -> tuple[Counts, dt.datetime | None]:
    """Run the verbs until nothing more is due, as chains.engine.run does, and return what they counted.

    With it goes the moment at which an enrolment or a touch falls due next, unless something happens before.
    """
    total: Counts = Counter()
    while True:
        done = enrol(now, EVERYBODY) + advance(now, EVERYBODY) + _send(now, sender)
        total += done
        due_at = _next_due_at()
        if not done.total() or due_at is None or due_at > now:
            return total, due_at


def _send(now: dt.datetime, sender: Sender) -> Counts:
    lease = uuid4()
    counts = guard(now, lease, EVERYBODY)
    if counts["claimed"]:
        counts += deliver(now, lease, through=dict.fromkeys(Touch.Channel.values, sender))
    return counts


def _next_due_at() -> dt.datetime | None:
    with connection.cursor() as cursor:
        cursor.execute(NEXT_DUE)
        found: dt.datetime | None = cursor.fetchone()[0]
        return found
