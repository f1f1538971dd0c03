"""The third verb: decide about every message that is due, and take those that may go out.

What may go out is leased to this worker in the same transaction, so that nothing is cleared and left lying.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from uuid import UUID, uuid4

from django.db import connection, transaction

from chains.engine.claim import BATCH, Counts, claim_customers
from chains.engine.guard.due_touches import due_touches
from chains.engine.guard.quiet_hours import QuietTimes
from chains.engine.guard.recipients import recipients
from chains.engine.guard.rules import decide
from chains.engine.guard.values import Decision, Limits
from chains.engine.json_rows import as_json
from chains.engine.moments import moment_of
from chains.models import ChannelState, QuietHours, Reputation, Touch
from crm.models import Purpose, Shop

LEASE = dt.timedelta(minutes=5)
# Unqualified names: a rehearsal shadows the table.
WRITE_DECISIONS = """
    UPDATE chains_touch AS touch SET
        status = decision.status,
        reason = decision.reason,
        facts = decision.facts,
        due_at = coalesce(decision.until, touch.due_at),
        channel = coalesce(decision.channel, touch.channel),
        contact_id = coalesce(decision.contact, touch.contact_id),
        asks = coalesce(decision.asks, touch.asks),
        lease = CASE decision.status WHEN 'claimed' THEN %(lease)s::uuid END,
        lease_until = CASE decision.status WHEN 'claimed' THEN %(lease_until)s::timestamptz END
    FROM json_to_recordset(%(decisions)s::json) AS decision (
        id bigint, status text, reason text, facts jsonb, until timestamptz, channel text, contact bigint,
        asks text
    )
    WHERE touch.id = decision.id AND touch.status = 'scheduled'
"""


def guard(now: dt.datetime, lease: UUID | None = None, limit: int = BATCH) -> Counts:
    """Decide about all due touches of up to `limit` customers; what passes is leased to `lease`."""
    with transaction.atomic():
        decisions = _decisions(_claim(now, limit), now)
        write_decisions(decisions, lease or uuid4(), now + LEASE)
    return Counter(
        "postponed" if decision.status == Touch.Status.SCHEDULED else str(decision.status) for decision in decisions
    )


def _claim(now: dt.datetime, limit: int) -> set[int]:
    """Customers with something due, service before marketing: two queries, each along its own index."""
    due = Touch.objects.due(now).order_by("due_at", "id")
    claimed = claim_customers(due.filter(purpose=Purpose.SERVICE), now, limit)
    if len(claimed) < limit:
        claimed |= claim_customers(due.filter(purpose=Purpose.MARKETING), now, limit - len(claimed))
    return claimed


def _decisions(customers: set[int], now: dt.datetime) -> list[Decision]:
    if not customers:
        return []
    shop = Shop.load()
    touches = due_touches(customers, shop, now)
    recipient_of, limits = recipients(touches, shop, now), _limits(shop, now)
    return [
        decision
        for pk, due in touches.items()
        for decision in decide(recipient_of[pk], due, limits, moment_of(now, pk))
    ]


def _limits(shop: Shop, now: dt.datetime) -> Limits:
    return Limits(
        weekly_cap=shop.weekly_cap,
        less_cap=shop.less_cap,
        more_cap=shop.more_cap,
        rest_days=shop.rest_days,
        survey_days=shop.survey_days,
        quiet=QuietTimes.of(shop, QuietHours.objects.all()),
        down_until=ChannelState.objects.down_until(now),
        spam_stopped=Reputation.stopped_channels(),
    )


def write_decisions(decisions: Sequence[Decision], lease: UUID, lease_until: dt.datetime) -> None:
    if not decisions:
        return
    rows = as_json(
        {
            "id": decision.touch_id,
            "status": decision.status,
            "reason": decision.reason,
            "facts": decision.facts,
            "until": decision.until,
            "channel": decision.channel,
            "contact": decision.contact_id,
            "asks": decision.asks,
        }
        for decision in decisions
    )
    with connection.cursor() as cursor:
        cursor.execute(WRITE_DECISIONS, {"decisions": rows, "lease": lease, "lease_until": lease_until})
