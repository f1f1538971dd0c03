"""The models of a shop, and what they expect of its buyers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from analytics.predictions import purchasing, spending
from analytics.predictions.histories import DAYS_A_WEEK, Column, PurchaseHistories
from analytics.predictions.purchasing import BG_NBD, Purchasing
from analytics.predictions.spending import Spending
from crm.figures.predictions import Prediction
from crm.models import CustomerPrediction, PredictionRun

# Where predictions stand already, so much of that is enough: one buyer more or less must not take everybody's away.
STILL_ENOUGH = 0.8
# As precise as anybody needs, and found within seconds.
SAMPLE = 100_000
FURTHEST_DAYS = 3650


@dataclass(frozen=True)
class Models:
    purchasing: Purchasing
    spending: Spending

    @property
    def parameters(self) -> dict[str, Any]:
        bought, spent = self.purchasing, self.spending
        found = {"r": bought.r, "alpha": bought.alpha, "a": bought.a, "b": bought.b, "p": spent.p, "q": spent.q}
        return {"model": bought.name, **found, "v": spent.v}

    @property
    def at_edge(self) -> list[str]:
        return [*self.purchasing.at_edge, *self.spending.at_edge]

    def orders(self, known: PurchaseHistories, days: int) -> Column:
        return self.purchasing.orders(known, days / DAYS_A_WEEK)

    def revenue(self, known: PurchaseHistories, days: int) -> Column:
        return self.orders(known, days) * self.spending.spend(known) * known.paid_share


def are_enough(buyers: int, repeaters: int, usual: str = "") -> bool:
    share = STILL_ENOUGH if usual else 1
    fewest, fewest_repeaters = PredictionRun.FEWEST_BUYERS, PredictionRun.FEWEST_REPEAT_BUYERS
    return buyers >= share * fewest and repeaters >= share * fewest_repeaters


def fit(known: PurchaseHistories, usual: str = "") -> Models | None:
    """None where there are too few to learn from, or no parameters fit them; `usual` is the model of the last night."""
    if not are_enough(len(known.customers), known.repeaters, usual):
        return None
    sample = known.one_in(part_of(len(known.customers), SAMPLE))
    bought, spent = purchasing.fit_likeliest(sample, usual or BG_NBD), spending.fit(sample)
    return Models(bought, spent) if bought and spent else None


def part_of(buyers: int, most: int) -> int:
    """One buyer in how many makes a sample of at most about so many."""
    return -(-buyers // most) or 1


def expectations(known: PurchaseHistories, models: Models, today: dt.date) -> Iterator[Prediction]:
    """Of a single purchase the chance is left open: nothing that the buyer did speaks for or against it yet."""
    alive = models.purchasing.alive(known)
    soon = models.orders(known, CustomerPrediction.ORDERS_DAYS)
    revenue = models.revenue(known, CustomerPrediction.REVENUE_DAYS)
    ahead = (known.last_at - known.known_for + models.purchasing.interval(known)) * DAYS_A_WEEK
    columns = (known.customers, known.repeats, alive, soon, revenue, ahead)
    for customer, repeats, chance, orders, money, days in zip(*(one.tolist() for one in columns), strict=True):
        expected_on = today + dt.timedelta(days=round(days)) if days < FURTHEST_DAYS else None
        is_ahead = expected_on is None or expected_on >= today
        yield Prediction(
            customer,
            round(100 * chance) if repeats else None,
            Decimal(f"{orders:.2f}"),
            Decimal(f"{money:.2f}"),
            expected_on if is_ahead else None,
            None if is_ahead else expected_on,
        )
