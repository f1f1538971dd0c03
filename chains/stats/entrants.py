"""Who waits before a chain's door, in counts."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, Max, Q

from chains.models import Backlog, Chain, Entrant


@dataclass(frozen=True, slots=True)
class WaitingEntrants:
    """`kept_out` wait for a decision, `let_in` for their turn, the last of them at `last_at`."""

    kept_out: int
    let_in: int
    last_at: dt.datetime | None
    is_searching: bool


def door(chain: Chain) -> WaitingEntrants:
    counts = Entrant.objects.filter(chain=chain).aggregate(
        kept_out=Count("customer", distinct=True, filter=Q(enters_at=None)),
        let_in=Count("customer", distinct=True, filter=Q(enters_at__isnull=False)),
        last_at=Max("enters_at"),
    )
    return WaitingEntrants(**counts, is_searching=Backlog.objects.filter(chain=chain).exists())
