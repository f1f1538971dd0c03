"""Which orders a figure is counted over: the filters inside a condition, and its window."""

from __future__ import annotations

from functools import partial

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from crm.models import Case, Feedback, Order, OrderStanding, Product
from segments.rules import Condition
from segments.values import NoValue, Number, Texts
from segments.vocabulary.comparing import (
    compared,
    exists,
    moment_column,
    opposite_if,
    suggest_from,
    text_column,
    texts,
)
from segments.vocabulary.field import PURCHASES, Compilation, Field
from segments.vocabulary.goods import CATEGORY, COMPLEXITY, PRODUCT, TIER, with_line
from segments.vocabulary.operators import (
    AT_LEAST,
    AT_MOST,
    COMPARISONS,
    IDENTITY,
    KNOWN,
    MOMENTS,
    PURCHASE,
    UNKNOWN,
    YES_NO,
)
from segments.vocabulary.this_order_course import late, score

MONEY = Number(0, 1_000_000_000, places=2)
BALANCE = Number(-1_000_000_000, 1_000_000_000, 2)


def _total(condition: Condition, compilation: Compilation) -> Q:
    return compared("total_in_shop_currency", condition)


def _order_margin(condition: Condition, compilation: Compilation) -> Q:
    return compared("standing__margin", condition)


def _returned(condition: Condition, compilation: Compilation) -> Q:
    return opposite_if(condition, Q(returned_at__isnull=False))


def _kind(condition: Condition, compilation: Compilation) -> Q:
    return opposite_if(condition, Q(kind__in=texts(condition)))


def _first(condition: Condition, compilation: Compilation) -> Q:
    return opposite_if(condition, Q(standing__ordinal=1))


def _discount(condition: Condition, compilation: Compilation) -> Q:
    return compared("discount", condition)


def _complaint(condition: Condition, compilation: Compilation) -> Q:
    return opposite_if(condition, exists(Case.objects.complaints(), "order"))


ORDER_FILTERS = (
    Field("first", _("the customer's first order"), PURCHASES, NoValue(), YES_NO, _first),
    Field("category", _("with category"), PURCHASES, CATEGORY, PURCHASE, with_line),
    Field("product", _("with product"), PURCHASES, PRODUCT, PURCHASE, with_line),
    Field("tier", _("with price tier"), PURCHASES, TIER, PURCHASE, with_line),
    Field("complexity", _("with goods of complexity"), PURCHASES, COMPLEXITY, PURCHASE, with_line),
    Field("kind", _("type of order"), PURCHASES, Texts(choices=lambda: Product.Kind.choices), IDENTITY, _kind),
    Field("total", _("order total"), PURCHASES, MONEY, (AT_LEAST, AT_MOST), _total),
    Field("order_margin", _("order margin"), PURCHASES, BALANCE, (AT_LEAST, AT_MOST), _order_margin),
    Field(
        "coupon",
        _("coupon"),
        PURCHASES,
        Texts(suggest=suggest_from(Order, "coupon_code")),
        (KNOWN, UNKNOWN, *IDENTITY),
        text_column("coupon_code"),
        note=_("Known: the order was paid with some coupon."),
    ),
    Field("discount", _("discount in the order"), PURCHASES, MONEY, (AT_LEAST, AT_MOST), _discount),
    Field("returned", _("returned, whole or in part"), PURCHASES, NoValue(), YES_NO, _returned),
    Field(
        "delivered",
        _("delivered or performed"),
        PURCHASES,
        Number(),
        MOMENTS,
        moment_column("delivered_at"),
        follows_days=True,
    ),
    Field("late", _("later than promised"), PURCHASES, NoValue(), YES_NO, late, follows_days=True),
    Field(
        "rating",
        _("rating of the order (1-5)"),
        PURCHASES,
        Number(1, 5),
        COMPARISONS,
        partial(score, Feedback.Kind.RATING),
    ),
    Field("complaint", _("with a complaint, open or not"), PURCHASES, NoValue(), YES_NO, _complaint),
    Field(
        "order_source",
        _("source of the order"),
        PURCHASES,
        Texts(suggest=suggest_from(Order, "source")),
        (*IDENTITY, KNOWN, UNKNOWN),
        text_column("source"),
    ),
)
_FILTERS = {one.name: one for one in ORDER_FILTERS}


def orders_of(condition: Condition, compilation: Compilation) -> QuerySet[Order]:
    orders = Order.objects.counted()
    if condition.window is not None:
        orders = orders.filter(placed_at__gte=compilation.days_ago(condition.window))
    for one in condition.where:
        orders = orders.filter(_FILTERS[one.field].compile(one, compilation))
    return orders


def standings_of(condition: Condition, compilation: Compilation) -> QuerySet[OrderStanding]:
    standings = OrderStanding.objects.all()
    if condition.window is not None:
        standings = standings.filter(placed_at__gte=compilation.days_ago(condition.window))
    if condition.where:
        standings = standings.filter(order__in=orders_of(condition, compilation))
    return standings
