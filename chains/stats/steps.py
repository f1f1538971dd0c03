"""Who and what stands in a chain now, step by step; what has become of it is chains.results'."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Q

from chains.models import Chain, Enrolment, Touch

ON_THEIR_WAY = (Touch.Status.SCHEDULED, Touch.Status.CLAIMED, Touch.Status.SENDING)
NOT_SENT = (Touch.Status.FAILED, Touch.Status.SKIPPED, Touch.Status.MISSED)
WAITING = Q(status__in=ON_THEIR_WAY)


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


@dataclass(frozen=True, slots=True)
class Sending:
    """How far a message that goes out once has got; `not_sent` by reason, the most frequent first."""

    sent: int
    waiting: int
    not_sent: list[tuple[str, int]]

    @property
    def not_sent_total(self) -> int:
        return sum(count for _reason, count in self.not_sent)


def sending(chain: Chain) -> Sending:
    """As of now, in one query: what pages about results show is counted a while later."""
    counts: Counter[str] = Counter()
    not_sent: Counter[str] = Counter()
    touches = Touch.objects.filter(chain=chain).order_by()
    for status, reason, count in touches.values_list("status", "reason").annotate(Count("pk")):
        counts[status] += count
        if status in NOT_SENT:
            not_sent[reason] += count
    waiting = sum(counts[status] for status in ON_THEIR_WAY)
    return Sending(counts[Touch.Status.SENT], waiting, not_sent.most_common())


def under_way(chains: Iterable[Chain]) -> dict[int, int]:
    """How many are under way in each of these chains, in one query."""
    rows = Enrolment.objects.active().filter(chain__in=list(chains)).order_by()
    return dict(rows.values_list("chain").annotate(Count("pk")))
