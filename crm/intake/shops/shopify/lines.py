"""Goods and sums as Shopify writes them, wherever they stand."""

from __future__ import annotations

from decimal import Decimal

from crm.intake.shops.shopify.bodies import MoneySet
from crm.intake.shops.shopify.order_bodies import Line
from crm.placeholders import is_no_id

LONGEST_SKU = 100


def sku_of(line: Line) -> str:
    """Goods without a SKU go by their variant, and what was typed for one order only by its title."""
    own = "" if is_no_id(line.sku) else line.sku
    return (own or line.variant_id or line.product_id or line.title)[:LONGEST_SKU]


def in_shop_currency(amount: Decimal | None, beside: MoneySet | None) -> Decimal | None:
    return beside.shop_money.amount if beside else amount
