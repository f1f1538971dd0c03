from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm.models import Category, OrderLine, Product, ProductRelation
from crm.models.order import OrderLineQuerySet
from segments.rules import Condition
from segments.values import Search, Texts
from segments.vocabulary.comparing import exists, has_rows, opposite_if, texts
from segments.vocabulary.field import PURCHASES, Compilation, Field
from segments.vocabulary.operators import HAS, HAS_NOT, IDENTITY, NAMED, POSSESSION, PURCHASE


def _category_names(ids: Iterable[str]) -> Mapping[str, str]:
    return {str(pk): name for pk, name in Category.objects.filter(pk__in=list(ids)).values_list("pk", "name")}


def _suggest_categories(search: Search) -> list[tuple[str, str]]:
    found = Category.objects.filter(name__icontains=search.text).order_by("name")
    rows = found.values_list("pk", "name", "parent__name")[: search.limit]
    return [(str(pk), f"{name} ({parent})" if parent else name) for pk, name, parent in rows]


def _product_names(skus: Iterable[str]) -> Mapping[str, str]:
    return {product.sku: str(product) for product in Product.objects.filter(sku__in=list(skus))}


def _suggest_products(search: Search) -> list[tuple[str, str]]:
    is_found = Q(name__icontains=search.text) | Q(sku__istartswith=search.text)
    found = Product.objects.filter(is_found).order_by("name", "sku")
    return [
        (product.sku, f"{product.name} ({product.sku})" if product.name else product.sku)
        for product in found[: search.limit]
    ]


CATEGORY = Texts(suggest=_suggest_categories, names=_category_names, numeric=True)
PRODUCT = Texts(suggest=_suggest_products, names=_product_names)
COMPLEXITY = Texts(choices=lambda: Product.Complexity.choices)
RELATION = Texts(choices=lambda: ProductRelation.Kind.choices)
TIER = Texts(choices=lambda: [choice for choice in Product.PriceTier.choices if choice[0]])


def family(ids: Iterable[str], compilation: Compilation) -> set[int]:
    """These categories and everything inside them; raises ValueError when one of them is no more."""
    wanted = {int(pk) for pk in ids}
    if wanted - compilation.parents.keys():
        raise ValueError(gettext("a category chosen here no longer exists"))
    while inside := {pk for pk, parent in compilation.parents.items() if parent in wanted} - wanted:
        wanted |= inside
    return wanted


def _products(condition: Condition, compilation: Compilation) -> Q:
    """Which products a condition speaks of, as a Q on OrderLine."""
    if condition.field.endswith("category"):
        return Q(product__category__in=family(texts(condition), compilation))
    if condition.field.endswith("tier"):
        return Q(product__price_tier__in=texts(condition))
    if condition.field.endswith("named"):
        named = Q()
        for text in texts(condition):
            named |= Q(product__name__icontains=text)
        return named
    if condition.field.endswith("complexity"):
        return Q(product__complexity__in=texts(condition))
    return Q(product__sku__in=texts(condition))


def with_line(condition: Condition, compilation: Compilation) -> Q:
    """For conditions on orders: one with a line of such a product."""
    return opposite_if(condition, exists(OrderLine.objects.filter(_products(condition, compilation)), "order"))


def _bought(condition: Condition, compilation: Compilation) -> Q:
    """What was bought is history, returned or not; what somebody has is what they kept."""
    lines = OrderLine.objects.filter(_products(condition, compilation), order__cancelled_at=None)
    if condition.operator in (HAS.name, HAS_NOT.name):
        lines = lines.kept()
    if condition.window is not None:
        lines = lines.filter(order__placed_at__gte=compilation.days_ago(condition.window))
    return opposite_if(condition, has_rows(lines, compilation, "order__customer"))


def _line(condition: Condition, compilation: Compilation) -> Q:
    return opposite_if(condition, _products(condition, compilation))


LINE_FILTERS = (
    Field("category", _("category"), PURCHASES, CATEGORY, IDENTITY, _line),
    Field("product", _("product"), PURCHASES, PRODUCT, IDENTITY, _line),
    Field("tier", _("price tier"), PURCHASES, TIER, IDENTITY, _line),
)
_FILTERS = {one.name: one for one in LINE_FILTERS}


def lacking(lines: OrderLineQuerySet, kinds: Collection[str]) -> OrderLineQuerySet:
    """Those of the lines that are kept and that such goods go with, while their customer has none of those."""
    relations = ProductRelation.objects.filter(kind__in=kinds)
    owned = OrderLine.objects.kept().filter(
        order__customer=OuterRef("order__customer"),
        product__in=relations.filter(product=OuterRef(OuterRef("product"))).values("related"),
    )
    return lines.kept().filter(Exists(relations.filter(product=OuterRef("product"))), ~Exists(owned))


def _bought_without(condition: Condition, compilation: Compilation) -> Q:
    """Has something that such goods go with, and none of those."""
    lines = OrderLine.objects.all()
    for one in condition.where:
        lines = lines.filter(_FILTERS[one.field].compile(one, compilation))
    if condition.window is not None:
        lines = lines.filter(order__placed_at__gte=compilation.days_ago(condition.window))
    return opposite_if(condition, has_rows(lacking(lines, texts(condition)), compilation, "order__customer"))


BOUGHT_OR_HAS = (*PURCHASE, *POSSESSION)
RETURNED_TOO = _("What was returned later counts as bought; what they have is without it.")

FIELDS = (
    Field(
        "bought_category",
        _("category"),
        PURCHASES,
        CATEGORY,
        BOUGHT_OR_HAS,
        _bought,
        True,
        note=_(
            "Categories inside the chosen one count too. What was returned later counts as bought; what they have is"
            " without it."
        ),
    ),
    Field("bought_product", _("product"), PURCHASES, PRODUCT, BOUGHT_OR_HAS, _bought, True, note=RETURNED_TOO),
    Field(
        "bought_named",
        _("name of goods"),
        PURCHASES,
        Texts(),
        NAMED,
        _bought,
        True,
        note=_("What was returned later counts as bought."),
    ),
    Field("bought_tier", _("price tier"), PURCHASES, TIER, BOUGHT_OR_HAS, _bought, True, note=RETURNED_TOO),
    Field(
        "bought_complexity",
        _("complexity of goods"),
        PURCHASES,
        COMPLEXITY,
        BOUGHT_OR_HAS,
        _bought,
        True,
        note=RETURNED_TOO,
    ),
    Field(
        "bought_without",
        _("missing to what they have"),
        PURCHASES,
        RELATION,
        IDENTITY,
        _bought_without,
        True,
        LINE_FILTERS,
        note=_("They have something such goods go with, and none of those. What was returned does not count."),
    ),
)
