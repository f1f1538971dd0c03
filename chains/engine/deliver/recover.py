"""What a worker that died or lost its lease left behind."""

from __future__ import annotations

import datetime as dt
import logging
from collections import Counter

from django.db import connection

from chains.channels.registry import senders
from chains.engine.claim import Counts
from chains.engine.deliver.outcomes import MOST_ATTEMPTS

logger = logging.getLogger(__name__)

# What was *claimed* was provably never tried and simply waits again. What was *sending* is uncertain: service, and
# channels that know a message by its key, try again under the same key; marketing is left to a human. Both end after so
# many attempts.
RECOVER = """
    WITH abandoned AS (
        SELECT id FROM chains_touch
        WHERE status IN ('claimed', 'sending') AND lease_until <= %(now)s
        ORDER BY lease_until LIMIT %(limit)s FOR UPDATE SKIP LOCKED
    ), recovered AS (
        UPDATE chains_touch AS touch SET
            status = CASE
                WHEN status = 'claimed' THEN 'scheduled'
                WHEN purpose = 'marketing' AND channel <> ALL(%(idempotent)s) THEN 'unknown'
                WHEN attempts + 1 >= %(most)s THEN 'failed'
                ELSE 'scheduled'
            END,
            reason = CASE
                WHEN status = 'claimed' THEN ''
                WHEN attempts + 1 >= %(most)s AND purpose = 'service' THEN 'gave_up'
                ELSE 'interrupted'
            END,
            attempts = attempts + (status = 'sending')::int,
            facts = '{}',
            lease = NULL,
            lease_until = NULL
        FROM abandoned WHERE touch.id = abandoned.id
        RETURNING touch.status
    )
    SELECT status, count(*) FROM recovered GROUP BY status ORDER BY status
"""


def recover(now: dt.datetime, limit: int = 1000) -> Counts:
    """Settle touches whose lease ran out."""
    idempotent = [str(name) for name, channel in senders().items() if channel.is_idempotent]
    with connection.cursor() as cursor:
        cursor.execute(RECOVER, {"now": now, "limit": limit, "idempotent": idempotent, "most": MOST_ATTEMPTS})
        counts = dict(cursor.fetchall())
    if counts:
        words = ", ".join(f"{count} {status}" for status, count in counts.items())
        logger.warning("A worker died or was too slow; of the messages it had taken are now %s", words)
    return Counter({"retried" if status == "scheduled" else status: count for status, count in counts.items()})
