"""Many events recorded at once, where all are of customers who are known and of whom nothing new is told.

The usual case of a busy shop, in a constant number of queries; whatever is not usual is left to `record_fact`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from django.db import DataError, connection, transaction
from django.db.models import Q

from crm.customers.recognition import IdentityKeys, identity_keys
from crm.events import record_many
from crm.intake.facts import CustomerFact, EventFact
from crm.models import Contact, Customer, Event, Source

# In id order, as everywhere. Who was merged away or erased meanwhile is not among them.
LOCK = """
    SELECT id FROM crm_customer WHERE id = ANY(%s) AND merged_into_id IS NULL AND erased_at IS NULL
    ORDER BY id FOR KEY SHARE
"""


def record_usual_events(facts: Sequence[EventFact], source: Source) -> set[int]:
    """The places of those that were recorded; nothing is raised for the others."""
    keys = {place: known for place, fact in enumerate(facts) if (known := _usual_keys(fact, source))}
    owners = _owners(set(keys.values()))
    chosen = {place: owners[known] for place, known in keys.items() if known in owners}
    if not chosen:
        return set()
    try:
        with transaction.atomic():
            return _record(facts, chosen, source)
    except DataError:
        # One of them holds what cannot be stored: told one by one, the others are taken.
        return set()


def _record(facts: Sequence[EventFact], chosen: dict[int, int], source: Source) -> set[int]:
    with connection.cursor() as cursor:
        cursor.execute(LOCK, [sorted(set(chosen.values()))])
        locked = {pk for (pk,) in cursor.fetchall()}
    places = {place for place, customer in chosen.items() if customer in locked}
    record_many(_event(facts[place], chosen[place], source) for place in places)
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
    """By what the customer is named; None where more is told than that something happened."""
    told: CustomerFact = fact.customer
    if told.profile or told.consents or fact.order_number:
        return None
    own = f"{source.id_prefix}{told.external_id}" if told.external_id else ""
    try:
        return identity_keys(own, told.email, told.phone)
    except ValueError:
        return None


def _owners(wanted: Iterable[IdentityKeys]) -> dict[IdentityKeys, int]:
    """Those whose names all mean one customer; takes two queries at most."""
    by_id, by_address = _by_id(wanted), _by_address(wanted)
    owners: dict[IdentityKeys, int] = {}
    for keys in wanted:
        found = [by_address.get(address, set()) for address in keys.addresses]
        if keys.external_id:
            found.append({by_id[keys.external_id]} if keys.external_id in by_id else set())
        if all(len(group) == 1 for group in found) and len(everyone := set().union(*found)) == 1:
            owners[keys] = everyone.pop()
    return owners


def _by_id(wanted: Iterable[IdentityKeys]) -> dict[str | None, int]:
    ids = [keys.external_id for keys in wanted if keys.external_id]
    if not ids:
        return {}
    return dict(Customer.objects.current().filter(external_id__in=ids).values_list("external_id", "pk"))


def _by_address(wanted: Iterable[IdentityKeys]) -> dict[tuple[str, str], set[int]]:
    addresses: dict[str, set[str]] = defaultdict(set)
    for keys in wanted:
        for channel, address in keys.addresses:
            addresses[channel].add(address)
    if not addresses:
        return {}
    any_of = Q()
    for channel, known in addresses.items():
        any_of |= Q(channel=channel, address__in=known)
    owners: dict[tuple[str, str], set[int]] = defaultdict(set)
    contacts = Contact.objects.filter(any_of, customer__merged_into=None, customer__erased_at=None)
    for channel, address, customer in contacts.values_list("channel", "address", "customer"):
        owners[channel, address].add(customer)
    return owners
