from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import Count, DecimalField, ExpressionWrapper, F, Q, QuerySet, Sum, Value
from django.utils.translation import gettext_lazy as _

from crm.models import Order, OrderStanding
from segments.vocabulary.comparing import (
    compared,
    measured,
    measured_if_known,
    moment,
    number,
    zero_holds,
)
from segments.vocabulary.field import PURCHASES, Field, Scope
from segments.vocabulary.goods import CATEGORY, PRODUCT, TIER, with_line
from segments.vocabulary.operators import AT_LEAST, AT_MOST, COMPARISONS, MOMENTS, PURCHASE
from segments.vocabulary.values import Number

if TYPE_CHECKING:
    from segments.rules import Condition

MONEY = Number(0, 1_000_000_000, places=2)


def _total(condition: Condition, scope: Scope) -> Q:
    return compared("total", condition)


ORDER_FILTERS = (
    Field("category", _("with category"), PURCHASES, CATEGORY, PURCHASE, with_line),
    Field("product", _("with product"), PURCHASES, PRODUCT, PURCHASE, with_line),
    Field("tier", _("with price tier"), PURCHASES, TIER, PURCHASE, with_line),
    Field("total", _("order total"), PURCHASES, MONEY, (AT_LEAST, AT_MOST), _total),
)
_FILTERS = {one.name: one for one in ORDER_FILTERS}


def _orders(condition: Condition, scope: Scope) -> QuerySet[Order]:
    orders = Order.objects.counted()
    if condition.window is not None:
        orders = orders.filter(placed_at__gte=scope.days_ago(condition.window))
    for one in condition.where:
        orders = orders.filter(_FILTERS[one.field].compile(one, scope))
    return orders


def _standings(condition: Condition, scope: Scope) -> QuerySet[OrderStanding]:
    standings = OrderStanding.objects.all()
    if condition.window is not None:
        standings = standings.filter(placed_at__gte=scope.days_ago(condition.window))
    if condition.where:
        standings = standings.filter(order__in=_orders(condition, scope))
    return standings


def _counted_zero(path: str, condition: Condition) -> Q:
    """A figure of CustomerStats; a customer without a row of it has zero."""
    holds = compared(path, condition)
    return holds | Q(stats=None) if zero_holds(condition) else holds


def _is_narrowed(condition: Condition) -> bool:
    return condition.window is not None or bool(condition.where)


def _orders_count(condition: Condition, scope: Scope) -> Q:
    if _is_narrowed(condition):
        return measured(_orders(condition, scope), Count("pk"), condition, scope)
    return _counted_zero("stats__orders_count", condition)


def _revenue(condition: Condition, scope: Scope) -> Q:
    if _is_narrowed(condition):
        return measured(_standings(condition, scope), Sum("net_revenue"), condition, scope)
    return _counted_zero("stats__revenue", condition)


def _margin(condition: Condition, scope: Scope) -> Q:
    if _is_narrowed(condition):
        return measured_if_known(_standings(condition, scope), Sum("margin"), condition, scope)
    return compared("stats__margin", condition)


def _average_order(condition: Condition, scope: Scope) -> Q:
    # Multiplied instead of divided: exact, and no division by the zero orders of some.
    enough = ExpressionWrapper(
        F("stats__orders_count") * Value(number(condition), DecimalField(max_digits=14, decimal_places=2)),
        DecimalField(max_digits=24, decimal_places=2),
    )
    return Q(stats__orders_count__gt=0) & compared("stats__revenue", condition, enough)


def _interval(condition: Condition, scope: Scope) -> Q:
    return compared("stats__median_gap_days", condition, Decimal(number(condition)))


def _returns(condition: Condition, scope: Scope) -> Q:
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
        Number(-1_000_000_000, 1_000_000_000, 2),
        COMPARISONS,
        _margin,
        True,
        ORDER_FILTERS,
        is_heavy=_is_narrowed,
        note=_("Known only where the cost of what was bought is known."),
    ),
    Field("average_order", _("average order"), PURCHASES, MONEY, (AT_LEAST, AT_MOST), _average_order),
    Field("first_order", _("first order"), PURCHASES, Number(), MOMENTS, moment("stats__first_order_at")),
    Field("last_order", _("last order"), PURCHASES, Number(), MOMENTS, moment("stats__last_order_at")),
    Field(
        "interval",
        _("usual days between orders"),
        PURCHASES,
        Number(0, 36_500, 1),
        (AT_LEAST, AT_MOST),
        _interval,
        note=_("Known from the second order on."),
    ),
    Field("returns", _("orders with a return"), PURCHASES, Number(0, 100_000), COMPARISONS, _returns),
)
