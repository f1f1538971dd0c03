"""A catalogue feed taken in: as a file of products, by the same import as any other, then what is no longer in it.

A bad offer is left out and named; it keeps none of the others from being taken. What left the feed is out of stock, not
deleted; unless so much of it left that the feed itself must be broken.
"""

from __future__ import annotations

import csv
import datetime as dt
import tempfile
from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from crm.intake.feeds.offer import FeedError, Offer
from crm.intake.feeds.reading import offers
from crm.intake.files import cells
from crm.intake.files.import_file import ImportOptions, import_file
from crm.intake.files.problems import FileError
from crm.intake.files.report import ImportReport
from crm.intake.sources import note_heard
from crm.models import Product, Source
from crm.orders.exchange import RateUnknown, rate_on

COLUMNS = ("sku", "name", "category", "price", "cost", "url", "picture_url", "in_stock", "accessories")
BATCH = 10_000
# A feed that lost more than half of its products is taken for a mistake of whoever made it.
LEAST_SHARE = 0.5
PROBLEMS_KEPT = 20
BY_VENDOR_CODE = "vendor_code"
MARK_LISTED = """
    WITH listed AS (SELECT unnest(%(skus)s::text[]) AS sku)
    UPDATE crm_product AS product SET feed_id = %(source)s FROM listed
    WHERE product.sku = listed.sku AND product.feed_id IS DISTINCT FROM %(source)s
"""


def take(source: Source, path: Path, now: dt.datetime, *, is_trusted: bool = False) -> dict[str, Any]:
    """Take a feed in and return what it held, as it is kept in `Source.report`. FeedError: nothing was changed.

    `is_trusted`: somebody looked at it, and so much really left.
    """
    with tempfile.TemporaryDirectory() as folder:
        table = Path(folder) / "products.csv"
        skus = _write_table(source, path, table, now)
        if not skus:
            raise FeedError(_("The feed holds no products."))
        imported = _import(table, now)
    report = _report(imported, len(skus)) | _leave(source, skus, is_trusted=is_trusted)
    Source.objects.filter(pk=source.pk).update(report=report | {"at": now.isoformat()})
    note_heard(source, now)
    return report


def _write_table(source: Source, path: Path, table: Path, now: dt.datetime) -> set[str]:
    """The feed is read twice: offers name each other by their ids, also those that come later."""
    skus = {offer.id: _sku(source, offer) for offer in offers(path)}
    with table.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        writer.writerows(_rows(path, skus, now))
    return {sku for sku in skus.values() if sku}


def _rows(path: Path, skus: Mapping[str, str], now: dt.datetime) -> Iterator[tuple[str, ...]]:
    rates = _Rates(now)
    for offer in offers(path):
        if sku := skus[offer.id]:
            in_stock = "yes" if offer.is_in_stock else "no"
            related = ";".join(skus[one] for one in offer.related if skus.get(one) and skus[one] != sku)
            price, cost = rates.worth(offer.price, offer.currency), offer.cost
            yield (sku, offer.name, offer.path, price, cost, _page(offer.url), offer.picture_url, in_stock, related)


def _sku(source: Source, offer: Offer) -> str:
    return offer.vendor_code if source.mapping.get("sku") == BY_VENDOR_CODE else offer.id


def _page(url: str) -> str:
    """Where it can be kept: an offer must not be left out for what shops hang on their links."""
    try:
        return cells.page_url(url)
    except ValueError:
        return ""


class _Rates:
    """What prices are worth in the shop's currency today; one in a currency without a rate is left out."""

    def __init__(self, now: dt.datetime) -> None:
        self.now, self.known = now, dict[str, Decimal | None]()

    def worth(self, price: str, currency: str) -> str:
        if not price or not currency:
            return price
        if currency not in self.known:
            self.known[currency] = self._rate(currency)
        rate = self.known[currency]
        if rate is None:
            return ""
        try:
            return f"{Decimal(price) * rate:.4f}"
        except InvalidOperation:
            return price

    def _rate(self, currency: str) -> Decimal | None:
        try:
            return rate_on(currency, self.now)
        except RateUnknown:
            return None


def _import(table: Path, now: dt.datetime) -> ImportReport:
    try:
        options = ImportOptions(rejected=table.with_suffix(".rejected"))
        return import_file("products", table, now=now, options=options)
    except FileError as refused:
        raise FeedError(str(refused)) from refused


def _report(imported: ImportReport, found: int) -> dict[str, Any]:
    count = imported.counts.get("products")
    return {
        "offers": found,
        "new": count.new if count else 0,
        "changed": count.changed if count else 0,
        "left_out": imported.rejected_rows,
        "problems_count": imported.problems_count,
        "problems": [str(problem) for problem in imported.problems[:PROBLEMS_KEPT]],
    }


@transaction.atomic
def _leave(source: Source, skus: set[str], *, is_trusted: bool) -> dict[str, Any]:
    """Which products the feed lists now, and what became of those it listed before."""
    before = set(Product.objects.filter(feed=source).values_list("sku", flat=True))
    ordered = sorted(skus)
    with connection.cursor() as cursor:
        for start in range(0, len(ordered), BATCH):
            cursor.execute(MARK_LISTED, {"skus": ordered[start : start + BATCH], "source": source.pk})
    gone = sorted(before - skus)
    is_broken = len(gone) > len(before) * (1 - LEAST_SHARE) and not is_trusted
    if gone and not is_broken:
        for start in range(0, len(gone), BATCH):
            left = Product.objects.filter(feed=source, sku__in=gone[start : start + BATCH], is_in_stock=True)
            left.order_by("pk").update(is_in_stock=False)
    return {"left": len(gone), "is_suspicious": bool(gone) and is_broken}
