"""Google Merchant: RSS or Atom items with elements of its own, or a table parted by tabs."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import IO

from django.utils.translation import gettext as _

from crm.intake.feeds.offer import FeedError, Offer
from crm.intake.feeds.xml_elements import elements, text

ITEMS = {"rss/channel/item", "feed/entry", "RDF/item"}
LONGEST_LINE = 1 << 18
MOST_EMPTY_LINES = 100_000
UNAVAILABLE = {"out_of_stock", "out of stock"}


def offers_in_xml(file: IO[bytes]) -> Iterator[Offer]:
    for path, element in elements(file):
        if path in ITEMS:
            yield _offer(partial(text, element))


def offers_in_tsv(file: IO[bytes]) -> Iterator[Offer]:
    rows = csv.reader(_lines(io.TextIOWrapper(file, "utf-8-sig", newline="")), delimiter="\t", quotechar='"')
    try:
        header = [name.strip().lower().replace(" ", "_") for name in next(rows, [])]
        if "id" not in header:
            raise FeedError(_("The first line of the table has no column “id”."))
        for row in rows:
            cells = dict(zip(header, row, strict=False))
            if any(row):
                yield _offer(partial(_cell, cells))
    except csv.Error as broken:
        raise FeedError(_("The table cannot be read: %(why)s.") % {"why": broken}) from broken
    except UnicodeDecodeError as broken:
        raise FeedError(_("The table is not written in UTF-8.")) from broken


def _lines(table: io.TextIOWrapper) -> Iterator[str]:
    empty = 0
    while line := table.readline(LONGEST_LINE + 1):
        if len(line) > LONGEST_LINE:
            raise FeedError(_("A line of the table does not end."))
        empty += line.isspace()
        if empty > MOST_EMPTY_LINES:
            raise FeedError(_("The table has more than %(most)s empty lines.") % {"most": MOST_EMPTY_LINES})
        yield line


def _cell(cells: Mapping[str, str], name: str) -> str:
    return cells.get(name, "").strip()


def _offer(cell: Callable[[str], str]) -> Offer:
    price, _space, currency = (cell("sale_price") or cell("price")).partition(" ")
    return Offer(
        id=cell("id"),
        vendor_code=cell("mpn"),
        name=cell("title"),
        category=tuple(part.strip() for part in (cell("product_type") or cell("google_product_category")).split(">")),
        price=price,
        currency=currency.strip().upper(),
        cost=cell("cost_of_goods_sold").partition(" ")[0],
        url=cell("link"),
        picture_url=cell("image_link"),
        is_in_stock=cell("availability").lower() not in UNAVAILABLE,
    )
