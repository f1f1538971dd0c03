"""What the whole shop may expect, beside how far the models were off on its past."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from crm.figures import prediction_wording
from crm.figures.wording import money, number
from crm.models import PredictionRun


@dataclass(frozen=True)
class Expected:
    """Of everybody who bought so far. A figure of a model that does not fit is a dash."""

    counted_at: dt.datetime
    orders: str
    orders_note: str
    revenue: str
    revenue_note: str
    noticed: str


def expected() -> Expected | None:
    run = PredictionRun.objects.last_answer()
    if run is None or run.outcome != PredictionRun.Outcome.FOUND:
        return None
    orders, revenue = prediction_wording.of_orders(run), prediction_wording.of_revenue(run)
    return Expected(
        run.at,
        number(None if orders.is_misfit else run.orders),
        orders.told,
        money(None if revenue.is_misfit else run.revenue),
        revenue.told,
        prediction_wording.of_search(run),
    )
