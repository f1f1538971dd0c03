"""How late the engine is: work that is due with nobody working must be an alarm, not a silence."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, Min

from chains.models import Touch
from crm.models import Purpose


@dataclass(frozen=True, slots=True)
class Overdue:
    count: int
    oldest_due_at: dt.datetime | None


def overdue(now: dt.datetime) -> Overdue:
    """Touches that are due and not yet decided about or sent."""
    # By purpose, as the index of due touches begins with it.
    due = Touch.objects.due(now).filter(purpose__in=Purpose.values)
    found = due.aggregate(count=Count("pk"), oldest=Min("due_at"))
    return Overdue(found["count"], found["oldest"])
