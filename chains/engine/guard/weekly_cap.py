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
    number: int
    facts: dict[str, Any]  # why as many; empty for the number everybody has


def cap_of(recipient: Recipient, limits: Limits) -> Cap:
    """The customer's own word first; then the smallest number that any of their segments, or their silence, sets.

    Of several segments the strictest: whoever was to be spared for one reason is not to be bothered for another.
    """
    if recipient.frequency == Customer.Frequency.MORE:
        return Cap(max(limits.weekly_cap, limits.more_cap), {"because": "more"})
    cap = Cap(limits.weekly_cap, {})
    if recipient.segment_caps:
        strictest = min(recipient.segment_caps)
        cap = Cap(strictest.cap, {"because": "segment", "segment": strictest.segment})
    if recipient.frequency == Customer.Frequency.LESS and limits.less_cap < cap.number:
        return Cap(limits.less_cap, {"because": "less"})
    if recipient.unread_letters and limits.less_cap < cap.number:
        return Cap(limits.less_cap, {"because": "unread", "letters": recipient.unread_letters})
    return cap


def full_week(given: GuardInput) -> Refusal | None:
    """Marketing waits until so many have left the week that fewer than the cap remain."""
    cap = cap_of(given.recipient, given.limits)
    if not given.touch.is_marketing or len(given.week) < cap.number:
        return None
    week = sorted(given.week)
    days = [at.astimezone(given.recipient.zone).date().isoformat() for at in week]
    facts = {"cap": cap.number, "days": days, **cap.facts}
    return Refusal(Touch.Reason.WEEKLY_CAP, facts, _room_at(week, cap.number))


def _room_at(week: list[dt.datetime], cap: int) -> dt.datetime | None:
    """A cap of nothing never has room."""
    return week[len(week) - cap] + WEEK if cap else None
