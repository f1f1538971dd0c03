"""When a coupon's term runs: from the first message that shows it, and not at all if none was sent.

Whoever is about to send locks the coupons, compares what the messages show with what is stored, and counts the
messages that leave, all in one transaction.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from typing import NamedTuple

from django.db import connection

from crm.models import Coupon

# With nothing sent that shows it, a term has not begun; one that runs is never moved.
COUNT = """
    UPDATE crm_coupon AS coupon SET
        sendings = coupon.sendings + change.more,
        sent_at = CASE WHEN coupon.sendings + change.more > 0 THEN coalesce(coupon.sent_at, change.sent_at) END,
        expires_at = CASE
            WHEN coupon.sendings + change.more = 0 THEN NULL
            WHEN coupon.sent_at IS NULL THEN change.expires_at
            ELSE coupon.expires_at
        END
    FROM (
        SELECT id, sum(more) AS more, min(sent_at) AS sent_at, min(expires_at) AS expires_at
        FROM unnest(%(id)s::bigint[], %(more)s::int[], %(sent_at)s::timestamptz[], %(expires_at)s::timestamptz[])
             AS sending (id, more, sent_at, expires_at)
        GROUP BY id
    ) AS change
    WHERE coupon.id = change.id
"""


class CouponSending(NamedTuple):
    """A message that shows a coupon: `more` is 1 when it is about to leave, -1 when it surely did not.

    One that is about to leave says from when and until when the coupon is good, should it be the first.
    """

    coupon_id: int
    more: int
    sent_at: dt.datetime | None = None
    expires_at: dt.datetime | None = None


class CouponTerm(NamedTuple):
    sent_at: dt.datetime | None
    expires_at: dt.datetime | None


def lock_terms(coupon_ids: Collection[int]) -> dict[int, CouponTerm]:
    """Lock these coupons until the transaction ends, and return their terms."""
    locked = Coupon.objects.select_for_update(no_key=True).filter(pk__in=coupon_ids).order_by("pk")
    return {pk: CouponTerm(*term) for pk, *term in locked.values_list("pk", "sent_at", "expires_at")}


def count_sendings(sendings: Sequence[CouponSending]) -> None:
    """Begin and take back the terms of coupons that are locked, in one statement."""
    columns = dict(zip(CouponSending._fields, map(list, zip(*sendings, strict=True)), strict=True))
    with connection.cursor() as cursor:
        cursor.execute(COUNT, {"id": columns.pop("coupon_id"), **columns})
