"""How far the models are off on the shop's own past: fitted to what was known then, told against what came since."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import QuerySet

from analytics.predictions.fitting import fit, part_of
from analytics.predictions.histories import DAYS_A_WEEK, histories, of_one_in, purchases_after
from crm.models import OrderStanding

# The totals of so many buyers are off by less than a model is.
SAMPLE = 25_000
# Of fewer orders chance alone makes a third more or less.
FEWEST_ORDERS = 30


@dataclass(frozen=True)
class HoldOut:
    """Of those who had bought before the last so many days, or of a sample of them."""

    days: int
    orders_predicted: float
    orders_came: int
    revenue_predicted: float
    revenue_came: float


def hold_out(orders: QuerySet[OrderStanding], today: dt.date, days: int, buyers: int) -> HoldOut | None:
    """None where the past before those days is shorter than half of them, or too few bought before or in them."""
    cut = today - dt.timedelta(days=days)
    some = of_one_in(orders, part_of(buyers, SAMPLE))
    known = histories(some, cut)
    models = fit(known)
    if models is None or known.known_for.max() * DAYS_A_WEEK < days / 2:
        return None
    came, revenue = purchases_after(some, cut, today)
    predicted = float(models.orders(known, days).sum())
    if max(predicted, came) < FEWEST_ORDERS:
        return None
    return HoldOut(days, predicted, came, float(models.revenue(known, days).sum()), revenue)
