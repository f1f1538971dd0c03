"""Yandex Market Language: categories by id, then offers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import IO
from xml.etree.ElementTree import Element

from crm.intake.feeds.offer import Offer
from crm.intake.feeds.xml_elements import elements, text, texts

CATEGORY = "yml_catalog/shop/categories/category"
OFFER = "yml_catalog/shop/offers/offer"
# A circle of categories would have no end.
MOST_LEVELS = 20


def offers(file: IO[bytes]) -> Iterator[Offer]:
    names: dict[str, tuple[str, str]] = {}
    for path, element in elements(file):
        if path == CATEGORY:
            names[element.get("id", "")] = ((element.text or "").strip(), element.get("parentId", ""))
        elif path == OFFER:
            yield _offer(element, names)


def _offer(element: Element, categories: Mapping[str, tuple[str, str]]) -> Offer:
    return Offer(
        id=element.get("id", "").strip(),
        vendor_code=text(element, "vendorCode"),
        name=text(element, "name") or _composed_name(element),
        category=_path(text(element, "categoryId"), categories),
        price=text(element, "price"),
        currency=_currency(text(element, "currencyId")),
        cost=text(element, "purchase_price"),
        url=text(element, "url"),
        picture_url=next(iter(texts(element, "picture")), ""),
        is_in_stock=_is_in_stock(element),
        related=tuple(sku.strip() for sku in text(element, "rec").split(",") if sku.strip()),
    )


def _composed_name(element: Element) -> str:
    return " ".join(filter(None, (text(element, name) for name in ("typePrefix", "vendor", "model"))))


def _path(category: str, categories: Mapping[str, tuple[str, str]]) -> tuple[str, ...]:
    names: list[str] = []
    while category in categories and len(names) < MOST_LEVELS:
        name, category = categories[category]
        names.insert(0, name)
    return tuple(names)


def _currency(code: str) -> str:
    """The format's older name of the rouble, which shops still write."""
    return {"RUR": "RUB"}.get(code.upper(), code.upper())


def _is_in_stock(element: Element) -> bool:
    is_off = element.get("available", "").lower() == "false" or text(element, "disabled").lower() == "true"
    return not is_off and text(element, "count") != "0"
