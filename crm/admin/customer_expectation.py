"""What to expect of a customer, on their page: each figure with how far it is to be believed."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Q, Sum
from django.utils import formats
from django.utils.translation import gettext as _

from crm.figures import prediction_wording
from crm.models import Customer, CustomerPrediction, PredictionRun
from crm.timezones import day_of


@dataclass(frozen=True)
class ExpectedFigure:
    label: str
    shown: str


@dataclass(frozen=True)
class Expectation:
    """`notes` say how far the figures are to be believed; `counted_at` is the night they are of."""

    figures: list[ExpectedFigure]
    notes: list[str]
    counted_at: dt.datetime | None


def expectation_of(customer: Customer, now: dt.datetime) -> Expectation | None:
    """None before the first night, and where nothing was predicted of the customer although there is something to."""
    run = PredictionRun.objects.last_answer()
    prediction = getattr(customer, "prediction", None)
    if prediction is not None:
        return _told(customer, prediction, run, now)
    if run and run.outcome == PredictionRun.Outcome.TOO_FEW:
        return Expectation([], [_too_few(run)], run.at)
    return None


def _told(customer: Customer, known: CustomerPrediction, run: PredictionRun | None, now: dt.datetime) -> Expectation:
    orders, revenue = prediction_wording.of_orders(run), prediction_wording.of_revenue(run)
    figures = [_alive(known), *_amounts(customer, known, orders.is_misfit, revenue.is_misfit, now), _next(known, now)]
    notes = [orders.told, revenue.told] if orders.told != revenue.told else [orders.told]
    if run and (noticed := prediction_wording.of_search(run)):
        notes.append(noticed)
    if (last := PredictionRun.objects.order_by("at").last()) and last.outcome == PredictionRun.Outcome.NO_ANSWER:
        notes.append(
            _("The search of %(day)s found no answer; these are the figures of the night before.")
            % {"day": formats.date_format(day_of(last.at), "SHORT_DATE_FORMAT")}
        )
    return Expectation(figures, notes, run.at if run else known.predicted_at)


def _alive(known: CustomerPrediction) -> ExpectedFigure:
    chance = "—" if known.alive_percent is None else f"{known.alive_percent}\u00a0%"
    return ExpectedFigure(_("Chance of still being a customer"), chance)


def _amounts(
    customer: Customer, known: CustomerPrediction, no_orders: bool, no_revenue: bool, now: dt.datetime
) -> list[ExpectedFigure]:
    """Where the model does not fit, what the customer did in as many days instead."""
    orders = ExpectedFigure(_("Orders expected in 90 days"), _number(known.orders, 2))
    revenue = ExpectedFigure(_("Revenue expected in a year"), _number(known.revenue, 0))
    if no_orders or no_revenue:
        plain_orders, plain_revenue = _plain(customer, now)
        orders = plain_orders if no_orders else orders
        revenue = plain_revenue if no_revenue else revenue
    return [orders, revenue]


def _plain(customer: Customer, now: dt.datetime) -> list[ExpectedFigure]:
    lately = now - dt.timedelta(days=CustomerPrediction.ORDERS_DAYS)
    this_year = now - dt.timedelta(days=CustomerPrediction.REVENUE_DAYS)
    past = customer.standings.filter(placed_at__gt=this_year, placed_at__lte=now)
    found = past.aggregate(orders=Count("pk", Q(placed_at__gt=lately)), revenue=Sum("net_revenue"))
    return [
        ExpectedFigure(_("Orders of the last 90 days"), _number(found["orders"], 0)),
        ExpectedFigure(_("Revenue of the last year"), _number(found["revenue"] or 0, 0)),
    ]


def _next(known: CustomerPrediction, now: dt.datetime) -> ExpectedFigure:
    expected_on = known.overdue_since or known.next_order_on
    if expected_on is None:
        return ExpectedFigure(_("Next order expected"), "—")
    day = formats.date_format(expected_on, "SHORT_DATE_FORMAT")
    if expected_on < day_of(now):
        return ExpectedFigure(_("Next order expected"), _("overdue since %(day)s") % {"day": day})
    return ExpectedFigure(_("Next order expected"), day)


def _number(value: Decimal | float, decimals: int) -> str:
    return formats.number_format(value, decimals, use_l10n=True, force_grouping=True)


def _too_few(run: PredictionRun) -> str:
    return _(
        "Cannot be told yet: to learn from, it takes %(fewest)s buyers, %(fewest_repeat)s of whom came back; "
        "the shop has %(buyers)s and %(repeat_buyers)s."
    ) % {
        "fewest": run.FEWEST_BUYERS,
        "fewest_repeat": run.FEWEST_REPEAT_BUYERS,
        "buyers": run.buyers,
        "repeat_buyers": run.repeat_buyers,
    }
