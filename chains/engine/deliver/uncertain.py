"""Messages of which nobody but a person can say whether they arrived."""

from __future__ import annotations

import datetime as dt

from django.db.models import F, QuerySet

from chains.engine.local_time import DAY
from chains.models import Touch


def confirm_arrival(touches: QuerySet[Touch]) -> int:
    """Uncertain messages that did reach their customer count as sent when they were due."""
    unknown = touches.filter(status=Touch.Status.UNKNOWN)
    return unknown.update(status=Touch.Status.SENT, reason=Touch.Reason.NONE, sent_at=F("due_at"), facts={})


def send_again(touches: QuerySet[Touch], now: dt.datetime) -> int:
    """Uncertain messages that did not arrive wait again, and meet every check again."""
    unknown = touches.filter(status=Touch.Status.UNKNOWN)
    return unknown.update(status=Touch.Status.SCHEDULED, reason=Touch.Reason.NONE, due_at=now, useful_until=now + DAY)
