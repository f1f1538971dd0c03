"""Who may enter a chain: those its rule names, as often as it says."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Max, Q

from chains.engine import facts
from chains.models import Chain, Enrolment
from chains.program.program import Program
from crm.id_lookups import any_of
from crm.models import Customer
from segments.subjects import Subject


@dataclass(frozen=True, slots=True)
class EntryRequest:
    """Something that would start a chain for somebody."""

    program: Program
    customer_id: int
    triggered_at: dt.datetime
    order_id: int | None = None
    event_id: int | None = None
    started_at: dt.datetime | None = None  # when they were let in, if later than it happened
    is_let_in: bool = False  # by decision of staff, past the surge limit

    @property
    def key(self) -> str:
        """What makes this entry unique for the customer, by the chain's re-entry rule."""
        return self.program.entry_key(self.order_id, self.triggered_at)

    @property
    def chain_and_customer(self) -> tuple[int, int]:
        return self.program.chain_id, self.customer_id

    @property
    def counts_from(self) -> dt.datetime:
        return self.started_at or self.triggered_at


def eligible(entries: Iterable[EntryRequest], now: dt.datetime) -> list[EntryRequest]:
    """Those whom audience and re-entry rule let in, of equal ones the first, in the order in which it happened."""
    ordered = sorted(entries, key=lambda entry: (entry.triggered_at, entry.chain_and_customer))
    return _allowed_again(_in_audience(_not_in_yet(_current(ordered)), now))


def _current(entries: Sequence[EntryRequest]) -> list[EntryRequest]:
    ids = {entry.customer_id for entry in entries}
    current = set(Customer.objects.current().filter(pk__in=ids).values_list("pk", flat=True)) if ids else set()
    return [entry for entry in entries if entry.customer_id in current]


def _not_in_yet(entries: Sequence[EntryRequest]) -> list[EntryRequest]:
    """Those that have not entered by the same key, each once."""
    if not entries:
        return []
    past = Enrolment.objects.filter(
        any_of("chain", {entry.program.chain_id for entry in entries}),
        customer__in={entry.customer_id for entry in entries},
        entry_key__in={entry.key for entry in entries},
    )
    seen = set(past.values_list("chain_id", "customer_id", "entry_key"))
    fresh = []
    for entry in entries:
        identity = (*entry.chain_and_customer, entry.key)
        if identity not in seen:
            seen.add(identity)
            fresh.append(entry)
    return fresh


def _in_audience(entries: Sequence[EntryRequest], now: dt.datetime) -> list[EntryRequest]:
    """The rule of each chain is evaluated once for all who ask to enter it."""
    subjects_of: dict[int, list[Subject]] = defaultdict(list)
    rules = {}
    for number, entry in enumerate(entries):
        if entry.program.audience is not None:
            version = entry.program.version_id
            subjects_of[version].append(Subject(number, entry.customer_id, entry.order_id, entry.event_id))
            rules[version] = entry.program.audience
    holding = {
        number
        for version, subjects in subjects_of.items()
        for number in facts.holding_now(rules[version], subjects, now)
    }
    return [entry for number, entry in enumerate(entries) if entry.program.audience is None or number in holding]


def _allowed_again(entries: Sequence[EntryRequest]) -> list[EntryRequest]:
    """Of chains that may be entered again after N days: nobody still in it, nobody too early. Entries are in order."""
    again = [entry for entry in entries if entry.program.re_entry == Chain.ReEntry.AFTER_DAYS]
    if not again:
        return list(entries)
    past = Enrolment.objects.filter(
        any_of("chain", {entry.program.chain_id for entry in again}),
        customer__in={entry.customer_id for entry in again},
    )
    rows = past.values_list("chain_id", "customer_id").annotate(
        last=Max("triggered_at"), active=Max("triggered_at", filter=Q(status=Enrolment.Status.ACTIVE))
    )
    last = {(chain, customer): at for chain, customer, at, _active in rows}
    inside = {(chain, customer) for chain, customer, _at, active in rows if active}
    allowed = []
    for entry in entries:
        if entry.program.re_entry == Chain.ReEntry.AFTER_DAYS:
            before = last.get(entry.chain_and_customer)
            gap = dt.timedelta(days=entry.program.re_entry_days)
            if entry.chain_and_customer in inside or (before and entry.triggered_at < before + gap):
                continue
            last[entry.chain_and_customer] = entry.triggered_at
            inside.add(entry.chain_and_customer)
        allowed.append(entry)
    return allowed
