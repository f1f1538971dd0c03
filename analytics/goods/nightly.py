"""Every night: count what goes with what, and keep what chance does not explain. A night that fails leaves the last."""

from __future__ import annotations

import datetime as dt
import time

from django.db import connection, transaction

from analytics.goods.counting import bought, totals
from analytics.goods.pairs import Found, find_pairs
from analytics.goods.traits import find_traits
from analytics.models import GoodsCount, GoodsPair, ReturnTrait

KINDS = ("product", "category")
TRAITS = "traits"
LOCK = "SELECT pg_try_advisory_xact_lock(hashtextextended('analytics.goods', 0))"


@transaction.atomic
def count_goods(now: dt.datetime) -> GoodsCount | None:
    """Count everything anew; None where somebody else is at it. Readers see the count before until it is done."""
    if not _is_free():
        return None
    started = time.monotonic()
    with bought(now) as terms:
        orders, customers = totals()
        found = {of: find_pairs(of, terms) for of in KINDS}
        traits = find_traits(terms)
    _write([one for ways in found.values() for one in ways.values()], traits.traits)
    looked_at = {looked_at_key(way, of): one.looked_at for of, ways in found.items() for way, one in ways.items()}
    return GoodsCount.objects.update_or_create(
        pk=1,
        defaults={
            "counted_at": now,
            "seconds_taken": time.monotonic() - started,
            "orders": orders,
            "customers": customers,
            "newcomers": traits.newcomers,
            "looked_at": looked_at | {TRAITS: traits.looked_at},
        },
    )[0]


def looked_at_key(way: str, of: str) -> str:
    return f"{of} {way}"


def _is_free() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(LOCK)
        return bool(cursor.fetchone()[0])


def _write(found: list[Found], traits: list[ReturnTrait]) -> None:
    GoodsPair.objects.all().delete()
    ReturnTrait.objects.all().delete()
    for one in found:
        GoodsPair.objects.bulk_create(one.pairs, batch_size=5_000)
    ReturnTrait.objects.bulk_create(traits, batch_size=5_000)
