"""Results of chains and of their steps over a period, read from what is counted by day."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet, Sum

from chains.models import Chain, NotSentOfDay, ResultsOfDay
from crm.figures.periods import Period
from segments.models import Segment


@dataclass(frozen=True, slots=True)
class Results:
    """What was sent in a period with all that followed it, whenever it did; rates are None where nothing arrived.

    chains.results.definitions says in words what each number counts.
    """

    entered: int = 0
    sent: int = 0
    useful: int = 0
    delivered: int = 0
    opened: int = 0
    clicked: int = 0
    replied: int = 0
    unsubscribed: int = 0
    complained: int = 0
    bounced: int = 0
    held: int = 0
    ordered_by_click: int = 0
    ordered_by_delivery: int = 0
    revenue_by_click: Decimal = Decimal(0)
    revenue_by_delivery: Decimal = Decimal(0)

    @property
    def ordered(self) -> int:
        return self.ordered_by_click + self.ordered_by_delivery

    @property
    def revenue(self) -> Decimal:
        return self.revenue_by_click + self.revenue_by_delivery

    @property
    def revenue_per_recipient(self) -> Decimal | None:
        """Divided by what was delivered."""
        return self.revenue / self.delivered if self.delivered else None

    @property
    def click_revenue_per_recipient(self) -> Decimal | None:
        return self.revenue_by_click / self.delivered if self.delivered else None

    def percent(self, name: str) -> float | None:
        """Of what was delivered; what was delivered or came back, of what was sent."""
        base = self.sent if name in ("delivered", "bounced") else self.delivered
        return 100 * getattr(self, name) / base if base else None


@dataclass(frozen=True, slots=True)
class StepResults(Results):
    """Of one step; `not_sent` by reason, the most frequent first."""

    not_sent: tuple[tuple[str, int], ...] = ()


ChainResults = Results
COUNTED = [each.name for each in fields(Results)]
# The row without a step counts who entered the chain, and nothing else.
OF_CHAIN = {name: Sum(name, filter=Q(step_key="") if name == "entered" else ~Q(step_key="")) for name in COUNTED}


def chain_results(period: Period, chains: Sequence[int] | None = None) -> dict[int, ChainResults]:
    """Of each chain of which anything is known in the period, in one query."""
    rows = _rows(period, None)
    if chains is not None:
        rows = rows.filter(chain__in=chains)
    found = rows.order_by().values("chain").annotate(**OF_CHAIN)
    return {row["chain"]: Results(**_known(row)) for row in found}


def results_of(chain: Chain, period: Period, segment: Segment | None = None) -> ChainResults:
    """Of the chain as a whole."""
    return Results(**_known(_rows(period, segment).filter(chain=chain).aggregate(**OF_CHAIN)))


def step_results(chain: Chain, period: Period, segment: Segment | None = None) -> dict[str, StepResults]:
    """By the step's key, in two queries."""
    not_sent: defaultdict[str, list[tuple[str, int]]] = defaultdict(list)
    days = (period.first_on, period.last_on)
    reasons = NotSentOfDay.objects.filter(chain=chain, segment=segment, day__range=days)
    totals = reasons.order_by().values_list("step_key", "reason").annotate(count=Sum("total"))
    for key, reason, count in totals.order_by("-count", "reason"):
        not_sent[key].append((reason, count))
    rows = _rows(period, segment).filter(chain=chain).exclude(step_key="")
    found = rows.order_by().values("step_key").annotate(**{name: Sum(name) for name in COUNTED})
    return {row["step_key"]: StepResults(**_known(row), not_sent=tuple(not_sent[row["step_key"]])) for row in found}


def variant_results(chain: Chain, period: Period, segment: Segment | None = None) -> dict[str, Results]:
    """Of each variant of an experiment, by the name that its touches keep."""
    rows = _rows(period, segment).filter(chain=chain).exclude(variant="")
    found = rows.order_by().values("variant").annotate(**{name: Sum(name) for name in COUNTED})
    return {row["variant"]: Results(**_known(row)) for row in found}


@dataclass(frozen=True, slots=True)
class DayResults:
    day: dt.date
    sent: int = 0
    ordered: int = 0


def day_results(chain: Chain, period: Period, segment: Segment | None = None) -> list[DayResults]:
    """What was sent on each day of which anything is known, and how many orders that brought."""
    rows = _rows(period, segment).filter(chain=chain).order_by("day").values("day")
    sums = rows.annotate(sent=Sum("sent"), clicks=Sum("ordered_by_click"), deliveries=Sum("ordered_by_delivery"))
    return [DayResults(row["day"], row["sent"], row["clicks"] + row["deliveries"]) for row in sums]


def _rows(period: Period, segment: Segment | None) -> QuerySet[ResultsOfDay]:
    return ResultsOfDay.objects.filter(segment=segment, day__range=(period.first_on, period.last_on))


def _known(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in COUNTED if row[name] is not None}
