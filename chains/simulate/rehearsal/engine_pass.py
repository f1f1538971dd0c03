"""One pass of a rehearsal: the four verbs of the engine in their order, each for everybody at once."""

from __future__ import annotations

import datetime as dt
from uuid import uuid4

from chains.channels.sender import Sender
from chains.engine.advance.advance import advance
from chains.engine.claim import Counts
from chains.engine.deliver.deliver import deliver
from chains.engine.enrol.enrol import enrol
from chains.engine.guard.guard import guard
from chains.models import Touch

# No other worker runs beside a rehearsal, so a batch need not leave anybody to the next.
EVERYBODY = 1_000_000


def run_verbs(now: dt.datetime, sender: Sender) -> Counts:
    return enrol(now, EVERYBODY) + advance(now, EVERYBODY) + _send(now, sender)


def _send(now: dt.datetime, sender: Sender) -> Counts:
    lease = uuid4()
    counts = guard(now, lease, EVERYBODY)
    if counts["claimed"]:
        counts += deliver(now, lease, through=dict.fromkeys(Touch.Channel.values, sender))
    return counts
