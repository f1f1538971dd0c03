from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

from django.db.models import (
    Count,
    DecimalField,
    DurationField,
    ExpressionWrapper,
    F,
    Max,
    Min,
    Q,
    Sum,
    Value,
)
from django.db.models.functions import TruncDate
from django.db.models.lookups import GreaterThanOrEqual
from django.utils.translation import gettext_lazy as _

from crm.timezones import zone_of
from segments.rules import Condition
from segments.values import Number
from segments.vocabulary.comparing import (
    compared,
    grouped,
    has,
    measured,
    measured_if_known,
    moment,
    number,
    zero_holds,
)
from segments.vocabulary.field import PURCHASES, Field, Scope
from segments.vocabulary.operators import AT_LEAST, AT_MOST, COMPARISONS, MOMENTS
from segments.vocabulary.orders import BALANCE, MONEY, ORDER_FILTERS, orders_of, standings_of


def _counted_zero(path: str, condition: Condition) -> Q:
    """A figure of CustomerStats; a customer without a row of it has zero."""
    holds = compared(path, condition)
    return holds | Q(stats=None) if zero_holds(condition) else holds


def _is_narrowed(condition: Condition) -> bool:
    return condition.window is not None or bool(condition.where)


def _orders_count(condition: Condition, scope: Scope) -> Q:
    if _is_narrowed(condition):
        return measured(orders_of(condition, scope), Count("pk"), condition, scope)
    return _counted_zero("stats__orders_count", condition)


def _revenue(condition: Condition, scope: Scope) -> Q:
    if _is_narrowed(condition):
        return measured(standings_of(condition, scope), Sum("net_revenue"), condition, scope)
    return _counted_zero("stats__revenue", condition)


def _margin(condition: Condition, scope: Scope) -> Q:
    if _is_narrowed(condition):
        return measured_if_known(standings_of(condition, scope), Sum("margin"), condition, scope)
    return compared("stats__margin", condition)


def _average_order(condition: Condition, scope: Scope) -> Q:
    if _is_narrowed(condition):
        amount = Value(number(condition), DecimalField(max_digits=14, decimal_places=2))
        surplus = ExpressionWrapper(
            Sum("net_revenue") - Count("pk") * amount, DecimalField(max_digits=24, decimal_places=2)
        )
        return measured_if_known(standings_of(condition, scope), surplus, condition, scope, against=Decimal(0))
    # Multiplied instead of divided: exact, and no division by the zero orders of some.
    enough = ExpressionWrapper(
        F("stats__orders_count") * Value(number(condition), DecimalField(max_digits=14, decimal_places=2)),
        DecimalField(max_digits=24, decimal_places=2),
    )
    return Q(stats__orders_count__gt=0) & compared("stats__revenue", condition, enough)


def _interval(condition: Condition, scope: Scope) -> Q:
    return compared("stats__median_gap_days", condition, Decimal(number(condition)))


def _first_order(condition: Condition, scope: Scope) -> Q:
    return _order_moment("stats__first_order_at", Min("placed_at"), condition, scope)


def _last_order(condition: Condition, scope: Scope) -> Q:
    return _order_moment("stats__last_order_at", Max("placed_at"), condition, scope)


def _order_moment(path: str, measure: Min | Max, condition: Condition, scope: Scope) -> Q:
    if not condition.where:
        return moment(path)(condition, scope)
    return grouped(orders_of(condition, scope), measure, moment("measured")(condition, scope), scope)


def _came_back(condition: Condition, scope: Scope) -> Q:
    """Some order came so many days or more after the one before it."""
    days = [TruncDate(path, tzinfo=zone_of("")) for path in ("placed_at", "previous_at")]
    silence = ExpressionWrapper(days[0] - days[1], DurationField())
    long_enough = GreaterThanOrEqual(silence, Value(dt.timedelta(days=int(number(condition))), DurationField()))
    return has(standings_of(condition, scope).filter(long_enough, previous_at__isnull=False), scope)


def _returns(condition: Condition, scope: Scope) -> Q:
    if _is_narrowed(condition):
        returned = orders_of(replace(condition, window=None), scope).filter(returned_at__isnull=False)
        if condition.window is not None:
            returned = returned.filter(returned_at__gte=scope.days_ago(condition.window))
        return measured(returned, Count("pk"), condition, scope)
    return _counted_zero("stats__returns_count", condition)


FIELDS = (
    Field(
        "orders_count",
        _("number of orders"),
        PURCHASES,
        Number(0, 100_000),
        COMPARISONS,
        _orders_count,
        True,
        ORDER_FILTERS,
        is_heavy=_is_narrowed,
    ),
    Field("revenue", _("revenue"), PURCHASES, MONEY, COMPARISONS, _revenue, True, ORDER_FILTERS, is_heavy=_is_narrowed),
    Field(
        "margin",
        _("margin"),
        PURCHASES,
        BALANCE,
        COMPARISONS,
        _margin,
        True,
        ORDER_FILTERS,
        is_heavy=_is_narrowed,
        note=_("Known only where the cost of what was bought is known."),
    ),
    Field(
        "average_order",
        _("average order"),
        PURCHASES,
        MONEY,
        (AT_LEAST, AT_MOST),
        _average_order,
        True,
        ORDER_FILTERS,
        is_heavy=_is_narrowed,
    ),
    Field(
        "first_order",
        _("first order"),
        PURCHASES,
        Number(),
        MOMENTS,
        _first_order,
        filters=ORDER_FILTERS,
        is_heavy=_is_narrowed,
        follows_days=True,
    ),
    Field(
        "last_order",
        _("last order"),
        PURCHASES,
        Number(),
        MOMENTS,
        _last_order,
        filters=ORDER_FILTERS,
        is_heavy=_is_narrowed,
        follows_days=True,
    ),
    Field(
        "came_back",
        _("came back after a silence, days"),
        PURCHASES,
        Number(1, 36_500),
        (AT_LEAST,),
        _came_back,
        True,
        note=_("The days between some order and the one before it; the window asks when the later one was."),
    ),
    Field(
        "interval",
        _("usual days between orders"),
        PURCHASES,
        Number(0, 36_500, 1),
        (AT_LEAST, AT_MOST),
        _interval,
        note=_("Known from the second order on."),
    ),
    Field(
        "returns",
        _("orders with a return"),
        PURCHASES,
        Number(0, 100_000),
        COMPARISONS,
        _returns,
        True,
        ORDER_FILTERS,
        is_heavy=_is_narrowed,
        note=_("The window asks when the return was."),
    ),
)
