"""Find a customer by whatever a caller says: a name, typed wrong too, an address, a phone or an order's number.

Every kind of match has an index of its own (no extension, no full scan), so the answer takes the same handful of
queries among a thousand customers and among a million.
"""

from __future__ import annotations

from collections.abc import Mapping
from difflib import SequenceMatcher

from django.db.models import F, QuerySet

from crm.customers.search_matches import MATCHES, names_like, of_number
from crm.customers.search_words import read
from crm.models import Customer, Order, Shop
from crm.models.search_keys import number_backwards


def find_customers(text: str, *, limit: int = 25) -> list[Customer]:
    """Customers matching what was typed, at most `limit`: the nearest match first, of equal ones who ordered last.

    Each has `found_by`: why, in words, where their names and addresses do not show it.
    """
    typed = read(text, country=Shop.load().phone_country)
    if typed is None:
        return []
    found: dict[int, tuple[int, str]] = {}
    for rank, matches in enumerate(MATCHES):
        for customer_id, why in matches(typed):
            found.setdefault(customer_id, (rank, why))
        if len(found) >= limit:
            break
    customers = list(_who_ordered_last_first(found))
    for customer in customers:
        customer.found_by = found[customer.pk][1]  # type: ignore[attr-defined]
    return sorted(customers, key=lambda one: (found[one.pk][0], _unlikeness(one, text, found[one.pk][0])))[:limit]


def numbered(orders: QuerySet[Order], text: str) -> QuerySet[Order]:
    """Those whose number begins or ends with what was typed."""
    typed = read(text, country="")
    if typed is None:
        return orders.none()
    return orders.alias(backwards=number_backwards("number")).filter(of_number(typed))


def _who_ordered_last_first(found: Mapping[int, object]) -> QuerySet[Customer]:
    customers = Customer.objects.current().filter(pk__in=found).select_related("stats")
    return customers.order_by(F("stats__last_order_at").desc(nulls_last=True), "-pk")


def _unlikeness(customer: Customer, text: str, rank: int) -> float:
    """How far a name is from one typed wrong, from 0 to 1."""
    if MATCHES[rank] is not names_like:
        return 0
    name = customer.name.lower()
    typed = SequenceMatcher(b=text.lower(), autojunk=False)
    return 1 - max(_ratio(typed, words) for words in (name, *name.split()))


def _ratio(typed: SequenceMatcher[str], words: str) -> float:
    typed.set_seq1(words)
    return typed.ratio()
