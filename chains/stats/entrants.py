"""How many wait to enter a chain."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, Max, Q

from chains.models import Backlog, Chain, Entrant


@dataclass(frozen=True, slots=True)
class WaitingEntrants:
    kept_out: int  # until staff decide
    let_in: int  # and waiting for their turn
    last_at: dt.datetime | None
    is_searching: bool  # whether the backlog may hold more


def waiting_entrants(chain: Chain) -> WaitingEntrants:
    counts = Entrant.objects.filter(chain=chain).aggregate(
        kept_out=Count("customer", distinct=True, filter=Q(enters_at=None)),
        let_in=Count("customer", distinct=True, filter=Q(enters_at__isnull=False)),
        last_at=Max("enters_at"),
    )
    return WaitingEntrants(**counts, is_searching=Backlog.objects.filter(chain=chain).exists())
