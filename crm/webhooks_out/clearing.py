"""How long messages to other systems are kept."""

from __future__ import annotations

import datetime as dt

from crm.models import WebhookMessage

# Longer than the last attempt of any message, and than any step of a chain waits for its answer.
KEPT = dt.timedelta(days=30)


def clear(now: dt.datetime) -> int:
    """Delete what is older, also what an endpoint that stands still has not taken by then; how many."""
    return WebhookMessage.objects.filter(created_at__lt=now - KEPT).delete()[0]
