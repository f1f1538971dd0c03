"""Many events recorded at once, where all are of customers who are known and of whom nothing new is told.

The usual case of a busy shop, in a constant number of queries; whatever is not usual is left to `record_fact`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence

from django.db import DataError, connection, transaction

from crm.customers.recognition import IdentityKeys, identity_keys
from crm.events import record_many
from crm.intake.facts import CustomerFact, EventFact
from crm.models import Event, EventKind, Source

# Who is named, locked in id order, as everywhere. Whoever was merged away or erased meanwhile is not among them.
NAMED = """
    WITH named AS MATERIALIZED (
        SELECT id AS customer, '' AS channel, external_id AS name FROM crm_customer WHERE external_id = ANY(%(ids)s)
        UNION ALL
        SELECT customer_id, channel, address FROM crm_contact
        WHERE (channel, address) IN (SELECT * FROM unnest(%(channels)s::text[], %(addresses)s::text[]))
    ), locked AS (
        SELECT id FROM crm_customer
        WHERE id IN (SELECT customer FROM named) AND merged_into_id IS NULL AND erased_at IS NULL
        ORDER BY id FOR KEY SHARE
    )
    SELECT named.channel, named.name, named.customer FROM named JOIN locked ON locked.id = named.customer
"""


def record_usual_events(facts: Sequence[EventFact], source: Source) -> set[int]:
    """The places of those that were recorded; nothing is raised for the others."""
    keys = {place: known for place, fact in enumerate(facts) if (known := _usual_keys(fact, source))}
    if not keys:
        return set()
    try:
        with transaction.atomic():
            owners = _owners(set(keys.values()))
            places = {place for place, known in keys.items() if known in owners}
            record_many(_event(facts[place], owners[keys[place]], source) for place in places)
    except DataError:
        # One of them holds what cannot be stored: told one by one, the others are taken.
        return set()
    return places


def _event(fact: EventFact, customer_id: int, source: Source) -> Event:
    return Event(
        kind=fact.kind,
        customer_id=customer_id,
        occurred_at=fact.at,
        source=f"source:{source.pk}",
        key=fact.key,
        properties=dict(fact.properties),
    )


def _usual_keys(fact: EventFact, source: Source) -> IdentityKeys | None:
    """By what the customer is named; None where more is told than that something happened, or what may not be."""
    told: CustomerFact = fact.customer
    if fact.kind in EventKind.values or told.profile or told.consents or fact.order_number:
        return None
    own = f"{source.id_prefix}{told.external_id}" if told.external_id else ""
    try:
        return identity_keys(own, told.email, told.phone)
    except ValueError:
        return None


def _owners(wanted: Collection[IdentityKeys]) -> dict[IdentityKeys, int]:
    """Those whose names all mean one customer, who is locked."""
    people: dict[tuple[str, str], set[int]] = defaultdict(set)
    addresses = [address for keys in wanted for address in keys.addresses]
    named = {
        "ids": [keys.external_id for keys in wanted if keys.external_id],
        "channels": [channel for channel, _address in addresses],
        "addresses": [address for _channel, address in addresses],
    }
    with connection.cursor() as cursor:
        cursor.execute(NAMED, named)
        for channel, name, customer in cursor.fetchall():
            people[channel, name].add(customer)
    found = {keys: [people[name] for name in _names(keys)] for keys in wanted}
    return {
        keys: min(groups[0])
        for keys, groups in found.items()
        if len(groups[0]) == 1 and all(group == groups[0] for group in groups)
    }


def _names(keys: IdentityKeys) -> list[tuple[str, str]]:
    return [*([("", keys.external_id)] if keys.external_id else []), *keys.addresses]
