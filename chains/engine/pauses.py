"""Times in which nothing of a chain could fall due, and what becomes of what would have. Values in, values out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import NamedTuple

from chains.models import Pause

LONG_AGO = dt.datetime.min.replace(tzinfo=dt.UTC)


class Standstill(NamedTuple):
    """The moments after `since` until `until`."""

    since: dt.datetime
    until: dt.datetime
    decision: str  # one of Pause.Decision

    @classmethod
    def before(cls, moment: dt.datetime) -> Standstill:
        """For somebody moved to a version published then: what fell due before belonged to another plan."""
        return cls(LONG_AGO, moment, Pause.Decision.SEND)


def postponed(moment: dt.datetime, standstills: Iterable[Standstill]) -> dt.datetime:
    """When it really falls due. What was dropped keeps its moment, so that the plan goes on from there."""
    for standstill in standstills:
        if standstill.since < moment <= standstill.until:
            if standstill.decision == Pause.Decision.SEND:
                moment = standstill.until
            elif standstill.decision == Pause.Decision.SHIFT:
                moment += standstill.until - standstill.since
    return moment


def is_dropped(moment: dt.datetime, standstills: Iterable[Standstill]) -> bool:
    return any(
        standstill.since < moment <= standstill.until
        for standstill in standstills
        if standstill.decision == Pause.Decision.DROP
    )
