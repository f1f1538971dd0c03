"""Letting guard look again at what waits, before the moment it was put off to.

Looking again is harmless: what must still wait is put off anew.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from chains.engine.guard.rules import WAKEUPS
from chains.engine.inbox import InboxEvent
from chains.engine.moments import moment_in_sql
from chains.models import Touch


def wake_touches(events: Collection[InboxEvent], now: dt.datetime) -> None:
    """Wake what waits for something that one of these events may have ended."""
    for wakeup in WAKEUPS:
        about = {getattr(event, wakeup.same) for event in events if event.kind in wakeup.kinds} - {None}
        if about:
            Touch.objects.filter(**{f"{wakeup.same}__in": about}, reason__in=wakeup.reasons).wake(moment_in_sql(now))
