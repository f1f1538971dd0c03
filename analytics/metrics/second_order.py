from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrPromise

from analytics.relations import Relations
from crm.figures.periods import Period

WITHIN_DAYS = (30, 60, 90, 180, 365)
# Of the normal distribution, for bounds of 95 %.
Z = 1.959963984540054
# A buyer either ordered again after so many days, or is known for so many days without.
QUERY = """
, known AS (SELECT coalesce(%s::date, max(placed_on)) AS until FROM days),
again AS (
    SELECT comebacks.placed_on, earlier_on, second_orders FROM comebacks CROSS JOIN known
    WHERE back = 1 AND second_orders > 0 AND earlier_on BETWEEN %s AND %s AND comebacks.placed_on <= until
)
SELECT days, sum(seconds)::bigint AS seconds, sum(unseen)::bigint AS unseen FROM (
    SELECT placed_on - earlier_on AS days, second_orders AS seconds, 0 AS unseen FROM again
    UNION ALL
    SELECT until - placed_on, 0, first_orders - coalesce(followed, 0)
    FROM days CROSS JOIN known LEFT JOIN (
        SELECT earlier_on, sum(second_orders) AS followed FROM again GROUP BY earlier_on
    ) AS gone ON earlier_on = placed_on
    WHERE first_orders > 0 AND placed_on BETWEEN %s AND %s AND placed_on <= until
) AS buyers
GROUP BY days HAVING sum(seconds + unseen) > 0 ORDER BY days
"""


@dataclass(frozen=True)
class Within:
    """The share of buyers who ordered again within so many days of their first order, and its 95 % bounds.

    `watched` are those who are known for so long and had not ordered again before. The share is None where nobody is
    known that long; its bounds are, too, where nobody ordered again yet, or everybody has.
    """

    days: int
    watched: int
    share: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class _Step:
    """After everything of this day: who was left as it began, who never came back so far, Greenwood's sum."""

    days: int
    watched: int
    gone: int
    never: float
    variance_sum: float


@dataclass(frozen=True)
class SecondOrder:
    """Kaplan and Meier's estimate: buyers without a second order count for as long as they are known."""

    definition: ClassVar[StrPromise] = _(
        "Of buyers whose first order fell in the period, the share who had ordered a second time within so many days. "
        "Who has not yet ordered again counts for the days since their first order only (Kaplan and Meier), so the "
        "newest buyers neither raise nor lower what comes later. The bounds hold the truth 95 times in 100 (Greenwood)."
    )

    buyers: int
    seconds: int
    steps: tuple[_Step, ...]

    @property
    def median_days(self) -> int | None:
        """By then half had ordered again; None where it has not come to half."""
        return next((step.days for step in self.steps if step.never <= 0.5 + 1e-12), None)

    def within(self, days: int) -> Within:
        past = [step for step in self.steps if step.days <= days]
        if not past:
            return Within(days, self.buyers, *((0.0, None, None) if self.buyers else (None, None, None)))
        last = past[-1]
        watched = last.watched if last.days == days else last.watched - last.gone
        if not watched and last.never:
            return Within(days, 0, None, None, None)
        low, high = _bounds(last)
        return Within(days, watched, 1 - last.never, low, high)


def second_order(relations: Relations, first_orders: Period, until: dt.date | None = None) -> SecondOrder:
    """Of buyers whose first order fell in that period, as known when a day ended (else the last with an order)."""
    days = (first_orders.first_on, first_orders.last_on)
    rows = relations.fetch(QUERY, until, *days, *days)
    return estimated((row["days"], row["seconds"], row["unseen"]) for row in rows)


def estimated(rows: Iterable[tuple[int, int, int]]) -> SecondOrder:
    """From how many ordered again after so many days, and how many are known for so many days without; in order."""
    told = list(rows)
    buyers = watched = sum(seconds + unseen for _days, seconds, unseen in told)
    never, variance_sum, steps = 1.0, 0.0, []
    for days, seconds, unseen in told:
        never *= 1 - seconds / watched
        if seconds < watched:
            variance_sum += seconds / (watched * (watched - seconds))
        steps.append(_Step(days, watched, seconds + unseen, never, variance_sum))
        watched -= seconds + unseen
    return SecondOrder(buyers, sum(seconds for _days, seconds, _unseen in told), tuple(steps))


def _bounds(step: _Step) -> tuple[float | None, float | None]:
    """Log-log: they never leave 0 and 1, and hold where few came back."""
    if not 0 < step.never < 1:
        return None, None
    spread = Z * math.sqrt(step.variance_sum) / abs(math.log(step.never))
    return 1 - step.never ** math.exp(-spread), 1 - step.never ** math.exp(spread)
