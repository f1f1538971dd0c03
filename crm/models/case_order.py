"""Which cases wait for whom, and in what order."""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce

WAITS_FOR_US = Q(resolved_at=None, held_at=None, awaits_customer_at=None)
# Complaints go before questions only where both are urgent. Spelt out as a migration does, which compares the index.
URGENCY = models.Case(
    models.When(Q(kind="complaint", severity="high"), then=models.Value(0)),
    models.When(Q(severity="high"), then=models.Value(1)),
    models.When(Q(severity="normal"), then=models.Value(2)),
    default=models.Value(3),
)
BY_URGENCY = (
    URGENCY.asc(),
    models.F("promised_at").asc(nulls_last=True),
    Coalesce(models.F("unanswered_at"), models.F("opened_at")).asc(),
    models.F("id").asc(),
)
MOST_URGENT_FIRST = (
    models.Case(models.When(WAITS_FOR_US, then=0), models.When(resolved_at=None, then=1), default=2).asc(),
    *BY_URGENCY,
)
# Whoever was content or not so long ago is not asked any more.
ASKED_WITHIN = dt.timedelta(days=30)
