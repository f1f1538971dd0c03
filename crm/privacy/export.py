"""Everything Encore knows about one person, as a document that can be handed to them."""

from __future__ import annotations

import json
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder

from crm.customer_columns import CUSTOMER_COLUMNS
from crm.models import Customer
from crm.privacy import kept_payloads
from crm.privacy.kept import Rows, columns, everything_kept
from crm.privacy.person import Person, person_with, records_of


def export_person(customer: Customer) -> dict[str, Any]:
    """Profile, and all that an erasure would erase, ready for JSON.

    Includes what was known under duplicates merged into the customer.
    """
    return _plain(_document(person_with(records_of(customer))))


def export_address(channel: str, address: str) -> dict[str, Any]:
    """What is kept of an address that is no customer's."""
    return _plain(_document(Person((), ((channel, address),))))


def _document(person: Person) -> dict[str, Rows]:
    told = kept_payloads.about(person).order_by("pk")
    return {
        "customer": _profiles(person),
        "told_by_sources": columns("source__name", "topic", "received_at", "payload")(told),
        **{kept.name: kept.tell(kept.find(person)) for kept in everything_kept() if kept.tell},
    }


def _profiles(person: Person) -> Rows:
    exported = [column.name for column in CUSTOMER_COLUMNS if column.is_exported]
    return list(Customer.objects.filter(pk__in=person.ids).order_by("pk").values(*exported, "company__name"))


def _plain(document: dict[str, Rows]) -> dict[str, Any]:
    plain: dict[str, Any] = json.loads(json.dumps(document, cls=DjangoJSONEncoder))
    return plain
