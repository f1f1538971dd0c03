"""Targets in a sentence each, with how far they have come."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from analytics.admin.target_wording import STANDINGS, shown
from analytics.models import Target
from analytics.targets.figures import FIGURES, Readings, read_days
from analytics.targets.progress import Progress, Standing, progress
from crm.figures.wording import percent

SO_FAR = {Target.Figure.LIFETIME_VALUE, Target.Figure.LIFETIME_MARGIN}


@dataclass(frozen=True)
class TargetLine:
    """`tone` colours the pill that says the state; `percent_done` is how far the bar is filled, `bar` says it."""

    target: Target
    progress: Progress
    is_card: bool
    words: str
    state: str
    tone: str
    percent_done: int
    bar: str
    scope: str

    @property
    def is_current(self) -> bool:
        return self.progress.standing in {Standing.ON_THE_WAY, Standing.BEHIND}


def target_line(target: Target, value: Decimal | None, today: dt.date) -> TargetLine:
    found = progress(target, value, today)
    state, tone = STANDINGS[found.standing]
    return TargetLine(
        target,
        found,
        FIGURES[Target.Figure(target.figure)].card == target.figure,
        _words(target, found),
        str(state),
        tone,
        round(found.share_of_way * 100),
        _("%(done)s of the way in %(passed)s of the time")
        % {"done": percent(found.share_of_way, ""), "passed": percent(found.share_of_time, "")},
        _("whole shop, so far") if target.figure in SO_FAR else _("whole shop, 12 months up to today"),
    )


def lines_of(targets: Iterable[Target], values: Readings, today: dt.date) -> list[TargetLine]:
    return [target_line(target, values[target.figure], today) for target in targets]


def lines_by_card(today: dt.date) -> dict[str, list[TargetLine]]:
    """Those whose last day is still to come, under the key of the card they belong to."""
    targets = list(Target.objects.current(today))
    found: dict[str, list[TargetLine]] = {}
    for line in lines_of(targets, read_days([today])[0], today) if targets else []:
        found.setdefault(FIGURES[Target.Figure(line.target.figure)].card, []).append(line)
    return found


def _words(target: Target, found: Progress) -> str:
    values = {
        "wanted": shown(target.figure, target.wanted_value),
        "day": date_format(target.due_on),
        "now": shown(target.figure, found.value),
    }
    match found.standing:
        case Standing.REACHED if target.reached_on:
            reached = {"reached": date_format(target.reached_on)}
            return _("target %(wanted)s by %(day)s: reached on %(reached)s") % (values | reached)
        case Standing.ON_THE_WAY | Standing.BEHIND:
            needed = {"needed": shown(target.figure, found.needed)}
            return _("target %(wanted)s by %(day)s: %(now)s now, %(needed)s needed by today to be on the way") % (
                values | needed
            )
    return _("target %(wanted)s by %(day)s: %(now)s when it was read last") % values
