"""Products of Shopify: each variant is one of Encore's, under its SKU."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from crm.intake.facts import ProductFact
from crm.intake.shops.shopify.bodies import Product, Variant
from crm.intake.shops.shopify.lines import LONGEST_SKU
from crm.placeholders import is_no_id

ONLY_VARIANT = "Default Title"
NOT_SOLD = frozenset({"draft", "archived"})
LONGEST_NAME, LONGEST_URL = 300, 200


def product_facts(body: dict[str, Any], told_at: dt.datetime, prefix: str = "") -> list[ProductFact]:
    """`prefix` goes before the product's id, as before all ids of its source."""
    told = Product.model_validate(body)
    return [_fact(told, variant, told.updated_at or told_at, prefix) for variant in told.variants or [Variant()]]


def gone_facts(skus: Iterable[str], told_at: dt.datetime) -> list[ProductFact]:
    """What is no longer sold stays known: it was bought."""
    return [ProductFact(sku, {"is_in_stock": False}, told_at=told_at) for sku in skus]


def product_id(body: dict[str, Any]) -> str:
    return Product.model_validate(body).id


def _fact(told: Product, variant: Variant, told_at: dt.datetime, prefix: str) -> ProductFact:
    fields: dict[str, Any] = {
        "external_id": prefix + told.id,
        "cart_id": variant.id,
        "name": _name(told.title, variant.title),
        "is_in_stock": told.status not in NOT_SOLD and _is_in_stock(variant),
    }
    if variant.price is not None:
        fields["price"] = variant.price
    if len(told.image.src) <= LONGEST_URL:
        fields["picture_url"] = told.image.src
    own = "" if is_no_id(variant.sku) else variant.sku
    sku = (own or variant.id or told.id)[:LONGEST_SKU]
    return ProductFact(sku, fields, told.product_type or None, told_at)


def _name(title: str, variant: str) -> str:
    return (f"{title} - {variant}" if variant and variant != ONLY_VARIANT else title)[:LONGEST_NAME]


def _is_in_stock(variant: Variant) -> bool:
    """What is not counted, or sold beyond what there is, is never out of stock."""
    is_counted = bool(variant.inventory_management) and variant.inventory_policy != "continue"
    return not is_counted or variant.inventory_quantity is None or variant.inventory_quantity > 0
