"""Times in which nothing of a chain could fall due, and what becomes of what would have. Values in, values out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import NamedTuple

from chains.models import Pause

LONG_AGO = dt.datetime.min.replace(tzinfo=dt.UTC)


class Hold(NamedTuple):
    """From after `since` until `until`; `decision` is one of Pause.Decision."""

    since: dt.datetime
    until: dt.datetime
    decision: str

    @classmethod
    def before(cls, moment: dt.datetime) -> Hold:
        """Nothing falls due before the moment: of somebody moved to a version published then, who knew another plan."""
        return cls(LONG_AGO, moment, Pause.Decision.SEND)


def postponed(moment: dt.datetime, holds: Iterable[Hold]) -> dt.datetime:
    """When it falls due in truth. What was dropped keeps its moment, so that the plan goes on from there."""
    for hold in holds:
        if hold.since < moment <= hold.until:
            if hold.decision == Pause.Decision.SEND:
                moment = hold.until
            elif hold.decision == Pause.Decision.SHIFT:
                moment += hold.until - hold.since
    return moment


def is_dropped(moment: dt.datetime, holds: Iterable[Hold]) -> bool:
    return any(hold.since < moment <= hold.until for hold in holds if hold.decision == Pause.Decision.DROP)
