"""The third verb: decide about every message that is due, and take those that may go out.

Being cleared and being taken are one: what passes is leased to this worker in the same transaction.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from uuid import UUID, uuid4

from django.db import transaction

from chains.engine import facts, touches
from chains.engine.candidates import candidates
from chains.engine.claim import BATCH, Counts, claim_customers
from chains.engine.clockwork import Quiet
from chains.engine.dossier import Decision, Limits, Person
from chains.engine.rules import decide
from chains.models import Touch
from crm.models import Customer, Purpose, Shop
from crm.timezones import zone_of

LEASE = dt.timedelta(minutes=5)


def guard(now: dt.datetime, lease: UUID | None = None, limit: int = BATCH) -> Counts:
    """Decide about all due touches of up to `limit` customers; what passes is leased to `lease`."""
    with transaction.atomic():
        decisions = _decisions(_claim(now, limit), now)
        touches.write_decisions(decisions, lease or uuid4(), now + LEASE)
    return Counter(
        "postponed" if decision.status == Touch.Status.SCHEDULED else str(decision.status) for decision in decisions
    )


def _claim(now: dt.datetime, limit: int) -> set[int]:
    """Customers with something due, service before marketing: two queries, each along its own index."""
    due = Touch.objects.due(now).order_by("due_at", "id")
    claimed = claim_customers(due.filter(purpose=Purpose.SERVICE), limit)
    if len(claimed) < limit:
        claimed |= claim_customers(due.filter(purpose=Purpose.MARKETING), limit - len(claimed))
    return claimed


def _decisions(customers: set[int], now: dt.datetime) -> list[Decision]:
    due = candidates(customers, now) if customers else {}
    if not due:
        return []
    shop = Shop.load()
    limits = Limits(shop.weekly_cap, Quiet(shop.quiet_from, shop.quiet_until, frozenset(shop.quiet_weekdays)))
    people = _people(set(due), now)
    return [decision for pk, theirs in due.items() for decision in decide(people[pk], theirs, limits, now)]


def _people(customers: set[int], now: dt.datetime) -> dict[int, Person]:
    complaints, addresses = facts.complaints(customers), facts.addresses(customers)
    counted = facts.counted(customers, now)
    return {
        pk: Person(
            zone=zone_of(profile.time_zone),
            counted=tuple(counted.get(pk, ())),
            addresses=addresses.get(pk, {}),
            complaint=complaints.get(pk, ""),
            has_bad_mood=profile.mood == Customer.Mood.BAD,
            muted_topics=frozenset(profile.muted_topics),
            is_erased=profile.erased_at is not None,
        )
        for pk, profile in facts.profiles(customers).items()
    }
