"""The address of the shop's own cart, filled."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from urllib.parse import quote

from crm.models import Product, Shop


def cart_url(shop: Shop, goods: Iterable[tuple[Product, Decimal | int]]) -> str:
    """Empty where the shop names none, or the shop's number of something in it is not known."""
    goods = list(goods)
    numbers_are_known = all(product.cart_id for product, _quantity in goods)
    if not goods or not shop.cart_url or ("{items}" in shop.cart_url and not numbers_are_known):
        return ""
    items = _listed((product.cart_id, quantity) for product, quantity in goods)
    skus = _listed((product.sku, quantity) for product, quantity in goods)
    return shop.cart_url.replace("{items}", items).replace("{skus}", skus)


def _listed(goods: Iterable[tuple[str, Decimal | int]]) -> str:
    return ",".join(f"{quote(name, safe='')}:{max(1, int(quantity))}" for name, quantity in goods)
