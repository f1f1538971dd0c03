"""How many an imported file would let into chains, told before anything of it is committed."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection

from chains.engine.claim import BATCH
from chains.engine.enrol.eligibility import eligible
from chains.engine.enrol.enrol import entry_requests, running
from chains.engine.inbox import inbox_events
from chains.models import Chain
from crm.models import EventInbox


def count(event_ids: Collection[int], now: dt.datetime) -> dict[str, int]:
    """By the name of the chain; a paused one counts too, as whoever enters waits there.

    All events of a customer are looked at together, since one of them may bar another.
    """
    plans = running()
    wanted = set(event_ids)
    inbox = EventInbox.objects.filter(consumer=EventInbox.Consumer.CHAINS, event__in=wanted)
    customers = list(inbox.order_by("customer").values_list("customer", flat=True).distinct())
    entrants: Counter[int] = Counter()
    for start in range(0, len(customers), BATCH):
        events = [event for event in inbox_events(customers[start : start + BATCH]) if event.event_id in wanted]
        entrants.update(entry.program.chain_id for entry in eligible(entry_requests(events, plans), now))
    names = dict(Chain.objects.filter(pk__in=entrants).values_list("pk", "name"))
    return {names[pk]: number for pk, number in sorted(entrants.items(), key=lambda item: names[item[0]])}
