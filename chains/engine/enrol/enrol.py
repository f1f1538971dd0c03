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
from chains.engine.enrol.wakeups import wake_enrolments
from chains.engine.guard.wakeups import wake_touches
from chains.engine.inbox import InboxEvent, inbox_events
from chains.models import Backlog, Chain, Entrant
from chains.program import program
from chains.program.program import Program
from crm.models import Event, EventInbox

# The watermark of a chain at rest is moved no more often: it would be a hot row.
WATERMARK_EVERY = dt.timedelta(minutes=5)


def enrol(now: dt.datetime, limit: int = BATCH) -> Counts:
    """Handle the inbox of up to `limit` events' customers, every time trigger that is due, and whose turn has come."""
    plans = running()
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


def running() -> dict[int, Program]:
    """Programs of chains that are live, and of paused ones: whoever would enter those waits until they go on."""
    versions = dict(Chain.objects.running().values_list("pk", "version_id"))
    programs = program.load(pk for pk in versions.values() if pk)
    return {chain: programs[version] for chain, version in versions.items() if version}


@transaction.atomic
def _by_events(plans: dict[int, Program], now: dt.datetime, limit: int) -> Counts:
    inbox = EventInbox.objects.filter(consumer=EventInbox.Consumer.CHAINS)
    customers = claim_customers(inbox.order_by("id"), now, limit)
    if not customers:
        return Counter()
    events = inbox_events(customers)
    wake_enrolments(events, now)
    wake_touches(events, now)
    entered = enter(entry_requests(events, plans), now)
    EventInbox.objects.filter(pk__in=[event.pk for event in events]).delete()
    return Counter({"events": len(events), "entered": entered})


def entry_requests(events: Collection[InboxEvent], plans: dict[int, Program]) -> list[EntryRequest]:
    """One for each chain that an event starts, unless it happened before the chain was switched on."""
    started_by: dict[str, list[Program]] = defaultdict(list)
    for plan in plans.values():
        if plan.trigger.kind == Chain.Trigger.EVENT:
            started_by[plan.trigger.event].append(plan)
    since = dict(Chain.objects.filter(pk__in=plans).values_list("pk", "watermark_at"))
    segments = _segments(events)
    return [
        EntryRequest(plan, event.customer_id, event.occurred_at, event.order_id, event.event_id)
        for event in events
        for plan in started_by.get(event.kind, ())
        if event.occurred_at > (since[plan.chain_id] or event.occurred_at)
        and plan.trigger.segment in (None, segments.get(event.event_id))
    ]


def _segments(events: Collection[InboxEvent]) -> dict[int, int]:
    """Which segment was entered or left, by event."""
    ids = {event.event_id for event in events if event.kind in Chain.SEGMENT_EVENTS}
    return dict(Event.objects.filter(pk__in=ids).values_list("pk", "properties__segment")) if ids else {}


@transaction.atomic
def _by_clock(chain_id: int, now: dt.datetime, limit: int) -> Counts:
    """One worker at a time looks at a chain's window, and moves its watermark with the entries it made."""
    chain = Chain.objects.running().at_hand(chain_id)
    if chain is None or chain.version_id is None or chain.watermark_at is None:
        return Counter()
    plan = program.load([chain.version_id])[chain.version_id]
    window = triggers.window(plan, chain.watermark_at, now)
    if plan.trigger.is_by_calendar:
        found, until = calendar.add_entrants(plan, window, now), window.until
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
    """Let in those who waited and whose turn has come; whoever may not enter any more is forgotten."""
    chain = Chain.objects.live().at_hand(chain_id)
    if chain is None or chain.version_id is None:
        return Counter()
    plan = program.load([chain.version_id])[chain.version_id]
    due = Entrant.objects.due(now).filter(chain=chain_id)
    customers = claim_customers(due.order_by("enters_at", "id"), now, limit)
    waiting = list(due.filter(customer__in=customers).order_by("pk")) if customers else []
    if not waiting:
        return Counter()
    Entrant.objects.filter(pk__in=[entrant.pk for entrant in waiting]).delete()
    return Counter({"waited": len(waiting), "entered": enter([_entry_request(plan, one) for one in waiting], now)})


def _entry_request(plan: Program, entrant: Entrant) -> EntryRequest:
    return EntryRequest(
        plan,
        entrant.customer_id,
        entrant.triggered_at,
        entrant.order_id,
        entrant.event_id,
        started_at=entrant.enters_at if entrant.is_let_in else None,
        is_let_in=entrant.is_let_in,
    )
