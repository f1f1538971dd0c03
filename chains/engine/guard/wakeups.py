"""Letting guard look again at what waits, before the moment it was put off to.

Looking again is harmless: what must still wait is put off anew.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from chains.engine.guard.rules import WAKEUPS
from chains.engine.inbox import InboxEvent
from chains.models import Touch
from chains.models.touch import TouchQuerySet


def wake(touches: TouchQuerySet, now: dt.datetime) -> int:
    """Make due at once those of the touches that wait; returns how many did."""
    return touches.scheduled().filter(due_at__gt=now).update(due_at=now)


def wake_touches(events: Collection[InboxEvent], now: dt.datetime) -> None:
    """Wake what waits for something that one of these events may have ended."""
    for wakeup in WAKEUPS:
        about = {getattr(event, wakeup.same) for event in events if event.kind in wakeup.kinds} - {None}
        if about:
            wake(Touch.objects.filter(**{f"{wakeup.same}__in": about}, reason__in=wakeup.reasons), now)
