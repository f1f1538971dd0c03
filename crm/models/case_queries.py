"""Which cases wait for whom, and in what order."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce

if TYPE_CHECKING:
    from crm.models.case import Case

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


class CaseQuerySet(models.QuerySet["Case"]):
    def open(self) -> Self:
        return self.filter(resolved_at=None)

    def standing_for(self, case: Case) -> Self:
        """The case itself, or the one it was merged into meanwhile."""
        return self.filter(Q(pk=case.pk, merged_into=None) | Q(merged_from=case))

    def complaints(self) -> Self:
        return self.filter(kind="complaint")

    def waiting(self) -> Self:
        """Open cases that it is our turn in."""
        return self.filter(WAITS_FOR_US)

    def awaiting_customer(self) -> Self:
        """Open cases in which the customer has the next word, who waits longest first."""
        return self.open().exclude(awaits_customer_at=None).order_by("awaits_customer_at", "pk")

    def held(self) -> Self:
        """Open cases that wait for somebody else, who waits longest first."""
        return self.open().exclude(held_at=None).order_by("held_at", "pk")

    def silent(self, since: dt.datetime) -> Self:
        """Cases whose customer has not said a word since then."""
        return self.awaiting_customer().filter(awaits_customer_at__lte=since)

    def to_ask(self, now: dt.datetime, after: dt.timedelta) -> Self:
        """Settled so long ago that the customer can say whether they are content, and not asked yet."""
        settled = self.filter(confirmed_at=None, content_asked_at=None, ending="")
        return settled.filter(resolved_at__lte=now - after, resolved_at__gt=now - ASKED_WITHIN).order_by(
            "resolved_at", "pk"
        )

    def queue(self) -> Self:
        """What waits for us: by urgency, by the time promised, by how long it has waited."""
        return self.waiting().annotate(urgency=URGENCY).order_by(*BY_URGENCY)

    def overdue(self, now: dt.datetime) -> Self:
        """Cases that wait for us longer than was promised."""
        return self.waiting().filter(promised_at__lt=now)

    def unanswered(self) -> Self:
        """Open cases whose customer wrote last."""
        return self.open().exclude(unanswered_at=None)
