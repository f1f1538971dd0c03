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

from crm.timezones import shop_zone
from segments.rules import Condition
from segments.values import Number
from segments.vocabulary.comparing import (
    compared,
    compared_aggregate,
    compared_known_aggregate,
    has_rows,
    having_aggregate,
    moment_column,
    number,
    zero_holds,
)
from segments.vocabulary.field import PURCHASES, Compilation, Field
from segments.vocabulary.operators import AT_LEAST, AT_MOST, COMPARISONS, MOMENTS
from segments.vocabulary.orders import BALANCE, MONEY, ORDER_FILTERS, orders_of, standings_of


def _counted_zero(path: str, condition: Condition) -> Q:
    """A figure of CustomerStats; a customer without a row of it has zero."""
    holds = compared(path, condition)
    return holds | Q(stats=None) if zero_holds(condition) else holds


def _is_narrowed(condition: Condition) -> bool:
    return condition.window is not None or bool(condition.where)


def _orders_count(condition: Condition, compilation: Compilation) -> Q:
    if _is_narrowed(condition):
        return compared_aggregate(orders_of(condition, compilation), Count("pk"), condition, compilation)
    return _counted_zero("stats__orders_count", condition)


def _revenue(condition: Condition, compilation: Compilation) -> Q:
    if _is_narrowed(condition):
        return compared_aggregate(standings_of(condition, compilation), Sum("net_revenue"), condition, compilation)
    return _counted_zero("stats__revenue", condition)


def _margin(condition: Condition, compilation: Compilation) -> Q:
    if _is_narrowed(condition):
        return compared_known_aggregate(standings_of(condition, compilation), Sum("margin"), condition, compilation)
    return compared("stats__margin", condition)


def _average_order(condition: Condition, compilation: Compilation) -> Q:
    if _is_narrowed(condition):
        amount = Value(number(condition), DecimalField(max_digits=14, decimal_places=2))
        surplus = ExpressionWrapper(
            Sum("net_revenue") - Count("pk") * amount, DecimalField(max_digits=24, decimal_places=2)
        )
        return compared_known_aggregate(
            standings_of(condition, compilation), surplus, condition, compilation, against=Decimal(0)
        )
    # Multiplied instead of divided: exact, and no division by the zero orders of some.
    enough = ExpressionWrapper(
        F("stats__orders_count") * Value(number(condition), DecimalField(max_digits=14, decimal_places=2)),
        DecimalField(max_digits=24, decimal_places=2),
    )
    return Q(stats__orders_count__gt=0) & compared("stats__revenue", condition, enough)


def _interval(condition: Condition, compilation: Compilation) -> Q:
    return compared("stats__median_gap_days", condition, Decimal(number(condition)))


def _first_order(condition: Condition, compilation: Compilation) -> Q:
    return _order_moment("stats__first_order_at", Min("placed_at"), condition, compilation)


def _last_order(condition: Condition, compilation: Compilation) -> Q:
    return _order_moment("stats__last_order_at", Max("placed_at"), condition, compilation)


def _order_moment(path: str, measure: Min | Max, condition: Condition, compilation: Compilation) -> Q:
    if not condition.where:
        return moment_column(path)(condition, compilation)
    return having_aggregate(
        orders_of(condition, compilation), measure, moment_column("measured")(condition, compilation), compilation
    )


def _came_back(condition: Condition, compilation: Compilation) -> Q:
    """Some order came so many days or more after the one before it."""
    days = [TruncDate(path, tzinfo=shop_zone()) for path in ("placed_at", "previous_at")]
    silence = ExpressionWrapper(days[0] - days[1], DurationField())
    long_enough = GreaterThanOrEqual(silence, Value(dt.timedelta(days=int(number(condition))), DurationField()))
    return has_rows(standings_of(condition, compilation).filter(long_enough, previous_at__isnull=False), compilation)


def _returns(condition: Condition, compilation: Compilation) -> Q:
    if _is_narrowed(condition):
        returned = orders_of(replace(condition, window=None), compilation).filter(returned_at__isnull=False)
        if condition.window is not None:
            returned = returned.filter(returned_at__gte=compilation.days_ago(condition.window))
        return compared_aggregate(returned, Count("pk"), condition, compilation)
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
