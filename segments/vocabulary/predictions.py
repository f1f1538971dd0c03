from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from functools import lru_cache
from typing import cast

from django.db.models import Q
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _

from crm.figures.prediction_wording import Reliability, of_orders, of_revenue
from crm.models import CustomerPrediction, PredictionRun
from segments.rules import Condition
from segments.values import Label, Number
from segments.vocabulary.comparing import compared, has_rows, number
from segments.vocabulary.field import LIFE_CYCLE, Compilation, Compile, Field
from segments.vocabulary.operators import AGO, AT_LEAST, AT_MOST, BEFORE, NEXT, SINCE
from segments.vocabulary.orders import MONEY

SECONDS_KEPT = 30


def _figure(column: str) -> Compile:
    def compile_figure(condition: Condition, compilation: Compilation) -> Q:
        return has_rows(CustomerPrediction.objects.filter(compared(column, condition)), compilation)

    return compile_figure


def _next_order(condition: Condition, compilation: Compilation) -> Q:
    return has_rows(CustomerPrediction.objects.filter(_on(condition, compilation.today)), compilation)


def _on(condition: Condition, today: dt.date) -> Q:
    if isinstance(condition.value, dt.date):
        return _expected("gte" if condition.operator == "since" else "lt", condition.value)
    days = dt.timedelta(days=int(number(condition)))
    if condition.operator == "ago":
        return _expected("lte", today - days)
    return Q(next_order_on__range=(today, today + days))


def _expected(lookup: str, value: dt.date) -> Q:
    """The day that was expected, whether it lies ahead or has passed; never both are known."""
    return Q(**{f"next_order_on__{lookup}": value}) | Q(**{f"overdue_since__{lookup}": value})


def _note(note: Label, reliability: Callable[[PredictionRun | None], Reliability]) -> Label:
    """Read when the builder is shown: how far off it was changes every night."""

    def told() -> str:
        return f"{note} {reliability(last_answer(int(time.monotonic() // SECONDS_KEPT))).told}"

    return cast(Label, lazy(told, str)())


@lru_cache(maxsize=1)
def last_answer(_period: int) -> PredictionRun | None:
    """A page shows several builders, each with a note on several fields: they ask once."""
    return PredictionRun.objects.last_answer()


NIGHTLY = _("Counted every night from everybody's orders; not known before the first order.")

FIELDS = (
    Field(
        "alive",
        _("chance of still being a customer, %"),
        LIFE_CYCLE,
        Number(0, 100),
        (AT_LEAST, AT_MOST),
        _figure("alive_percent"),
        note=_note(_("Counted every night from everybody's orders; not known after a single order."), of_orders),
    ),
    Field(
        "expected_orders",
        _("orders expected in 90 days"),
        LIFE_CYCLE,
        Number(0, 1000, 2),
        (AT_LEAST, AT_MOST),
        _figure("orders"),
        note=_note(NIGHTLY, of_orders),
    ),
    Field(
        "expected_revenue",
        _("revenue expected in a year"),
        LIFE_CYCLE,
        MONEY,
        (AT_LEAST, AT_MOST),
        _figure("revenue"),
        note=_note(NIGHTLY, of_revenue),
    ),
    Field(
        "next_order",
        _("next order expected"),
        LIFE_CYCLE,
        Number(),
        (NEXT, AGO, SINCE, BEFORE),
        _next_order,
        note=_note(
            _("The customer's own rhythm and the shop's, counted every night. Days ago: it is overdue."), of_orders
        ),
        follows_days=True,
    ),
)
