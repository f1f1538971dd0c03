"""Dates of a customer: their birth date, and attributes that spell a date (`departure_on`: 2026-07-01).

Chains count from them, so a change of one is an event; other attributes change silently.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

from crm.events import record_many
from crm.models import Customer, Event, EventKind

Moment = dt.datetime | dt.date
BORN_ON = "born_on"
# What lies outside is a slip of the keyboard, and calendars end somewhere.
YEARS = range(1900, 2200)


def date_in(value: Any) -> Moment | None:
    """The date, or the moment, that a text spells in ISO 8601; None when it spells none."""
    if not isinstance(value, str):
        return None
    try:
        found = dt.date.fromisoformat(value) if len(value) == len("2026-03-10") else dt.datetime.fromisoformat(value)
    except ValueError:
        return None
    return found if found.year in YEARS else None


def dates_of(customer: Customer) -> dict[str, str]:
    """Every date known of a customer, by name."""
    return dates_by_name(customer.born_on, customer.attributes)


def dates_by_name(born_on: dt.date | None, attributes: Mapping[str, Any]) -> dict[str, str]:
    own = {BORN_ON: born_on.isoformat()} if born_on else {}
    return own | {name: value for name, value in attributes.items() if date_in(value)}


def record_changes(
    before: Mapping[int, Mapping[str, str]], after: Mapping[int, Mapping[str, str]], at: dt.datetime
) -> None:
    """Record the dates of these customers, by id, that changed."""
    record_many(
        event
        for customer, now_known in after.items()
        for event in _changes(customer, before.get(customer, {}), now_known, at)
    )


def _changes(customer: int, before: Mapping[str, str], after: Mapping[str, str], at: dt.datetime) -> Iterable[Event]:
    for name in sorted(before.keys() | after.keys()):
        old, new = before.get(name), after.get(name)
        if old != new:
            digest = hashlib.blake2s(f"{name}:{old}:{new}".encode(), digest_size=8).hexdigest()
            yield Event(
                kind=EventKind.DATE_CHANGED,
                customer_id=customer,
                occurred_at=at,
                source="crm",
                key=f"customer:{customer}:date:{digest}:{at.isoformat()}",
                properties={"name": name, "from": old, "to": new},
            )
