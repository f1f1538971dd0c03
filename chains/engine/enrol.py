"""The first verb: let into chains those to whom something happened, or whose moment has come."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Collection

from django.db import transaction

from chains import program
from chains.engine import triggers
from chains.engine.claim import BATCH, Counts, claim_customers
from chains.engine.entry import Entry, enter
from chains.engine.wake import Heard, wake
from chains.models import Chain
from chains.program import Program
from crm.models import EventInbox

# The watermark of a chain at rest is moved no oftener: it would be a hot row.
WATERMARK_EVERY = dt.timedelta(minutes=5)


def enrol(now: dt.datetime, limit: int = BATCH) -> Counts:
    """Handle the inbox of up to `limit` events' customers and every time trigger that is due."""
    live = _live()
    counts = _by_events(live, now, limit)
    for pk, plan in live.items():
        if plan.trigger.kind != Chain.Trigger.EVENT:
            counts += _by_clock(pk, now, limit)
    return counts


def _live() -> dict[int, Program]:
    versions = dict(Chain.objects.live().values_list("pk", "version_id"))
    programs = program.load(pk for pk in versions.values() if pk)
    return {chain: programs[version] for chain, version in versions.items() if version}


@transaction.atomic
def _by_events(live: dict[int, Program], now: dt.datetime, limit: int) -> Counts:
    inbox = EventInbox.objects.filter(consumer=EventInbox.Consumer.CHAINS)
    customers = claim_customers(inbox.order_by("id"), limit)
    if not customers:
        return Counter()
    rows = inbox.filter(customer__in=customers).order_by("event__occurred_at", "event_id")
    heard = [Heard(*row) for row in rows.values_list(*Heard._fields)]
    wake(heard, now)
    entered = enter(_started(heard, live), now)
    EventInbox.objects.filter(pk__in=[row.pk for row in heard]).delete()
    return Counter({"events": len(heard), "entered": entered})


def _started(heard: Collection[Heard], live: dict[int, Program]) -> list[Entry]:
    """An entry for every event that starts a chain, unless it happened before the chain was switched on."""
    chains: dict[str, list[Program]] = defaultdict(list)
    for plan in live.values():
        if plan.trigger.kind == Chain.Trigger.EVENT:
            chains[plan.trigger.event].append(plan)
    since = dict(Chain.objects.filter(pk__in=live).values_list("pk", "watermark_at"))
    return [
        Entry(plan, row.event__customer_id, row.event__occurred_at, row.event__order_id)
        for row in heard
        for plan in chains.get(row.event__kind, ())
        if row.event__occurred_at > (since[plan.chain_id] or row.event__occurred_at)
    ]


@transaction.atomic
def _by_clock(chain_id: int, now: dt.datetime, limit: int) -> Counts:
    """One worker at a time looks at a chain's window, and moves its watermark with the entries it made."""
    chain = (
        Chain.objects.live()
        .filter(pk=chain_id)
        .select_for_update(of=("self",), no_key=True, skip_locked=True)
        .only("version", "watermark_at")
        .first()
    )
    if chain is None or chain.version_id is None or chain.watermark_at is None:
        return Counter()
    plan = program.load([chain.version_id])[chain.version_id]
    window = triggers.window(plan, chain.watermark_at, now)
    entries, until = triggers.found(plan, window, limit)
    if until > chain.watermark_at and (entries or until - chain.watermark_at >= WATERMARK_EVERY):
        Chain.objects.filter(pk=chain_id).update(watermark_at=until)
    # What was found counts as done too: a window of people who may not enter must not end the pass.
    return Counter({"found": len(entries), "entered": enter(entries, now)} if entries else {})
