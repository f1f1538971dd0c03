"""How much marketing fits into a customer's week. Values in, values out."""

from __future__ import annotations

import datetime as dt
from typing import Any, NamedTuple

from chains.engine.guard.values import GuardInput, Limits, Recipient, Refusal
from chains.engine.local_time import DAY
from chains.models.touch import Touch
from crm.models import Customer

WEEK = 7 * DAY


class Cap(NamedTuple):
    """How many touches a week, and why as many; the facts are empty for the number everybody has."""

    number: int
    facts: dict[str, Any]


def cap_of(person: Recipient, limits: Limits) -> Cap:
    """The customer's own word first; then the smallest number that any of their segments, or their silence, sets.

    Of several segments the strictest: whoever was to be spared for one reason is not to be bothered for another.
    """
    if person.frequency == Customer.Frequency.MORE:
        return Cap(max(limits.weekly_cap, limits.more_cap), {"because": "more"})
    found = Cap(limits.weekly_cap, {})
    if person.segment_caps:
        strictest = min(person.segment_caps)
        found = Cap(strictest.cap, {"because": "segment", "segment": strictest.segment})
    if person.frequency == Customer.Frequency.LESS and limits.less_cap < found.number:
        return Cap(limits.less_cap, {"because": "less"})
    if person.unread and limits.less_cap < found.number:
        return Cap(limits.less_cap, {"because": "unread", "letters": person.unread})
    return found


def full_week(asked: GuardInput) -> Refusal | None:
    """Marketing waits until so many have left the week that fewer than the cap remain."""
    cap = cap_of(asked.person, asked.limits)
    if not asked.candidate.is_marketing or len(asked.week) < cap.number:
        return None
    week = sorted(asked.week)
    days = [at.astimezone(asked.person.zone).date().isoformat() for at in week]
    facts = {"cap": cap.number, "days": days, **cap.facts}
    return Refusal(Touch.Reason.WEEKLY_CAP, facts, _room_at(week, cap.number))


def _room_at(week: list[dt.datetime], cap: int) -> dt.datetime | None:
    """A cap of nothing never has room."""
    return week[len(week) - cap] + WEEK if cap else None
