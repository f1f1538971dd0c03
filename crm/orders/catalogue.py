"""Products and categories as orders name them, created when they are new."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from crm.models import Category, Product

PATH_SEPARATOR = " / "


@dataclass(frozen=True)
class LineData:
    """One line of an order as the shop reports it. `price` and `cost` are for one; `category` is a path “A / B”."""

    sku: str
    quantity: Decimal
    price: Decimal
    cost: Decimal | None = None
    name: str = ""
    category: str = ""


def products_for(lines: Iterable[LineData]) -> dict[str, Product]:
    """The product of every SKU. New ones get name, category, price and cost from their first line.

    Sorted by SKU, so that two orders with the same new products wait for each other in one order.
    """
    named: dict[str, LineData] = {}
    for line in lines:
        named.setdefault(line.sku, line)
    known = _known(named)
    fresh = [named[sku] for sku in sorted(named.keys() - known.keys())]
    if not fresh:
        return known
    categories = {path: category_at(path) for path in sorted({line.category for line in fresh if line.category})}
    Product.objects.bulk_create(
        [
            Product(
                sku=line.sku,
                name=line.name,
                category=categories.get(line.category),
                price=line.price,
                cost=line.cost,
            )
            for line in fresh
        ],
        ignore_conflicts=True,
    )
    return known | _known(line.sku for line in fresh)


def category_at(path: str) -> Category | None:
    """The category at a path such as “Kitchen / Kettles”, made with its parents where they are missing."""
    category: Category | None = None
    for name in (part.strip() for part in path.split(PATH_SEPARATOR.strip())):
        if name:
            category = Category.objects.get_or_create(parent=category, name=name)[0]
    return category


def _known(skus: Iterable[str]) -> dict[str, Product]:
    return {product.sku: product for product in Product.objects.filter(sku__in=list(skus))}
