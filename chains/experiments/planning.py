"""What an experiment takes, said before it starts: how many customers, and how long that is at the chain's own flow."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from math import ceil
from typing import Any

from django.db import connection
from django.db.models import Count, Max, Min

from chains.experiments.sample_size import everybody_needed, smallest_lift_told
from chains.experiments.statistics import LEVEL
from chains.models import Chain, Experiment, Rehearsal, Touch
from chains.models.experiment import AS_IS
from crm.models import Customer

SHORTEST = dt.timedelta(days=3)
PART_OF_BASE = 0.01
FLOW_DAYS = 28
# So many customers whose days are over tell what to expect of the next.
ENOUGH_TO_EXPECT = 200
EXPECTED_AT_STEP = """
    SELECT count(*), count(*) FILTER (WHERE EXISTS (
        SELECT FROM crm_order AS placed WHERE placed.customer_id = reached.customer_id AND placed.cancelled_at IS NULL
            AND placed.placed_at > reached.at AND placed.placed_at <= reached.at + %(days)s * interval '1 day'
    ))
    FROM (
        SELECT customer_id, created_at AS at FROM chains_touch
        WHERE chain_id = %(chain)s AND step_key = %(step)s AND created_at <= %(now)s - %(days)s * interval '1 day'
        ORDER BY id DESC LIMIT 20000
    ) AS reached
"""


@dataclass(frozen=True, slots=True)
class Flow:
    """How many customers a day come to the step; `is_rehearsed` where nobody has come yet, but would have."""

    per_day: float = 0
    is_rehearsed: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    size: int
    flow: Flow
    outcome_days: int

    @property
    def days(self) -> int | None:
        """Until the verdict; None where nobody comes."""
        if not self.flow.per_day:
            return None
        return max(ceil(self.size / self.flow.per_day), SHORTEST.days) + self.outcome_days


def plan(experiment: Experiment, now: dt.datetime) -> Plan:
    size = experiment.planned_size or planned_size(experiment)
    return Plan(size, flow(experiment.chain, experiment.step_key, now), experiment.outcome_days)


def planned_size(experiment: Experiment) -> int:
    """Customers in all variants together; never less than a hundredth of the base."""
    needed = size_needed(experiment.shares, experiment.base_percent, experiment.smallest_lift)
    return max(needed, ceil(PART_OF_BASE * Customer.objects.current().count()))


def size_needed(shares: dict[str, int], base_percent: Decimal, smallest_lift: int) -> int:
    """So that each variant beside A has enough, with the level divided among them."""
    base = float(base_percent) / 100
    target = min(base * (1 + smallest_lift / 100), 0.999)
    level = 1 - (1 - LEVEL) / (len(shares) - 1)
    others = [share for letter, share in shares.items() if letter != AS_IS]
    return max(_size_with(shares[AS_IS], share, base, target, level) for share in others)


def _size_with(own: int, other: int, base: float, target: float, level: float) -> int:
    """In all variants together, if these two have such shares of them."""
    both = own + other
    return ceil(everybody_needed(base, target, own / both, level) * 100 / both)


def lift_that_can_be_told(base_percent: Decimal, everybody: int) -> int | None:
    """In percent, by two halves of so many; None where not even a threefold one."""
    lift = smallest_lift_told(float(base_percent) / 100, everybody)
    return ceil(100 * lift) if lift else None


def needed_of(size: int, shares: dict[str, int]) -> dict[str, int]:
    """How many each group must have."""
    return {letter: ceil(size * share / 100) for letter, share in shares.items()}


def flow(chain: Chain, step_key: str, now: dt.datetime) -> Flow:
    """As many as came in the last weeks, in those days alone in which anybody did; else by the last rehearsal."""
    since = now - dt.timedelta(days=FLOW_DAYS)
    came = Touch.objects.filter(chain=chain, step_key=step_key, created_at__gt=since).order_by()
    told = came.aggregate(customers=Count("customer", distinct=True), first=Min("created_at"), last=Max("created_at"))
    if told["customers"]:
        return Flow(told["customers"] / max((now - told["first"]).days, 1))
    rehearsal = chain.rehearsals.filter(status=Rehearsal.Status.DONE).first()
    return _rehearsed(rehearsal, step_key) if rehearsal else Flow()


def _rehearsed(rehearsal: Rehearsal, step_key: str) -> Flow:
    days = (rehearsal.last_on - rehearsal.first_on).days + 1
    for step in (rehearsal.result or {}).get("steps", ()):
        if step.get("key") == step_key:
            reached = step["sent"] + step["waiting"] + sum(one["count"] for one in step["not_sent"])
            return Flow(reached / days, is_rehearsed=True)
    return Flow()


def expected_percent(chain: Chain, step_key: str, outcome_days: int, now: dt.datetime) -> Decimal | None:
    """How many of a hundred who came to the step ordered within the days; None with too few to tell."""
    values: dict[str, Any] = {"chain": chain.pk, "step": step_key, "now": now, "days": outcome_days}
    with connection.cursor() as cursor:
        cursor.execute(EXPECTED_AT_STEP, values)
        customers, ordered = cursor.fetchone()
    if customers < ENOUGH_TO_EXPECT or not ordered:
        return None
    percent = Decimal(100 * ordered / customers)
    return min(max(percent, Decimal("0.05")), Decimal(60)).quantize(Decimal("0.01"))
