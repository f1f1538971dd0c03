"""The models and what they expect of all buyers together, under the names of the public reference."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import QuerySet

from analytics.predictions import purchasing, spending
from analytics.predictions.fitting import are_enough
from analytics.predictions.histories import histories
from crm.models import OrderStanding

WEEKS = 52


def summary(orders: QuerySet[OrderStanding], end_on: dt.date) -> dict[str, Any] | None:
    """None where there are too few buyers to learn from."""
    known = histories(orders, end_on)
    if not are_enough(len(known.customers), known.repeaters):
        return None
    bought, spent = purchasing.fit(known), spending.fit(known)
    if bought is None or spent is None:
        return None
    expected = bought.orders(known, WEEKS)
    return {
        "unit": "weeks",
        "observation_end": end_on.isoformat(),
        "customers": len(known.customers),
        "repeaters": known.repeaters,
        "sum_x": int(known.repeats.sum()),
        "bgnbd": _rounded(r=bought.r, alpha=bought.alpha, a=bought.a, b=bought.b, LL=bought.log_likelihood),
        "gammagamma": _rounded(
            p=spent.p,
            q=spent.q,
            v=spent.v,
            LL=spent.log_likelihood,
            n=spent.buyers,
            freq_monetary_corr=spent.correlation,
            population_mean_spend=spent.mean,
        ),
        "mean_p_alive": round(float(bought.alive(known).mean()), 6),
        "expected_orders_next_52_weeks_total": round(float(expected.sum()), 3),
        "sum_undiscounted_clv_next_period": round(float((expected * spent.spend(known)).sum()), 2),
    }


def _rounded(**figures: float) -> dict[str, float]:
    return {name: round(value, 6) for name, value in figures.items()}
