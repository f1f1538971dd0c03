"""Slices of leased touches: what became of the last one, and marking the next one as being sent.

Unqualified names: a rehearsal shadows these tables.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection

from chains.engine.json_rows import as_json
from chains.models import Touch
from crm.loyalty import Sending

# One statement records what became of the last slice and begins the next, so that a slice costs one commit.
# Fenced on the lease: a worker that lost it neither begins anything nor overwrites what another has decided since.
# What is leased and not *sending* is *claimed*; asked for by that name, the planner may walk the index of all that was
# ever sent.
BEGIN_SLICE = """
    WITH ended AS (
        UPDATE chains_touch AS touch SET
            status = result.status,
            reason = result.reason,
            facts = result.facts,
            due_at = coalesce(result.due_at, touch.due_at),
            sent_at = result.sent_at,
            attempts = result.attempts,
            lease = NULL,
            lease_until = NULL
        FROM json_to_recordset(%(ended)s::json) AS result (
            id bigint, status text, reason text, facts jsonb, due_at timestamptz, sent_at timestamptz, attempts int
        )
        WHERE touch.id = result.id AND touch.lease = %(lease)s::uuid
        RETURNING touch.id
    ), begun AS (
        UPDATE chains_touch AS touch SET status = 'sending', subject = next.subject, links = next.links
        FROM json_to_recordset(%(begun)s::json) AS next (id bigint, subject text, links jsonb)
        WHERE touch.id = next.id AND touch.status <> 'sending'
            AND touch.lease = %(lease)s::uuid AND touch.lease_until > %(clock)s::timestamptz
        RETURNING touch.id
    )
    SELECT array(SELECT id FROM ended), array(SELECT id FROM begun)
"""

# Of touches whose slice ends or begins in the same transaction.
SHOW_COUPONS = """
    UPDATE chains_touch AS touch SET coupon_id = shown.coupon
    FROM unnest(%(touch)s::bigint[], %(coupon)s::bigint[]) AS shown (touch, coupon)
    WHERE touch.id = shown.touch
"""


@dataclass(frozen=True, slots=True)
class TouchResult:
    """What became of a touch that was taken; `due_at` is set when it goes back to wait."""

    touch_id: int
    status: str
    reason: str = Touch.Reason.NONE
    facts: dict[str, Any] = field(default_factory=dict)
    due_at: dt.datetime | None = None
    sent_at: dt.datetime | None = None
    attempts: int = 0

    @property
    def may_have_left(self) -> bool:
        return self.status == Touch.Status.SENT or self.reason in {Touch.Reason.INTERRUPTED, Touch.Reason.GAVE_UP}


@dataclass(frozen=True, slots=True)
class SendingRecord:
    """A rendered touch about to be handed over; its links have to be known before anybody can click them.

    `coupon` is what it shows for the first time. One that was perhaps sent before shows what it showed then.
    """

    touch_id: int
    subject: str
    links: list[str]
    coupon: Sending | None = None


class SliceWritten(NamedTuple):
    """Of touches, by id: recorded as asked, and begun; without those that another worker has taken meanwhile."""

    ended: set[int]
    begun: set[int]


def begin_slice(
    endings: Sequence[TouchResult], beginnings: Sequence[SendingRecord], lease: UUID, clock: dt.datetime
) -> SliceWritten:
    """Record the endings and begin the next slice, whose touches may then be handed over."""
    ended = as_json(
        {
            "id": ending.touch_id,
            "status": ending.status,
            "reason": ending.reason,
            "facts": ending.facts,
            "due_at": ending.due_at,
            "sent_at": ending.sent_at,
            "attempts": ending.attempts,
        }
        for ending in endings
    )
    begun = as_json({"id": item.touch_id, "subject": item.subject[:500], "links": item.links} for item in beginnings)
    with connection.cursor() as cursor:
        cursor.execute(BEGIN_SLICE, {"ended": ended, "begun": begun, "lease": lease, "clock": clock})
        recorded, taken = cursor.fetchone()
    return SliceWritten(set(recorded), set(taken))


def show_coupons(shown: Mapping[int, int | None]) -> None:
    """Note which coupon each of these touches shows; None where it turned out not to have been sent."""
    with connection.cursor() as cursor:
        cursor.execute(SHOW_COUPONS, {"touch": list(shown), "coupon": list(shown.values())})
