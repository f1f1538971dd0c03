"""How long customers wait: until our first word, until the next, until the matter is settled. Recounted from what is
known to have happened, in the time in which the shop's promises count, never kept as a counter.

Until our first word is from the opening of a case. Each next word is from when the customer wrote again. A matter is
settled when it was first called so, whatever happened later; for good, if it was not opened again. Time in which a case
waited for its customer or was on hold is left out. What ended without a word of the customer, and what was merged into
another case, was settled by nobody.
"""

from __future__ import annotations

import datetime as dt
import math
import statistics
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from crm.models import Case, CaseMessage, Event, EventKind, Shop
from crm.models.case import CaseQuerySet
from crm.working_hours import WorkedTime

OUR_WORDS = {EventKind.CASE_ACKNOWLEDGED, EventKind.CASE_ANSWERED, EventKind.CASE_RESOLVED}
RESTS = {EventKind.CASE_AWAITS_CUSTOMER, EventKind.CASE_HELD}
STIRS = {EventKind.CASE_TAKEN_UP, EventKind.CASE_RESOLVED, EventKind.CASE_LAPSED, EventKind.CASE_REOPENED}
RECEIVED, SENT = "received", "sent"
READ = [*OUR_WORDS, *RESTS, *STIRS]


@dataclass(frozen=True, slots=True)
class Happening:
    """`kind` is that of an event, or whether a letter was received or sent; `promised_at` is what held then."""

    at: dt.datetime
    kind: str
    promised_at: dt.datetime | None = None


@dataclass(slots=True)
class CaseTimes:
    """Of one case; None for what has not come yet."""

    first_word: dt.timedelta | None = None
    was_in_time: bool | None = None
    next_words: list[dt.timedelta] = field(default_factory=list)
    first_settled: dt.timedelta | None = None
    settled: dt.timedelta | None = None


@dataclass(frozen=True, slots=True)
class Figure:
    """Of so many times the middle one, and that which nine of ten stayed below; None of none."""

    count: int
    median: dt.timedelta | None
    p90: dt.timedelta | None

    @classmethod
    def of(cls, times: Iterable[dt.timedelta]) -> Figure:
        ordered = sorted(times)
        if not ordered:
            return cls(0, None, None)
        middle = statistics.median(time.total_seconds() for time in ordered)
        return cls(len(ordered), dt.timedelta(seconds=middle), ordered[math.ceil(0.9 * len(ordered)) - 1])


@dataclass(frozen=True, slots=True)
class ServiceTimes:
    """Of the cases opened in a period. `promised` counts those answered for which a time had been promised."""

    cases: int
    first_word: Figure
    next_word: Figure
    first_settled: Figure
    settled: Figure
    promised: int
    in_time: int

    @property
    def share_in_time(self) -> float | None:
        return self.in_time / self.promised if self.promised else None


def service_times(start: dt.datetime, end: dt.datetime) -> ServiceTimes:
    """Of cases opened from `start` until before `end`, with what happened to them since."""
    opened = Case.objects.filter(opened_at__gte=start, opened_at__lt=end).exclude(ending=Case.Ending.MERGED)
    found = list(_times(opened))
    judged = [times.was_in_time for times in found if times.was_in_time is not None]
    return ServiceTimes(
        cases=len(found),
        first_word=Figure.of(times.first_word for times in found if times.first_word is not None),
        next_word=Figure.of(time for times in found for time in times.next_words),
        first_settled=Figure.of(times.first_settled for times in found if times.first_settled is not None),
        settled=Figure.of(times.settled for times in found if times.settled is not None),
        promised=len(judged),
        in_time=sum(judged),
    )


def times_of(case: Case) -> CaseTimes:
    return next(iter(_times(Case.objects.filter(pk=case.pk))), CaseTimes())


def _times(cases: CaseQuerySet) -> Iterable[CaseTimes]:
    opened = dict(cases.values_list("pk", "opened_at"))
    happenings = _happenings(cases, opened)
    latest = max((one.at for row in happenings.values() for one in row), default=None)
    if latest is None:
        return [CaseTimes() for _pk in opened]
    worked = WorkedTime(Shop.load().calendar, min(opened.values()), latest)
    return [reckon(at, happenings[pk], worked) for pk, at in opened.items()]


def _happenings(cases: CaseQuerySet, opened: dict[int, dt.datetime]) -> dict[int, list[Happening]]:
    """By case, in their order: three queries, however many cases."""
    found: defaultdict[int, list[Happening]] = defaultdict(list)
    events = Event.objects.filter(customer__in=cases.values("customer"), kind__in=READ)
    for kind, at, told in events.order_by("pk").values_list("kind", "occurred_at", "properties"):
        if (pk := told.get("case")) in opened:
            promised = told.get("promised_at")
            found[pk].append(Happening(at, kind, dt.datetime.fromisoformat(promised) if promised else None))
    letters = CaseMessage.objects.filter(case__in=cases.values("pk"), failed_at=None)
    for pk, direction, at in letters.order_by("pk").values_list("case", "direction", "occurred_at"):
        found[pk].append(Happening(at, direction))
    for row in found.values():
        row.sort(key=lambda one: one.at)
    return found


def reckon(opened_at: dt.datetime, happenings: Sequence[Happening], worked: WorkedTime) -> CaseTimes:
    times, waits_since, rests_since = CaseTimes(), opened_at, None
    asked_at: dt.datetime | None = None
    rested: list[tuple[dt.datetime, dt.datetime]] = []
    for one in happenings:
        if rests_since and (one.kind in STIRS | RESTS or one.kind == RECEIVED):
            rested.append((rests_since, one.at))
            rests_since = None
        if one.kind in RESTS:
            rests_since = one.at
        if one.kind == RECEIVED and times.first_word is not None and asked_at is None:
            asked_at = one.at
        if one.kind in OUR_WORDS or one.kind == SENT:
            if times.first_word is None:
                times.first_word = _between(worked, waits_since, one.at, rested)
                times.was_in_time = one.at <= one.promised_at if one.promised_at else None
            elif asked_at:
                times.next_words.append(_between(worked, asked_at, one.at, rested))
                asked_at = None
        if one.kind == EventKind.CASE_RESOLVED:
            times.settled = _between(worked, opened_at, one.at, rested)
            times.first_settled = times.settled if times.first_settled is None else times.first_settled
        if one.kind == EventKind.CASE_REOPENED:
            times.settled = None
    return times


def _between(
    worked: WorkedTime, since: dt.datetime, until: dt.datetime, rested: Iterable[tuple[dt.datetime, dt.datetime]]
) -> dt.timedelta:
    """Without the time in which it was not our turn."""
    left_out = (worked.between(max(start, since), min(end, until)) for start, end in rested)
    return worked.between(since, until) - sum(left_out, dt.timedelta())
