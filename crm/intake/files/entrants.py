"""How many customers a file would let into chains. Those who know register how they count."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping

from crm.intake.files.cells import ParseSettings
from crm.intake.files.staging import Cursor, StagingTable

# The events that chains are to hear of.
RUNG = StagingTable("import_rung", [("event", "bigint")])

Counter = Callable[[Collection[int], dt.datetime], Mapping[str, int]]
_counters: list[Counter] = []


def register(counter: Counter) -> None:
    """Takes ids of events in the inbox and the time; says how many would enter, by the name of the chain."""
    _counters.append(counter)


def count(cursor: Cursor, settings: ParseSettings) -> Mapping[str, int]:
    """Called where the file has been applied and nothing is committed."""
    if settings.acts_since is None:
        return {}
    cursor.execute(f"SELECT event FROM {RUNG.name}")  # noqa: S608 - a name of this package
    events = [event for (event,) in cursor.fetchall()]
    found: dict[str, int] = {}
    for counter in _counters:
        found |= counter(events, settings.now)
    return found
