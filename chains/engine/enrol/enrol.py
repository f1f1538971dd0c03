"""The first verb: let into chains those to whom something happened, or whose moment has come."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Collection

from django.db import transaction
from django.db.models import Exists, OuterRef

from chains.engine.claim import BATCH, Counts, claim_customers
from chains.engine.enrol import backlog, calendar, triggers
from chains.engine.enrol.admission import enter
from chains.engine.enrol.eligibility import EntryRequest
from chains.engine.enrol.wakeups import InboxEvent, wake
from chains.models import Backlog, Chain, Entrant
from chains.program import program
from chains.program.program import Program
from crm.models import Event, EventInbox

# The watermark of a chain at rest is moved no oftener: it would be a hot row.
WATERMARK_EVERY = dt.timedelta(minutes=5)


def enrol(now: dt.datetime, limit: int = BATCH) -> Counts:
    """Handle the inbox of up to `limit` events' customers, every time trigger that is due, and whose turn has come."""
    plans = _running()
    counts = _by_events(plans, now, limit)
    for pk, plan in plans.items():
        if plan.trigger.kind != Chain.Trigger.EVENT:
            counts += _by_clock(pk, now, limit)
    for pk in Backlog.objects.values_list("chain_id", flat=True):
        counts += backlog.search(pk, now)
    waiting = Entrant.objects.due(now).filter(chain=OuterRef("pk"))
    for pk in Chain.objects.live().filter(Exists(waiting)).values_list("pk", flat=True):
        counts += _by_turn(pk, now, limit)
    return counts


def _running() -> dict[int, Program]:
    """Of chains that are live, or paused: what happens to those is kept for when they go on."""
    versions = dict(Chain.objects.running().values_list("pk", "version_id"))
    programs = program.load(pk for pk in versions.values() if pk)
    return {chain: programs[version] for chain, version in versions.items() if version}


@transaction.atomic
def _by_events(plans: dict[int, Program], now: dt.datetime, limit: int) -> Counts:
    inbox = EventInbox.objects.filter(consumer=EventInbox.Consumer.CHAINS)
    customers = claim_customers(inbox.order_by("id"), limit)
    if not customers:
        return Counter()
    rows = inbox.filter(customer__in=customers).order_by("event__occurred_at", "event_id")
    heard = [InboxEvent(*row) for row in rows.values_list(*InboxEvent._fields)]
    wake(heard, now)
    entered = enter(_started(heard, plans), now)
    EventInbox.objects.filter(pk__in=[row.pk for row in heard]).delete()
    return Counter({"events": len(heard), "entered": entered})


def _started(heard: Collection[InboxEvent], plans: dict[int, Program]) -> list[EntryRequest]:
    """An entry for every event that starts a chain, unless it happened before the chain was switched on."""
    chains: dict[str, list[Program]] = defaultdict(list)
    for plan in plans.values():
        if plan.trigger.kind == Chain.Trigger.EVENT:
            chains[plan.trigger.event].append(plan)
    since = dict(Chain.objects.filter(pk__in=plans).values_list("pk", "watermark_at"))
    segments = _segments(heard)
    return [
        EntryRequest(plan, row.event__customer_id, row.event__occurred_at, row.event__order_id, row.event_id)
        for row in heard
        for plan in chains.get(row.event__kind, ())
        if row.event__occurred_at > (since[plan.chain_id] or row.event__occurred_at)
        and plan.trigger.segment in (None, segments.get(row.event_id))
    ]


def _segments(heard: Collection[InboxEvent]) -> dict[int, int]:
    """Which segment was entered or left, for the events that tell of it."""
    told = {row.event_id for row in heard if row.event__kind in Chain.SEGMENT_EVENTS}
    return dict(Event.objects.filter(pk__in=told).values_list("pk", "properties__segment")) if told else {}


@transaction.atomic
def _by_clock(chain_id: int, now: dt.datetime, limit: int) -> Counts:
    """One worker at a time looks at a chain's window, and moves its watermark with the entries it made."""
    chain = Chain.objects.running().at_hand(chain_id)
    if chain is None or chain.version_id is None or chain.watermark_at is None:
        return Counter()
    plan = program.load([chain.version_id])[chain.version_id]
    window = triggers.window(plan, chain.watermark_at, now)
    if plan.trigger.is_by_calendar:
        found, until = calendar.gather(plan, window, now), window.until
        entered = 0
    else:
        entries, until = triggers.found(plan, window, limit)
        found, entered = len(entries), enter(entries, now)
    if until > chain.watermark_at and (found or until - chain.watermark_at >= WATERMARK_EVERY):
        Chain.objects.filter(pk=chain_id).update(watermark_at=until)
    # What was found counts as done too: a window of people who may not enter must not end the pass.
    return Counter({"found": found, "entered": entered} if found else {})


@transaction.atomic
def _by_turn(chain_id: int, now: dt.datetime, limit: int) -> Counts:
    """Let in those who waited and whose turn has come; whoever is not wanted any more is forgotten."""
    chain = Chain.objects.live().at_hand(chain_id)
    if chain is None or chain.version_id is None:
        return Counter()
    plan = program.load([chain.version_id])[chain.version_id]
    due = Entrant.objects.due(now).filter(chain=chain_id)
    customers = claim_customers(due.order_by("enters_at", "id"), limit)
    waiting = list(due.filter(customer__in=customers).order_by("pk")) if customers else []
    if not waiting:
        return Counter()
    Entrant.objects.filter(pk__in=[one.pk for one in waiting]).delete()
    return Counter({"waited": len(waiting), "entered": enter([_entry(plan, one) for one in waiting], now)})


def _entry(plan: Program, one: Entrant) -> EntryRequest:
    return EntryRequest(
        plan,
        one.customer_id,
        one.triggered_at,
        one.order_id,
        one.event_id,
        started_at=one.enters_at if one.is_let_in else None,
        is_let_in=one.is_let_in,
    )
