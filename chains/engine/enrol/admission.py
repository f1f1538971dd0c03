"""Whoever may enter a chain does, unless it is closed by a pause or a surge. Then they wait, and nobody is lost.

A surge is when more want to enter within the hour or the day than the chain's limit. The first of them enter, the chain
closes, and staff decide about the others. Whom staff let in are not counted.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Case, Count, F, Value, When
from django.db.models.functions import Coalesce, Greatest

from chains.engine.enrol.control_group import control_entries
from chains.engine.enrol.eligibility import EntryRequest, eligible
from chains.engine.json_rows import as_json
from chains.engine.local_time import DAY, HOUR
from chains.engine.moments import moment_of
from chains.models import Chain, Enrolment

# Returning tells how many are new: the same entry found twice is one.
ENTER = """
    INSERT INTO chains_enrolment (
        chain_id, version_id, customer_id, order_id, event_id, entry_key, triggered_at, started_at, step_key,
        arrived_at, due_at, is_control, entered_at, status, ending, awaits
    )
    SELECT entry.*, 'active', '', ''
    FROM json_to_recordset(%(entries)s::json) AS entry (
        chain_id bigint, version_id bigint, customer_id bigint, order_id bigint, event_id bigint, entry_key text,
        triggered_at timestamptz, started_at timestamptz, step_key text, arrived_at timestamptz, due_at timestamptz,
        is_control bool, entered_at timestamptz
    )
    ON CONFLICT (customer_id, chain_id, entry_key) DO NOTHING
    RETURNING id
"""
ADD_ENTRANTS = """
    INSERT INTO chains_entrant (
        chain_id, customer_id, order_id, event_id, entry_key, triggered_at, enters_at, is_let_in, created_at
    )
    SELECT entry.*, %(now)s
    FROM json_to_recordset(%(entries)s::json) AS entry (
        chain_id bigint, customer_id bigint, order_id bigint, event_id bigint, entry_key text,
        triggered_at timestamptz, enters_at timestamptz, is_let_in bool
    )
    ON CONFLICT (customer_id, chain_id, entry_key) DO NOTHING
    RETURNING id
"""


@dataclass(slots=True)
class Admission:
    is_live: bool
    is_closed: bool
    room: int | None  # how many more may enter without a decision of staff; None: any number

    def admits(self, entry: EntryRequest) -> bool:
        """Whether this one enters; unless staff let them in, they take room."""
        if not self.is_live:
            return False
        if entry.is_let_in:
            return True
        if self.is_closed or self.room == 0:
            self.is_closed = True
            return False
        if self.room is not None:
            self.room -= 1
        return True


def enter(entries: Iterable[EntryRequest], now: dt.datetime) -> int:
    """Enrol those who may enter and are admitted, note the others as waiting; returns how many are new."""
    allowed = eligible(entries, now)
    if not allowed:
        return 0
    admissions = _admissions({entry.program.chain_id for entry in allowed}, now)
    closed = _closed(admissions)
    admitted: list[EntryRequest] = []
    kept_out: list[EntryRequest] = []
    for entry in allowed:
        (admitted if admissions[entry.program.chain_id].admits(entry) else kept_out).append(entry)
    surged = _closed(admissions) - closed
    if surged:
        Chain.objects.filter(pk__in=surged).update(surged_at=now)
    add_entrants(kept_out, [None] * len(kept_out), now)
    return _enrol(admitted, now)


def _closed(admissions: Mapping[int, Admission]) -> set[int]:
    return {chain for chain, admission in admissions.items() if admission.is_closed}


def add_entrants(entries: Sequence[EntryRequest], enters_at: Sequence[dt.datetime | None], now: dt.datetime) -> int:
    """Note who waits to enter, and until when (None: until staff decide); returns how many are new."""
    if not entries:
        return 0
    rows = as_json(
        {**_row(entry), "enters_at": at, "is_let_in": entry.is_let_in}
        for entry, at in zip(entries, enters_at, strict=True)
    )
    with connection.cursor() as cursor:
        cursor.execute(ADD_ENTRANTS, {"entries": rows, "now": now})
        return len(cursor.fetchall())


def _enrol(entries: Sequence[EntryRequest], now: dt.datetime) -> int:
    if not entries:
        return 0
    in_control = control_entries(entries)
    rows = as_json(
        {
            **_row(entry),
            "version_id": entry.program.version_id,
            "started_at": entry.started_at,
            "step_key": entry.program.steps[0].key,
            "arrived_at": entry.counts_from,
            "due_at": entry.counts_from,
            "is_control": entry.chain_and_customer in in_control,
            "entered_at": moment_of(now, entry.customer_id),
        }
        for entry in entries
    )
    with connection.cursor() as cursor:
        cursor.execute(ENTER, {"entries": rows})
        return len(cursor.fetchall())


def _row(entry: EntryRequest) -> dict[str, Any]:
    return {
        "chain_id": entry.program.chain_id,
        "customer_id": entry.customer_id,
        "order_id": entry.order_id,
        "event_id": entry.event_id,
        "entry_key": entry.key,
        "triggered_at": entry.triggered_at,
    }


def _admissions(chains: Collection[int], now: dt.datetime) -> dict[int, Admission]:
    """By chain. Those with a limit are locked, in id order, so that two workers share their room."""
    limited = Chain.objects.filter(pk__in=chains, surge_limit__isnull=False).order_by("pk")
    locked = list(limited.select_for_update(no_key=True).values_list("pk", flat=True))
    entered = _entered_lately(locked, now) if locked else {}
    rows = Chain.objects.filter(pk__in=chains).values_list("pk", "status", "surged_at", "surge_limit")
    return {
        pk: Admission(
            is_live=status == Chain.Status.LIVE,
            is_closed=surged_at is not None,
            room=None if limit is None else max(limit - entered.get(pk, 0), 0),
        )
        for pk, status, surged_at, limit in rows
    }


def _entered_lately(chains: Collection[int], now: dt.datetime) -> dict[int, int]:
    """How many entered each, not let in by staff, within its hour or day and since staff last decided."""
    span = Case(When(chain__surge_span=Chain.Span.HOUR, then=Value(now - HOUR)), default=Value(now - DAY))
    rows = Enrolment.objects.filter(
        chain__in=chains,
        started_at=None,
        entered_at__gt=Greatest(span, Coalesce(F("chain__calm_since"), Value(now - DAY))),
    )
    return dict(rows.order_by().values_list("chain").annotate(Count("pk")))
