"""Whether what a chain offers continues the purchase that starts it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from django.db.models import Q
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from chains.definition.checks.buyers import conditions_of, ids_in
from chains.definition.checks.codes import Code
from chains.definition.checks.finding import Finding, Place, at_text, place_of
from chains.definition.tree import Node, all_nodes
from chains.messages.blocks.recommendations import CHOSEN
from chains.messages.written import written_texts
from chains.models import Chain, Step
from crm.models import Category, Product, ProductRelation
from crm.quoting import quoted

DEEPEST_CATEGORY = 20


Parents = Mapping[int, int | None]


class Named(NamedTuple):
    """Products that a block of a letter names."""

    place: Place
    products: tuple[int, ...]


class Goods(NamedTuple):
    categories: frozenset[int]
    products: frozenset[int]


def unrelated_offers(chain: Chain, nodes: list[Node]) -> Iterator[Finding]:
    """Goods that are offered and have nothing to do with those the chain is about. Six queries at most."""
    coupons = [node for node in all_nodes(nodes) if _is_offer(node.step)]
    named = list(_named(nodes))
    bought = _bought(chain) if coupons or named else Goods(frozenset(), frozenset())
    if not (bought.categories or bought.products):
        return
    parents = dict(Category.objects.values_list("pk", "parent_id"))
    near = _near(bought, parents)
    yield from _unrelated_coupons(coupons, bought, near, parents)
    yield from _unrelated_products(named, bought, near, parents)


def _unrelated_coupons(nodes: list[Node], bought: Goods, near: Goods, parents: Parents) -> Iterator[Finding]:
    for node in nodes:
        offered = _offered(node.step)
        if offered.categories & near.categories or offered.products & near.products:
            continue
        if not _is_related(bought, offered, parents):
            goods = node.step.coupon_category or node.step.coupon_product
            yield Finding(Code.UPSELL, _words([str(goods)]), place_of(node))


def _unrelated_products(named: list[Named], bought: Goods, near: Goods, parents: Parents) -> Iterator[Finding]:
    """Those that a letter names; what it leaves to Encore continues the purchase by itself."""
    known = Product.objects.in_bulk({pk for one in named for pk in one.products})
    goes_with = ProductRelation.objects.filter(_of("product", bought, parents), related__in=known)
    fitting = near.products | set(goes_with.values_list("related", flat=True))
    told: set[tuple[int, tuple[int, ...]]] = set()
    for one in named:
        strange = tuple(
            pk
            for pk in one.products
            if pk in known and pk not in fitting and known[pk].category_id not in near.categories
        )
        # The same letter in another language, or in another channel, is told once.
        if strange and (one.place.step_id, strange) not in told:
            told.add((one.place.step_id, strange))
            yield Finding(Code.UPSELL, _words([str(known[pk]) for pk in strange]), one.place)


def _words(goods: list[str]) -> str:
    words = ngettext(
        "%(goods)s has no relation to the goods this chain is about.",
        "%(goods)s have no relation to the goods this chain is about.",
        len(goods),
    )
    return words % {"goods": get_text_list([quoted(name) for name in goods], _("and"))}


def _named(nodes: list[Node]) -> Iterator[Named]:
    """Blocks that some only are shown are left out: their own rule says to whom they fit."""
    for node in all_nodes(nodes):
        for text in written_texts(node.step.template) if node.step.template else ():
            for block in text.blocks:
                products = block.content.get("products")
                if products and block.rule is None and block.content.get("source", CHOSEN) == CHOSEN:
                    yield Named(at_text(place_of(node), text, block.key), tuple(products))


def _is_offer(step: Step) -> bool:
    is_coupon = step.kind == Step.Kind.CHANGE and step.change == Step.Change.ISSUE_COUPON
    return is_coupon and bool(step.coupon_category_id or step.coupon_product_id)


def _bought(chain: Chain) -> Goods:
    categories: set[int] = set()
    skus: set[str] = set()
    for condition in conditions_of(chain.audience_rule):
        field = condition.get("field")
        if field in ("order_category", "bought_category"):
            categories |= ids_in(condition)
        if field in ("order_product", "bought_product"):
            value = condition.get("value")
            skus |= {str(one) for one in (value if isinstance(value, list) else [value])}
    known = Product.objects.filter(sku__in=skus).values_list("pk", flat=True) if skus else ()
    return Goods(frozenset(categories), frozenset(known))


def _offered(step: Step) -> Goods:
    categories = {step.coupon_category_id} if step.coupon_category_id else set()
    if step.coupon_product and step.coupon_product.category_id:
        categories.add(step.coupon_product.category_id)
    return Goods(frozenset(categories), frozenset({step.coupon_product_id} if step.coupon_product_id else set()))


def _near(goods: Goods, parents: Parents) -> Goods:
    """With the categories of the products, and what lies above and below all of them."""
    own = set(goods.categories)
    own |= {pk for pk in Product.objects.filter(pk__in=goods.products).values_list("category_id", flat=True) if pk}
    above = {up for pk in own for up in _line(pk, parents)}
    below = {pk for pk in parents if own & set(_line(pk, parents))}
    return Goods(frozenset(above | below), goods.products)


def _line(pk: int, parents: Parents) -> list[int]:
    """The category and those it is part of."""
    found: list[int] = []
    at: int | None = pk
    while at is not None and at not in found and len(found) < DEEPEST_CATEGORY:
        found.append(at)
        at = parents.get(at)
    return found


def _is_related(bought: Goods, offered: Goods, parents: Parents) -> bool:
    """Whether staff have said of any of these goods that one goes with the other."""
    return ProductRelation.objects.filter(_of("product", bought, parents), _of("related", offered, parents)).exists()


def _of(side: str, goods: Goods, parents: Parents) -> Q:
    below = [pk for pk in parents if goods.categories & set(_line(pk, parents))]
    by_product = Q(**{f"{side}__in": goods.products})
    return by_product if goods.products and side == "related" else by_product | Q(**{f"{side}__category__in": below})
