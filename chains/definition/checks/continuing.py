"""Whether what a chain offers continues the purchase that starts it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from django.db.models import Q
from django.utils.translation import gettext as _

from chains.definition.checks.buyers import conditions_of, ids_in
from chains.definition.checks.codes import Code
from chains.definition.checks.finding import Finding, place_of
from chains.definition.tree import Node, all_nodes
from chains.models import Chain, Step
from crm.models import Category, Product, ProductRelation

DEEPEST_CATEGORY = 20


class Goods(NamedTuple):
    categories: frozenset[int]
    products: frozenset[int]


def unrelated_offers(chain: Chain, nodes: list[Node]) -> Iterator[Finding]:
    """Coupons for goods that have nothing to do with those the chain is about. Three queries, where there are both."""
    offers = [node for node in all_nodes(nodes) if _is_offer(node.step)]
    bought = _bought(chain)
    if not offers or not (bought.categories or bought.products):
        return
    parents = dict(Category.objects.values_list("pk", "parent_id"))
    near = _near(bought, parents)
    for node in offers:
        offered = _offered(node.step)
        if offered.categories & near.categories or offered.products & near.products:
            continue
        if not _is_related(bought, offered, parents):
            goods = node.step.coupon_category or node.step.coupon_product
            words = _("“%(goods)s” has no relation to the goods this chain is about.") % {"goods": goods}
            yield Finding(Code.UPSELL, words, place_of(node))


def _is_offer(step: Step) -> bool:
    is_coupon = step.kind == Step.Kind.CHANGE and step.change == Step.Change.ISSUE_COUPON
    return is_coupon and bool(step.coupon_category_id or step.coupon_product_id)


def _bought(chain: Chain) -> Goods:
    categories, products = set(), set()
    for condition in conditions_of(chain.audience_rule):
        field = condition.get("field")
        if field in ("order_category", "bought_category"):
            categories |= ids_in(condition)
        if field in ("order_product", "bought_product"):
            products |= ids_in(condition)
    return Goods(frozenset(categories), frozenset(products))


def _offered(step: Step) -> Goods:
    categories = {step.coupon_category_id} if step.coupon_category_id else set()
    if step.coupon_product and step.coupon_product.category_id:
        categories.add(step.coupon_product.category_id)
    return Goods(frozenset(categories), frozenset({step.coupon_product_id} if step.coupon_product_id else set()))


def _near(goods: Goods, parents: Mapping[int, int | None]) -> Goods:
    """With the categories of the products, and what lies above and below all of them."""
    own = set(goods.categories)
    own |= {pk for pk in Product.objects.filter(pk__in=goods.products).values_list("category_id", flat=True) if pk}
    above = {up for pk in own for up in _line(pk, parents)}
    below = {pk for pk in parents if own & set(_line(pk, parents))}
    return Goods(frozenset(above | below), goods.products)


def _line(pk: int, parents: Mapping[int, int | None]) -> list[int]:
    """The category and those it is part of."""
    found: list[int] = []
    at: int | None = pk
    while at is not None and at not in found and len(found) < DEEPEST_CATEGORY:
        found.append(at)
        at = parents.get(at)
    return found


def _is_related(bought: Goods, offered: Goods, parents: Mapping[int, int | None]) -> bool:
    """Whether staff have said of any of these goods that one goes with the other."""
    return ProductRelation.objects.filter(_of("product", bought, parents), _of("related", offered, parents)).exists()


def _of(side: str, goods: Goods, parents: Mapping[int, int | None]) -> Q:
    below = [pk for pk in parents if goods.categories & set(_line(pk, parents))]
    by_product = Q(**{f"{side}__in": goods.products})
    return by_product if goods.products and side == "related" else by_product | Q(**{f"{side}__category__in": below})
