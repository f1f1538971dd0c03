"""Every night: fit the models to all orders, and write down what to expect of each buyer."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from analytics.predictions import purchasing, spending
from analytics.predictions.histories import DAYS_A_WEEK, PurchaseHistories, histories
from analytics.predictions.purchasing import Purchasing
from analytics.predictions.spending import Spending
from crm.figures import predictions
from crm.figures.predictions import Prediction
from crm.models import CustomerPrediction, OrderStanding
from crm.timezones import day_of

# With fewer the parameters say more about chance than about the shop.
FEWEST_BUYERS, FEWEST_REPEATERS = 100, 30
# As precise as anybody needs, and found within seconds.
SAMPLE = 100_000
CHUNK = 50_000
FURTHEST_DAYS = 3650


@dataclass(frozen=True)
class Models:
    purchasing: Purchasing
    spending: Spending


def fit(known: PurchaseHistories) -> Models | None:
    """None where there are too few to learn from, or no parameters fit them."""
    if len(known.customers) < FEWEST_BUYERS or known.repeaters < FEWEST_REPEATERS:
        return None
    sample = known.sample(SAMPLE)
    bought, spent = purchasing.fit(sample), spending.fit(sample)
    return Models(bought, spent) if bought and spent else None


def predict(now: dt.datetime) -> int:
    """Return for how many customers the prediction changed; without models there are none."""
    today = day_of(now)
    known = histories(OrderStanding.objects.all(), today)
    models = fit(known)
    return predictions.replace(_predictions(known, models, today) if models else [], now)


def _predictions(known: PurchaseHistories, models: Models, today: dt.date) -> Iterator[Prediction]:
    for start in range(0, len(known.customers), CHUNK):
        yield from _of_some(known.part(start, start + CHUNK), models, today)


def _of_some(known: PurchaseHistories, models: Models, today: dt.date) -> Iterator[Prediction]:
    alive = models.purchasing.alive(known)
    soon = models.purchasing.orders(known, CustomerPrediction.ORDERS_DAYS / DAYS_A_WEEK)
    later = models.purchasing.orders(known, CustomerPrediction.REVENUE_DAYS / DAYS_A_WEEK)
    revenue = later * models.spending.spend(known)
    ahead = (known.last_at - known.known_for + models.purchasing.interval(known)) * DAYS_A_WEEK
    columns = (known.customers, known.repeats, alive, soon, revenue, ahead)
    for customer, repeats, chance, orders, money, days in zip(*(one.tolist() for one in columns), strict=True):
        if not all(map(math.isfinite, (chance, orders, money, days))):
            continue
        yield Prediction(
            customer,
            round(100 * chance) if repeats else None,
            Decimal(f"{orders:.2f}"),
            Decimal(f"{money:.2f}"),
            today + dt.timedelta(days=round(days)) if days < FURTHEST_DAYS else None,
        )
