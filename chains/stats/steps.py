"""Who and what stands in a chain now, step by step; what has become of it is chains.results'."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Q

from chains.models import Chain, Enrolment, Touch

WAITING = Q(status__in=[Touch.Status.SCHEDULED, Touch.Status.CLAIMED, Touch.Status.SENDING])


@dataclass(slots=True)
class StepStats:
    standing: int = 0  # enrolments that wait at the step
    waiting: int = 0  # touches that are to go out
    uncertain: int = 0


@dataclass(frozen=True, slots=True)
class ChainStats:
    under_way: int
    finished: int
    left: int
    steps: dict[str, StepStats]


def chain_stats(chain: Chain) -> ChainStats:
    """It takes three queries, however many steps the chain has."""
    enrolments = dict(Enrolment.objects.filter(chain=chain).order_by().values_list("status").annotate(Count("pk")))
    steps: defaultdict[str, StepStats] = defaultdict(StepStats)
    active = Enrolment.objects.active().filter(chain=chain).order_by()
    for key, count in active.values_list("step_key").annotate(Count("pk")):
        steps[key].standing = count
    now = Touch.objects.filter(WAITING | Q(status=Touch.Status.UNKNOWN), chain=chain).order_by()
    counts = {"waiting": Count("pk", filter=WAITING), "uncertain": Count("pk", filter=~WAITING)}
    for key, waiting, uncertain in now.values_list("step_key").annotate(**counts):
        steps[key].waiting, steps[key].uncertain = waiting, uncertain
    return ChainStats(
        enrolments.get(Enrolment.Status.ACTIVE, 0),
        enrolments.get(Enrolment.Status.FINISHED, 0),
        enrolments.get(Enrolment.Status.LEFT, 0),
        dict(steps),
    )


def under_way(chains: Iterable[Chain]) -> dict[int, int]:
    """How many are under way in each of these chains, in one query."""
    rows = Enrolment.objects.active().filter(chain__in=list(chains)).order_by()
    return dict(rows.values_list("chain").annotate(Count("pk")))
