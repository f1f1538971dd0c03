"""Of whom to tell, and whom to erase."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q

from crm.models import CaseMessage, Channel, Contact, Customer, KnownVisitor, Source


@dataclass(frozen=True)
class Person:
    """By the ids of all their records, and by their addresses: what nobody could place names those alone.

    Somebody who wrote or signed up and is no customer has an address and no record.
    """

    ids: tuple[int, ...]
    addresses: tuple[tuple[str, str], ...]

    def at(self, channel: str) -> list[str]:
        return [address for own, address in self.addresses if own == channel]

    @property
    def emails(self) -> list[str]:
        return self.at(Channel.EMAIL)


def person_with(ids: Sequence[int]) -> Person:
    contacts = Contact.objects.filter(customer__in=ids).order_by("pk").values_list("channel", "address")
    return Person(tuple(ids), tuple(dict.fromkeys([*contacts, *_wrote_from(ids)])))


def _wrote_from(ids: Sequence[int]) -> list[tuple[str, str]]:
    """Addresses they answered from that nobody else is known by."""
    received = CaseMessage.objects.filter(case__customer__in=ids, direction=CaseMessage.Direction.RECEIVED)
    of_another = Contact.objects.filter(channel=OuterRef("channel"), address=OuterRef("address"))
    own = received.exclude(address="").exclude(Exists(of_another.exclude(customer__in=ids)))
    return list(own.order_by("pk").values_list("channel", "address"))


def records_of(customer: Customer) -> list[int]:
    """Theirs and those merged into it."""
    customer.refresh_from_db(fields=["merged_into"])
    person = customer.merged_into_id or customer.pk
    records = Customer.objects.filter(Q(pk=person) | Q(merged_into=person)).order_by("pk")
    return list(records.values_list("pk", flat=True))


def devices_of(person: Person) -> list[str]:
    """Ids of visitors that were theirs by their own word, as each source names them."""
    own = KnownVisitor.objects.by_themselves().filter(customer__in=person.ids)
    names = set(own.values_list("anonymous_id", flat=True))
    prefixes = set(Source.objects.values_list("id_prefix", flat=True))
    return sorted({name.removeprefix(prefix) for name in names for prefix in prefixes} | names)
