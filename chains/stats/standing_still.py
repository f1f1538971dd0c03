"""Whether a live chain stands still: nobody enters for longer than ever before, or nobody goes on."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Count

from chains.models import Chain, Enrolment, ResultsOfDay
from crm.timezones import day_of

LOOK_BACK = dt.timedelta(days=90)
# A chain with fewer days on which somebody entered has no past to be compared with.
LEAST_DAYS = 5
SHORTEST_SILENCE = 3  # days
STUCK_AFTER = dt.timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class Standstill:
    silent_days: int = 0  # since somebody entered
    usual_days: int = 0  # the longest silence before
    stuck: int = 0  # customers whose time to go on is long past
    stuck_hours: int = STUCK_AFTER // dt.timedelta(hours=1)


def standstills(chains: Iterable[Chain], now: dt.datetime) -> dict[int, Standstill]:
    """Of those that stand still; two queries. Chains of the calendar are silent most of the time."""
    by_events = [chain.pk for chain in chains if chain.trigger not in Chain.BY_CALENDAR]
    late = _stuck([chain.pk for chain in chains], now)
    silent = {pk: silence(days, day_of(now)) for pk, days in _days_of_entry(by_events, day_of(now)).items()}
    found: dict[int, Standstill] = {pk: still for pk, still in silent.items() if still}
    return found | {pk: Standstill(stuck=count) for pk, count in late.items()}


def silence(days: Sequence[dt.date], today: dt.date) -> Standstill | None:
    """By the days on which somebody entered, in their order."""
    if len(days) < LEAST_DAYS:
        return None
    usual = max((later - earlier).days for earlier, later in zip(days, days[1:], strict=False))
    silent = (today - days[-1]).days
    return Standstill(silent, usual) if silent >= SHORTEST_SILENCE and silent > 2 * usual else None


def _days_of_entry(chains: list[int], today: dt.date) -> dict[int, list[dt.date]]:
    counted = ResultsOfDay.objects.filter(chain__in=chains, segment=None, step_key="", entered__gt=0)
    rows = counted.filter(day__range=(today - LOOK_BACK, today)).order_by("chain", "day")
    found: defaultdict[int, list[dt.date]] = defaultdict(list)
    for chain, day in rows.values_list("chain", "day"):
        found[chain].append(day)
    return found


def _stuck(chains: list[int], now: dt.datetime) -> dict[int, int]:
    late = Enrolment.objects.active().filter(chain__in=chains, due_at__lt=now - STUCK_AFTER).order_by()
    return dict(late.values_list("chain").annotate(Count("pk")))
