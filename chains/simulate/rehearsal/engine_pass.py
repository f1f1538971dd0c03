"""What one hour of a rehearsal asks of the engine: the four verbs in their order, each for everybody at once."""

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

# No other worker waits for its turn here, so nobody is left for the next batch.
EVERYBODY = 1_000_000
NEXT_DUE = """
    SELECT least(
        (SELECT min(due_at) FROM chains_enrolment WHERE status = 'active'),
        (SELECT min(due_at) FROM chains_touch WHERE status = 'scheduled')
    )
"""


def passes(now: dt.datetime, channel: Sender) -> tuple[Counts, dt.datetime | None]:
    """Until nothing more is due, as chains.engine.run does, without asking again where nothing can be.

    Also when somebody goes on next, or guard has to decide, unless something happens before.
    """
    total: Counts = Counter()
    while True:
        done = enrol(now, EVERYBODY) + advance(now, EVERYBODY) + _sent(now, channel)
        total += done
        due_at = _next_due_at()
        if not done.total() or due_at is None or due_at > now:
            return total, due_at


def _sent(now: dt.datetime, channel: Sender) -> Counts:
    lease = uuid4()
    counts = guard(now, lease, EVERYBODY)
    if counts["claimed"]:
        counts += deliver(now, lease, through=dict.fromkeys(Touch.Channel.values, channel))
    return counts


def _next_due_at() -> dt.datetime | None:
    with connection.cursor() as cursor:
        cursor.execute(NEXT_DUE)
        found: dt.datetime | None = cursor.fetchone()[0]
        return found
