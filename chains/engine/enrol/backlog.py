"""Those to whom it had happened before a chain was switched on, let in as its marketer decided.

The same code counts them for the question and lets them in. The past is searched from the newest week back; whoever is
found waits, to be let in at once or at their share of the days it is spread over.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from django.db import transaction

from chains.engine.claim import Counts
from chains.engine.enrol import triggers
from chains.engine.enrol.admission import add_entrants
from chains.engine.enrol.date_triggers import Window
from chains.engine.enrol.eligibility import EntryRequest, eligible
from chains.engine.local_time import DAY, spread
from chains.models import Backlog, Chain, Entrant
from chains.program import program
from chains.program.program import Program
from crm.id_lookups import any_one
from crm.models import Event, EventKind
from segments.models import Membership

SLICE = 7 * DAY


@dataclass(frozen=True, slots=True)
class BacklogCount:
    count: int
    is_whole: bool = True  # not when the time to count ran out


def search(chain_id: int, now: dt.datetime) -> Counts:
    """Look through one more slice of the past that is still to be let in; one worker at a time."""
    with transaction.atomic():
        row = Backlog.objects.at_hand(chain_id)
        if row is None or row.chain.version_id is None:
            return Counter()
        plan = program.load([row.chain.version_id])[row.chain.version_id]
        within = Window(max(row.since_at, row.until_at - SLICE), row.until_at)
        found = _not_waiting(plan, _eligible(plan, within, now))
        let_in = [replace(entry, is_let_in=True) for entry in found]
        add_entrants(let_in, [_enters_at(row, entry) for entry in let_in], now)
        if within.since <= row.since_at:
            row.delete()
        else:
            Backlog.objects.filter(pk=row.pk).update(until_at=within.since)
        # The search itself counts as work: an empty week must not end the pass.
        return Counter({"searched": 1, "let_in": len(let_in)})


def count(plan: Program, since: dt.datetime, now: dt.datetime, is_late: Iterator[bool]) -> BacklogCount:
    """How many would enter at once if the chain began with what happened since then."""
    until, total = now, 0
    seen: set[int] = set()
    while until > since:
        if next(is_late):
            return BacklogCount(total, is_whole=False)
        within = Window(max(since, until - SLICE), until)
        entries = _eligible(plan, within, now)
        if plan.re_entry != Chain.ReEntry.PER_ORDER:
            entries = [entry for entry in entries if entry.customer_id not in seen]
            seen.update(entry.customer_id for entry in entries)
        total += len(entries)
        until = within.since
    return BacklogCount(total)


def _eligible(plan: Program, within: Window, now: dt.datetime) -> list[EntryRequest]:
    past = _past(plan, within)
    return eligible(past if plan.re_entry == Chain.ReEntry.PER_ORDER else _newest(past), now)


def _past(plan: Program, within: Window) -> Iterable[EntryRequest]:
    if plan.trigger.is_by_calendar:
        return []
    if plan.trigger.kind != Chain.Trigger.EVENT:
        return triggers.found(plan, within)[0]
    if plan.trigger.event == EventKind.SEGMENT_ENTERED:
        return _members(plan, within)
    return _events(plan, within)


def _events(plan: Program, within: Window) -> Iterator[EntryRequest]:
    """Imported history counts too, as its marketer chose to let the past in."""
    events = Event.objects.filter(kind=plan.trigger.event, occurred_at__gt=within.since, occurred_at__lte=within.until)
    if plan.trigger.segment:
        events = events.filter(properties__segment=plan.trigger.segment)
    for pk, customer, at, order in events.values_list("pk", "customer_id", "occurred_at", "order_id").iterator():
        yield EntryRequest(plan, customer, at, order, pk)


def _members(plan: Program, within: Window) -> Iterator[EntryRequest]:
    """Who is in the segment now, also without an event that they entered it: its first members have none."""
    memberships = Membership.objects.open().filter(
        segment=plan.trigger.segment, entered_at__gt=within.since, entered_at__lte=within.until
    )
    for customer, at in memberships.values_list("customer_id", "entered_at").iterator():
        yield EntryRequest(plan, customer, at)


def _newest(entries: Iterable[EntryRequest]) -> list[EntryRequest]:
    """The last one of each customer."""
    last: dict[int, EntryRequest] = {}
    for entry in entries:
        other = last.get(entry.customer_id)
        if other is None or other.triggered_at < entry.triggered_at:
            last[entry.customer_id] = entry
    return list(last.values())


def _not_waiting(plan: Program, entries: list[EntryRequest]) -> list[EntryRequest]:
    if plan.re_entry == Chain.ReEntry.PER_ORDER:
        return entries
    ids = [entry.customer_id for entry in entries]
    entrants = Entrant.objects.filter(chain=any_one(plan.chain_id), customer__in=ids)
    waiting = set(entrants.values_list("customer_id", flat=True))
    return [entry for entry in entries if entry.customer_id not in waiting]


def _enters_at(row: Backlog, entry: EntryRequest) -> dt.datetime:
    """Everybody has a steady share of the days of their own."""
    share = spread(f"{entry.program.chain_id}:{entry.customer_id}:{entry.key}", row.spread_days * DAY)
    return row.enters_from_at + share
