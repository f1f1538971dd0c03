from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import Count, DecimalField, ExpressionWrapper, F, Q, QuerySet, Sum, Value
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from crm.models import Category, Order, OrderLine, OrderStanding, Product
from segments.vocabulary.comparing import (
    compared,
    exists,
    measured,
    measured_if_known,
    moment,
    number,
    opposite_if,
    texts,
    zero_holds,
)
from segments.vocabulary.field import PURCHASES, Field, Scope
from segments.vocabulary.operators import AT_LEAST, AT_MOST, COMPARISONS, MOMENTS, PURCHASE
from segments.vocabulary.values import Number, Several

if TYPE_CHECKING:
    from segments.rules import Condition

MONEY = Number(0, 1_000_000_000, places=2)


def _category_names(ids: Iterable[str]) -> Mapping[str, str]:
    return {str(pk): name for pk, name in Category.objects.filter(pk__in=list(ids)).values_list("pk", "name")}


def _suggest_categories(text: str, limit: int) -> list[tuple[str, str]]:
    found = Category.objects.filter(name__icontains=text).order_by("name").values_list("pk", "name", "parent__name")
    return [(str(pk), f"{name} ({parent})" if parent else name) for pk, name, parent in found[:limit]]


def _product_names(skus: Iterable[str]) -> Mapping[str, str]:
    return {product.sku: str(product) for product in Product.objects.filter(sku__in=list(skus))}


def _suggest_products(text: str, limit: int) -> list[tuple[str, str]]:
    found = Product.objects.filter(Q(name__icontains=text) | Q(sku__istartswith=text)).order_by("name", "sku")
    return [
        (product.sku, f"{product.name} ({product.sku})" if product.name else product.sku) for product in found[:limit]
    ]


CATEGORY = Several(suggest=_suggest_categories, names=_category_names, numeric=True)
PRODUCT = Several(suggest=_suggest_products, names=_product_names)
TIER = Several(choices=lambda: [choice for choice in Product.PriceTier.choices if choice[0]])


def family(ids: Iterable[str], scope: Scope) -> set[int]:
    """These categories and everything inside them; raises ValueError when one of them is no more."""
    wanted = {int(pk) for pk in ids}
    if wanted - scope.parents.keys():
        raise ValueError(_now("a category chosen here no longer exists"))
    while inside := {pk for pk, parent in scope.parents.items() if parent in wanted} - wanted:
        wanted |= inside
    return wanted


def _products(condition: Condition, scope: Scope) -> Q:
    """Which products a condition speaks of, as a Q on OrderLine."""
    if condition.field.endswith("category"):
        return Q(product__category__in=family(texts(condition), scope))
    if condition.field.endswith("tier"):
        return Q(product__price_tier__in=texts(condition))
    return Q(product__sku__in=texts(condition))


def _with_line(condition: Condition, scope: Scope) -> Q:
    """For filters on orders: one with a line of such a product."""
    return opposite_if(condition, exists(OrderLine.objects.filter(_products(condition, scope)), "order"))


def _bought(condition: Condition, scope: Scope) -> Q:
    lines = OrderLine.objects.filter(_products(condition, scope), order__cancelled_at=None)
    if condition.window is not None:
        lines = lines.filter(order__placed_at__gte=scope.days_ago(condition.window))
    return opposite_if(condition, exists(scope.about(lines, "order__customer"), "order__customer"))


def _total(condition: Condition, scope: Scope) -> Q:
    return compared("total", condition)


ORDER_FILTERS = (
    Field("category", _("with category"), PURCHASES, CATEGORY, PURCHASE, _with_line),
    Field("product", _("with product"), PURCHASES, PRODUCT, PURCHASE, _with_line),
    Field("tier", _("with price tier"), PURCHASES, TIER, PURCHASE, _with_line),
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
    ),
    Field("revenue", _("revenue"), PURCHASES, MONEY, COMPARISONS, _revenue, True, ORDER_FILTERS),
    Field(
        "margin",
        _("margin"),
        PURCHASES,
        Number(-1_000_000_000, 1_000_000_000, 2),
        COMPARISONS,
        _margin,
        True,
        ORDER_FILTERS,
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
    Field(
        "bought_category",
        _("category"),
        PURCHASES,
        CATEGORY,
        PURCHASE,
        _bought,
        True,
        note=_("Categories inside the chosen one count too."),
    ),
    Field("bought_product", _("product"), PURCHASES, PRODUCT, PURCHASE, _bought, True),
    Field("bought_tier", _("price tier"), PURCHASES, TIER, PURCHASE, _bought, True),
    Field("returns", _("orders with a return"), PURCHASES, Number(0, 100_000), COMPARISONS, _returns),
)
