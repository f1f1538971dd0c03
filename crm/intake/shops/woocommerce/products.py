"""A product of the catalogue, and under which SKU Encore knows it."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from crm.intake.facts import NothingToRecord, ProductFact
from crm.intake.shops.woocommerce.bodies import Line, Product
from crm.placeholders import is_no_id

DRAFTS = frozenset({"auto-draft", "importing"})
PUBLISHED = "publish"
SOLD_OUT = "outofstock"
# What a shop files under this was not filed at all.
NO_CATEGORY = "uncategorized"
LONGEST_ADDRESS, LONGEST_PAGE_ADDRESS = 200, 500
LONGEST_SKU = 100


def product_fact(body: Any) -> ProductFact:
    """NothingToRecord for one that is only begun."""
    told = Product.of(body)
    if told.status in DRAFTS:
        raise NothingToRecord(_("Product %(id)s is only a draft.") % {"id": told.id})
    fields: dict[str, Any] = {
        "name": told.name,
        "cart_id": str(told.id),
        "price": told.price,
        "url": _address(told.permalink, LONGEST_PAGE_ADDRESS),
        "picture_url": _address(told.images[0].src, LONGEST_ADDRESS) if told.images else "",
        "is_in_stock": told.status == PUBLISHED and told.stock_status != SOLD_OUT,
    }
    known = {name: value for name, value in fields.items() if value not in ("", None)}
    sku = sku_of_id(told.id) if is_no_id(told.sku) else told.sku
    return ProductFact(sku, known, _category(told), told.told_at)


def sku_of_id(product_id: int) -> str:
    """Of a product that its shop gave no SKU."""
    return f"wc-{product_id}"


def sku_of_line(line: Line) -> str:
    """A product that was deleted leaves only its name in the orders that hold it."""
    own = line.variation_id or line.product_id
    if not is_no_id(line.sku):
        return line.sku
    return sku_of_id(own) if own else line.name[:LONGEST_SKU]


def _category(told: Product) -> str | None:
    """The first: a product names its categories without saying which is part of which."""
    names = [one.name for one in told.categories if one.name and one.slug != NO_CATEGORY]
    return names[0] if names else None


def _address(told: str, longest: int) -> str:
    """Where it can be kept: a product must not be refused for its picture or its page."""
    return told if told.startswith(("https://", "http://")) and len(told) <= longest else ""
