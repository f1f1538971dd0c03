"""Every night: fit the models to all orders, try them on the past, and write down what to expect of each buyer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from analytics.predictions.fitting import Models, are_enough, expectations, fit
from analytics.predictions.histories import PurchaseHistories, histories, without_purchase
from analytics.predictions.hold_out import hold_out
from crm.figures import predictions
from crm.figures.predictions import Prediction
from crm.models import CustomerPrediction, OrderStanding, PredictionRun
from crm.timezones import day_of

__all__ = ["fit", "predict"]

CHUNK = 50_000


def predict(now: dt.datetime) -> int:
    """Return for how many customers the prediction changed; a night without an answer leaves the last one."""
    outcome = PredictionRun.Outcome
    known = histories(OrderStanding.objects.all(), day_of(now))
    counts = {"buyers": len(known.customers), "repeat_buyers": known.repeaters}
    usual = _usual_model()
    if not are_enough(len(known.customers), known.repeaters, usual):
        return predictions.record([], now, outcome=outcome.TOO_FEW, **counts)
    models = fit(known, usual)
    if models is None:
        return predictions.record(None, now, outcome=outcome.NO_ANSWER, **counts)
    learnt = {
        "parameters": models.parameters,
        "at_edge": models.at_edge,
        **_held_out(day_of(now), len(known.customers)),
    }
    found = _predictions(known, models, now, without_purchase(OrderStanding.objects.all(), known, now))
    return predictions.record(found, now, outcome=outcome.FOUND, **counts, **learnt)


def _usual_model() -> str:
    last = PredictionRun.objects.last_answer()
    return str(last.parameters.get("model", "")) if last else ""


def _predictions(
    known: PurchaseHistories, models: Models, now: dt.datetime, kept_nothing: list[int]
) -> Iterator[Prediction]:
    """Read while the connection is busy taking them in: no queries here."""
    for start in range(0, len(known.customers), CHUNK):
        yield from expectations(known.part(start, start + CHUNK), models, day_of(now))
    for customer in kept_nothing:
        yield Prediction(customer, None, Decimal(0), Decimal(0))


def _held_out(today: dt.date, buyers: int) -> dict[str, Any]:
    """Each figure over as many days as it looks ahead; money over fewer where the shop's past is too short for that."""
    orders = OrderStanding.objects.all()
    short = hold_out(orders, today, CustomerPrediction.ORDERS_DAYS, buyers)
    long = hold_out(orders, today, CustomerPrediction.REVENUE_DAYS, buyers) or short
    told: dict[str, Any] = {}
    if short:
        told |= {
            "orders_days": short.days,
            "orders_predicted": short.orders_predicted,
            "orders_came": short.orders_came,
        }
    if long:
        told |= {
            "revenue_days": long.days,
            "revenue_predicted": long.revenue_predicted,
            "revenue_came": long.revenue_came,
        }
    return told
