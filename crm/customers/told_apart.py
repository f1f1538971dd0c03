"""People with the same name, told apart by where they live and how they are reached."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import prefetch_related_objects

from crm.customers.search import find_customers
from crm.models import Customer


def told_apart(customers: Iterable[Customer]) -> dict[int, str]:
    """The city and the address told last of each, by id; one query for all of them."""
    people = list(customers)
    prefetch_related_objects(people, "contacts")
    return {one.pk: " · ".join(filter(None, [one.city, _address(one)])) for one in people}


def find_told_apart(text: str, limit: int) -> list[tuple[Customer, str]]:
    found = find_customers(text, limit=limit)
    hints = told_apart(found)
    return [(one, hints[one.pk]) for one in found]


def _address(customer: Customer) -> str:
    told_last = max(customer.contacts.all(), key=lambda contact: (contact.told_at, contact.pk), default=None)
    return told_last.address if told_last else ""
