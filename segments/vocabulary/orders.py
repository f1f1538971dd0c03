"""Which orders a figure is counted over: the filters inside a condition, and its window."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from crm.models import Order, OrderStanding, Product
from segments.rules import Condition
from segments.values import Nothing, Number, Several
from segments.vocabulary.comparing import compared, given, moment, opposite_if, suggesting, texts
from segments.vocabulary.field import PURCHASES, Field, Scope
from segments.vocabulary.goods import CATEGORY, COMPLEXITY, PRODUCT, TIER, with_line
from segments.vocabulary.operators import AT_LEAST, AT_MOST, IDENTITY, KNOWN, MOMENTS, PURCHASE, UNKNOWN, YES_NO

MONEY = Number(0, 1_000_000_000, places=2)
BALANCE = Number(-1_000_000_000, 1_000_000_000, 2)


def _total(condition: Condition, scope: Scope) -> Q:
    return compared("total", condition)


def _order_margin(condition: Condition, scope: Scope) -> Q:
    return compared("standing__margin", condition)


def _returned(condition: Condition, scope: Scope) -> Q:
    return opposite_if(condition, Q(returned_at__isnull=False))


def _kind(condition: Condition, scope: Scope) -> Q:
    return opposite_if(condition, Q(kind__in=texts(condition)))


ORDER_FILTERS = (
    Field("category", _("with category"), PURCHASES, CATEGORY, PURCHASE, with_line),
    Field("product", _("with product"), PURCHASES, PRODUCT, PURCHASE, with_line),
    Field("tier", _("with price tier"), PURCHASES, TIER, PURCHASE, with_line),
    Field("complexity", _("with goods of complexity"), PURCHASES, COMPLEXITY, PURCHASE, with_line),
    Field("kind", _("type of order"), PURCHASES, Several(choices=lambda: Product.Kind.choices), IDENTITY, _kind),
    Field("total", _("order total"), PURCHASES, MONEY, (AT_LEAST, AT_MOST), _total),
    Field("order_margin", _("order margin"), PURCHASES, BALANCE, (AT_LEAST, AT_MOST), _order_margin),
    Field(
        "coupon",
        _("coupon"),
        PURCHASES,
        Several(suggest=suggesting(Order, "coupon_code")),
        (KNOWN, UNKNOWN, *IDENTITY),
        given("coupon_code"),
        note=_("Known: the order was paid with some coupon."),
    ),
    Field("returned", _("returned, whole or in part"), PURCHASES, Nothing(), YES_NO, _returned),
    Field(
        "delivered",
        _("delivered or performed"),
        PURCHASES,
        Number(),
        MOMENTS,
        moment("delivered_at"),
        follows_days=True,
    ),
    Field(
        "order_source",
        _("source of the order"),
        PURCHASES,
        Several(suggest=suggesting(Order, "source")),
        (*IDENTITY, KNOWN, UNKNOWN),
        given("source"),
    ),
)
_FILTERS = {one.name: one for one in ORDER_FILTERS}


def orders_of(condition: Condition, scope: Scope) -> QuerySet[Order]:
    orders = Order.objects.counted()
    if condition.window is not None:
        orders = orders.filter(placed_at__gte=scope.days_ago(condition.window))
    for one in condition.where:
        orders = orders.filter(_FILTERS[one.field].compile(one, scope))
    return orders


def standings_of(condition: Condition, scope: Scope) -> QuerySet[OrderStanding]:
    standings = OrderStanding.objects.all()
    if condition.window is not None:
        standings = standings.filter(placed_at__gte=scope.days_ago(condition.window))
    if condition.where:
        standings = standings.filter(order__in=orders_of(condition, scope))
    return standings
