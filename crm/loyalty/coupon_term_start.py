"""When a coupon's term runs: from the first message that shows it, and not at all if none was sent.

Whoever is about to send holds the coupons, compares what the messages show with what is stored, and counts the
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
             AS told (id, more, sent_at, expires_at)
        GROUP BY id
    ) AS change
    WHERE coupon.id = change.id
"""


class Sending(NamedTuple):
    """A message that shows a coupon: `more` is 1 as it is about to leave, -1 when it surely did not.

    One about to leave says from when, and until when, the coupon is good if it is the first.
    """

    coupon_id: int
    more: int
    sent_at: dt.datetime | None = None
    expires_at: dt.datetime | None = None


class Term(NamedTuple):
    sent_at: dt.datetime | None
    expires_at: dt.datetime | None


def hold_terms(coupon_ids: Collection[int]) -> dict[int, Term]:
    """Keep these terms as they are until the transaction ends; returns them as they are."""
    locked = Coupon.objects.select_for_update(no_key=True).filter(pk__in=coupon_ids).order_by("pk")
    return {pk: Term(*term) for pk, *term in locked.values_list("pk", "sent_at", "expires_at")}


def count_sendings(sendings: Sequence[Sending]) -> None:
    """Begin and take back the terms of coupons that are locked, in one statement."""
    columns = dict(zip(Sending._fields, map(list, zip(*sendings, strict=True)), strict=True))
    with connection.cursor() as cursor:
        cursor.execute(COUNT, {"id": columns.pop("coupon_id"), **columns})
