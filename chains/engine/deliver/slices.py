"""Slices of leased touches: recording what became of the last one, and marking the next one as being sent.

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
from crm.loyalty import CouponSending

# One statement records what became of the last slice and begins the next, so that a slice costs one commit. With it go
# the messages to other systems that listen for what was sent; where none does, it looks into an empty table.
# Fenced on the lease: a worker that lost it neither begins anything nor overwrites what another has decided since.
# What is leased and not *sending* is *claimed*; if the statement asked for that status, the planner might walk the
# index of all that was ever sent.
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
        RETURNING touch.id, touch.chain_id, touch.customer_id, touch.order_id, touch.step_key, touch.step_name,
            touch.channel, touch.purpose, touch.status, touch.sent_at
    ), told AS (
        INSERT INTO crm_webhookmessage (endpoint_id, key, kind, customer_id, order_id, occurred_at, data)
        SELECT endpoint.id, 'sent:' || ended.id, 'message.sent', ended.customer_id, ended.order_id, ended.sent_at,
               jsonb_build_object('touch', ended.id, 'chain', ended.chain_id, 'step', ended.step_key,
                                  'step_name', ended.step_name, 'channel', ended.channel, 'purpose', ended.purpose)
        FROM ended JOIN crm_webhookendpoint AS endpoint ON 'message.sent' = ANY (endpoint.kinds)
        WHERE ended.status = 'sent' AND endpoint.gone_at IS NULL
        ON CONFLICT (endpoint_id, key) DO NOTHING
    ), begun AS (
        UPDATE chains_touch AS touch SET status = 'sending', subject = next.subject, links = next.links
        FROM json_to_recordset(%(begun)s::json) AS next (id bigint, subject text, links jsonb)
        WHERE touch.id = next.id AND touch.status <> 'sending'
            AND touch.lease = %(lease)s::uuid AND touch.lease_until > %(clock)s::timestamptz
        RETURNING touch.id
    )
    SELECT array(SELECT id FROM ended), array(SELECT id FROM begun)
"""

# The slice of these touches ends or begins in the same transaction.
SHOW_COUPONS = """
    UPDATE chains_touch AS touch SET coupon_id = shown.coupon
    FROM unnest(%(touch)s::bigint[], %(coupon)s::bigint[]) AS shown (touch, coupon)
    WHERE touch.id = shown.touch
"""


@dataclass(frozen=True, slots=True)
class TouchResult:
    """What became of a leased touch."""

    touch_id: int
    status: str
    reason: str = Touch.Reason.NONE
    facts: dict[str, Any] = field(default_factory=dict)
    due_at: dt.datetime | None = None  # when it goes back to wait
    sent_at: dt.datetime | None = None
    attempts: int = 0

    @property
    def may_have_left(self) -> bool:
        return self.status == Touch.Status.SENT or self.reason in {Touch.Reason.INTERRUPTED, Touch.Reason.GAVE_UP}


@dataclass(frozen=True, slots=True)
class SendingRecord:
    """What is known of a touch that is about to be handed over: its links, before anybody can click them."""

    touch_id: int
    subject: str
    links: list[str]
    coupon: CouponSending | None = None  # that it shows for the first time


class SliceWritten(NamedTuple):
    """Ids of the touches that were written; another worker may have taken some meanwhile."""

    ended: set[int]
    begun: set[int]


def begin_slice(
    results: Sequence[TouchResult], sending: Sequence[SendingRecord], lease: UUID, clock: dt.datetime
) -> SliceWritten:
    """Record the results and begin the next slice, whose touches may then be handed over."""
    ended = as_json(
        {
            "id": result.touch_id,
            "status": result.status,
            "reason": result.reason,
            "facts": result.facts,
            "due_at": result.due_at,
            "sent_at": result.sent_at,
            "attempts": result.attempts,
        }
        for result in results
    )
    begun = as_json({"id": item.touch_id, "subject": item.subject[:500], "links": item.links} for item in sending)
    with connection.cursor() as cursor:
        cursor.execute(BEGIN_SLICE, {"ended": ended, "begun": begun, "lease": lease, "clock": clock})
        ended_ids, begun_ids = cursor.fetchone()
    return SliceWritten(set(ended_ids), set(begun_ids))


def show_coupons(shown: Mapping[int, int | None]) -> None:
    """Note which coupon each of these touches shows; None where it turned out not to have been sent."""
    with connection.cursor() as cursor:
        cursor.execute(SHOW_COUPONS, {"touch": list(shown), "coupon": list(shown.values())})
