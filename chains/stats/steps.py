"""How a chain is doing, step by step."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Count

from chains.explain.reasons import because
from chains.models import Chain, Enrolment, Touch

WAITING = (Touch.Status.SCHEDULED, Touch.Status.CLAIMED, Touch.Status.SENDING)

# What may follow the sending; the touch keeps the first moment of each.
FOLLOWED = ("opened", "clicked", "delivered", "bounced", "replied", "complained", "unsubscribed")


@dataclass(slots=True)
class StepStats:
    """Touches of one step by what became of them; `not_sent` by reason, the most frequent first."""

    standing: int = 0  # enrolments that wait at the step
    waiting: int = 0
    sent: int = 0
    opened: int = 0
    clicked: int = 0
    delivered: int = 0
    bounced: int = 0
    replied: int = 0
    complained: int = 0
    unsubscribed: int = 0
    uncertain: int = 0
    not_sent: dict[str, int] = field(default_factory=dict)

    @property
    def reasons(self) -> list[tuple[str, str, int]]:
        """Why it was not sent: the reason, in words, and how often."""
        return [(reason, because(reason, {}), count) for reason, count in self.not_sent.items()]


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
    touches = Touch.objects.filter(chain=chain).order_by()
    rows = touches.values_list("step_key", "status", "reason").annotate(
        total=Count("pk"), **{name: Count(f"{name}_at") for name in FOLLOWED}
    )
    for key, status, reason, count, *followed in rows.order_by("-total"):
        _add(steps[key], status, reason, count, followed)
    return ChainStats(
        enrolments.get(Enrolment.Status.ACTIVE, 0),
        enrolments.get(Enrolment.Status.FINISHED, 0),
        enrolments.get(Enrolment.Status.LEFT, 0),
        dict(steps),
    )


def _add(step: StepStats, status: str, reason: str, count: int, followed: Iterable[int]) -> None:
    for name, number in zip(FOLLOWED, followed, strict=True):
        setattr(step, name, getattr(step, name) + number)
    if status == Touch.Status.SENT:
        step.sent += count
    elif status == Touch.Status.UNKNOWN:
        step.uncertain += count
    elif status in WAITING:
        step.waiting += count
    else:
        step.not_sent[reason] = step.not_sent.get(reason, 0) + count


def under_way(chains: Iterable[Chain]) -> dict[int, int]:
    """How many are under way in each of these chains, in one query."""
    rows = Enrolment.objects.active().filter(chain__in=list(chains)).order_by()
    return dict(rows.values_list("chain").annotate(Count("pk")))
