"""Products and categories as orders name them, created when they are new."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from crm.field_checks import check_fields
from crm.models import Category, Product, ProductRelation
from crm.placeholders import is_no_id

PATH_SEPARATOR = " / "
PRICE_STEP = Decimal("0.0001")
PATHS = """
    WITH RECURSIVE path AS (
        SELECT id, name::text, parent_id FROM crm_category WHERE id = ANY(%(ids)s)
        UNION ALL
        SELECT path.id, above.name || %(separator)s || path.name, above.parent_id
        FROM path JOIN crm_category AS above ON above.id = path.parent_id
    )
    SELECT id, name FROM path WHERE parent_id IS NULL
"""


@dataclass(frozen=True)
class LineData:
    """One line of an order as the shop reports it. `price` and `cost` are for one; `category` is a path “A / B”.

    The price is in the order's currency, the cost in the shop's own.
    """

    sku: str
    quantity: Decimal
    price: Decimal
    cost: Decimal | None = None
    name: str = ""
    category: str = ""


def products_for(lines: Iterable[LineData], rate: Decimal = Decimal(1)) -> dict[str, Product]:
    """The product of every SKU. New ones get name, category, price (at this rate) and cost from their first line.

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
                price=(line.price * rate).quantize(PRICE_STEP),
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


def category_paths(category_ids: Iterable[int]) -> dict[int, str]:
    """“Kitchen / Kettles” by the id of the category, in one query."""
    with connection.cursor() as cursor:
        cursor.execute(PATHS, {"ids": list(category_ids), "separator": PATH_SEPARATOR})
        return dict(cursor.fetchall())


def _known(skus: Iterable[str]) -> dict[str, Product]:
    return {product.sku: product for product in Product.objects.filter(sku__in=list(skus))}


@transaction.atomic
def describe_product(sku: str, *, told_at: dt.datetime, category: str | None = None, **fields: Any) -> Product:
    """What is known about a product, new or not; of each column the newest word wins. ValueError in words."""
    if not sku.strip() or len(sku) > 100 or "\0" in sku:
        raise ValueError(_("A product needs a SKU of 1 to 100 characters."))
    _check_skus([sku])
    told = dict(fields)
    if category is not None:
        # Before the product, as where an order names both for the first time: else the two would wait for each other.
        told["category"] = category_at(category)
    Product.objects.bulk_create([Product(sku=sku)], ignore_conflicts=True)
    product = Product.objects.select_for_update(no_key=True).get(sku=sku)
    news = {name: value for name, value in told.items() if _is_news(product, name, told_at)}
    for name, value in news.items():
        setattr(product, name, value)
    check_fields(product, _("product %(sku)s") % {"sku": sku})
    product.told = {**product.told, **dict.fromkeys(news, told_at.isoformat())}
    product.save(update_fields=[*news, "told"])
    return product


@transaction.atomic
def relate_product(product: Product, related: Sequence[tuple[str, str]], *, told_at: dt.datetime) -> None:
    """All that goes with a product, as (SKU, kind); the newest list wins as a whole.

    A product not known yet is created with its SKU alone: its own description follows. ValueError in words.
    """
    skus = sorted({sku for sku, _kind in related})
    _check_skus(skus)
    if product.sku in skus:
        raise ValueError(_("product %(sku)s: it cannot go with itself.") % {"sku": product.sku})
    Product.objects.bulk_create([Product(sku=sku) for sku in skus], ignore_conflicts=True)
    product.refresh_from_db(from_queryset=Product.objects.select_for_update(no_key=True))
    if not _is_news(product, "related", told_at):
        return
    known = _known(skus)
    product.relations.all().delete()
    ProductRelation.objects.bulk_create(
        ProductRelation(product=product, related=known[sku], kind=kind) for sku, kind in dict.fromkeys(related)
    )
    product.told = {**product.told, "related": told_at.isoformat()}
    product.save(update_fields=["told"])


def _check_skus(skus: Iterable[str]) -> None:
    for sku in skus:
        if is_no_id(sku):
            raise ValueError(_("“%(sku)s” is no SKU: it stands where there is none.") % {"sku": sku})


def _is_news(product: Product, name: str, told_at: dt.datetime) -> bool:
    last = product.told.get(name)
    return last is None or dt.datetime.fromisoformat(last) <= told_at
