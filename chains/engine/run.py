"""One pass of the engine: enrol → advance → guard → deliver, until nothing more is due."""

from __future__ import annotations

import datetime as dt
import time
from collections import Counter
from collections.abc import Callable
from uuid import uuid4

from chains.engine.advance.advance import advance
from chains.engine.advance.version_move import move
from chains.engine.claim import Counts
from chains.engine.deliver.deliver import deliver
from chains.engine.deliver.prepare import Clock
from chains.engine.deliver.recover import recover
from chains.engine.deliver.throttle import is_throttled
from chains.engine.enrol.enrol import enrol
from chains.engine.guard.guard import guard
from chains.engine.pause_release import release

BREATH = dt.timedelta(seconds=1)
SHOWN = (
    "entered",
    "moved",
    "advanced",
    "scheduled",
    "claimed",
    "postponed",
    "control",
    "skipped",
    "missed",
    "sent",
    "retried",
    "failed",
)


def tick(now: dt.datetime) -> dict[str, int]:
    """One whole pass at this moment, for a replay or by hand; returns what it did, in counts."""
    return _shown(_passes(lambda: now, lambda: False))


def run(clock: Clock, seconds: float) -> dict[str, int]:
    """Pass after pass on a running clock until nothing is due or the time is up.

    What a channel's rate lets go within the next moments is waited for: beat alone would come too seldom for it.
    """
    end = time.monotonic() + seconds
    total = _passes(clock, lambda: time.monotonic() > end)
    while time.monotonic() < end and is_throttled(clock() + BREATH):
        time.sleep(BREATH.total_seconds())
        total += _passes(clock, lambda: time.monotonic() > end)
    return _shown(total)


def _passes(clock: Clock, is_over: Callable[[], bool]) -> Counts:
    total: Counts = Counter()
    while True:
        done = _pass(clock, is_over)
        total += done
        if not done.total() or is_over():
            return total


def _pass(clock: Clock, is_over: Callable[[], bool]) -> Counts:
    counts = recover(clock()) + release(clock())
    for verb in (enrol, move, advance, lambda now: guard_and_deliver(now, clock)):
        while not is_over():
            done = verb(clock())
            counts += done
            if not done.total():
                break
    return counts


def guard_and_deliver(now: dt.datetime, clock: Clock) -> Counts:
    """Guard's claim and its delivery belong together: what is leased here is sent here, at once."""
    lease = uuid4()
    counts = guard(now, lease)
    return counts + deliver(clock(), lease, clock) if counts["claimed"] else counts


def _shown(counts: Counts) -> dict[str, int]:
    return {name: counts[name] for name in (*SHOWN, *sorted(counts.keys() - set(SHOWN)))}
