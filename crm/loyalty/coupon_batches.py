"""Batches: printed codes, and one code for everybody."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction
from django.db.models import Count, Q, Sum

from crm.loyalty.coupon_codes import new_code
from crm.loyalty.coupon_limits import coupon_of_batch, uses
from crm.models import Coupon, CouponBatch

CHUNK = 1_000
MOST_PRINTED = 10_000
# Among 850,000,000,000 codes, one that is taken is drawn again.
TRIES = 3


@dataclass(frozen=True)
class BatchReport:
    """What came of a batch, in the shop's currency."""

    given: int
    used: int
    orders_total: Decimal
    discounts: Decimal


@transaction.atomic
def fill_batch(batch: CouponBatch) -> int:
    """Make the codes of a batch to be printed, once; how many were made. One code for everybody needs none."""
    CouponBatch.objects.select_for_update(no_key=True).get(pk=batch.pk)
    if batch.code:
        return 0
    made = 0
    for _attempt in range(TRIES):
        there = set(batch.coupons.values_list("key", flat=True))
        missing = [number for number in range(batch.most) if f"batch:{batch.pk}:{number}" not in there]
        if not missing:
            break
        drafts = (coupon_of_batch(batch, new_code(), number) for number in missing)
        Coupon.objects.bulk_create(drafts, batch_size=CHUNK, ignore_conflicts=True)
        made += len(missing)
    return made


def end_batch(batch: CouponBatch, at: dt.datetime) -> None:
    """Nothing of it is good any more; what was redeemed stays so."""
    CouponBatch.objects.filter(pk=batch.pk, ended_at=None).update(ended_at=at)


def report(batch: CouponBatch, at: dt.datetime) -> BatchReport:
    found = batch.coupons.aggregate(
        given=Count("pk"),
        used=Count("pk", filter=Q(redeemed_at__isnull=False)),
        total=Sum("order__total_in_shop_currency"),
        discounts=Sum("order__discount"),
    )
    given = uses(batch, at) if batch.code else found["given"]
    return BatchReport(given, found["used"], found["total"] or Decimal(0), found["discounts"] or Decimal(0))


def codes(batch: CouponBatch) -> Iterator[str]:
    """Those that nobody has brought yet."""
    return batch.coupons.filter(redeemed_at=None).order_by("pk").values_list("code", flat=True).iterator()
