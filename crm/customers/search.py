"""Find a customer by whatever a caller says: a name, an address, a phone or an order number.

Every condition is the beginning of something and has an index of its own (no extension, no full scan), so the answer
takes the same handful of queries among a thousand customers and among a million.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from django.db.models import F, Q
from django.db.models.functions import Lower
from phonenumbers import PhoneMetadata

from crm.models import Contact, Customer, Order, Shop

MIN_LETTERS = 2
# Of a kind of match; so many at most are put in order.
MOST_OF_A_KIND = 200
MIN_DIGITS = 4


def find_customers(text: str, *, limit: int = 25) -> list[Customer]:
    """Customers matching what was typed, the ones who ordered last first; at most `limit`."""
    text = " ".join(text.replace("\x00", "").split())[:200]
    if len(text) < MIN_LETTERS:
        return []
    ids: dict[int, None] = {}
    for found in _matches(text):
        ids.update(dict.fromkeys(found))
        if len(ids) >= limit:
            break
    customers = Customer.objects.current().filter(pk__in=ids).select_related("stats")
    return list(customers.order_by(F("stats__last_order_at").desc(nulls_last=True), "-pk")[:limit])


def _matches(text: str) -> Iterator[list[int]]:
    """Ids by kind of match, the most telling kind first, so that a full page never asks the rest."""
    yield list(Customer.objects.current().filter(external_id=text).values_list("pk", flat=True))
    yield list(
        Order.objects.filter(_starts("number", {text, text.lstrip("#№ "), text.upper()})).values_list(
            "customer", flat=True
        )[:MOST_OF_A_KIND]
    )
    addresses = _address_prefixes(text)
    if addresses:
        yield list(
            Contact.objects.filter(_starts("address", addresses)).values_list("customer", flat=True)[:MOST_OF_A_KIND]
        )
    name = _name(text)
    if name:
        yield list(
            Customer.objects.current()
            .alias(first=Lower("first_name"), last=Lower("last_name"))
            .filter(name)
            .values_list("pk", flat=True)[:MOST_OF_A_KIND]
        )


def _starts(field: str, prefixes: set[str]) -> Q:
    condition = Q()
    for prefix in sorted(filter(None, prefixes)):
        condition |= Q(**{f"{field}__startswith": prefix})
    return condition


def _address_prefixes(text: str) -> set[str]:
    digits = re.sub(r"\D", "", text)
    if re.fullmatch(r"[+\d\s().\-]+", text):
        return phone_prefixes(digits, has_plus=text.startswith("+"), country=Shop.load().phone_country)
    if " " in text:
        return set()
    return {text.lower(), "@" + text.lower().lstrip("@")}


def phone_prefixes(digits: str, *, has_plus: bool, country: str = "") -> set[str]:
    """Ways the beginning of a number may be stored: as +79161234567, whatever was typed or read out.

    Without a plus it is read both as the world writes it and as the shop's country dials it (8 916… is +7 916…).
    """
    if len(digits) < MIN_DIGITS:
        return set()
    prefixes = {"+" + digits}
    metadata = None if has_plus else PhoneMetadata.metadata_for_region(country)
    if metadata is not None:
        prefixes.add(f"+{metadata.country_code}{digits.removeprefix(metadata.national_prefix or '')}")
    return prefixes


def _name(text: str) -> Q | None:
    words = text.lower().split()
    if len(words) == 1:
        return Q(first__startswith=words[0]) | Q(last__startswith=words[0])
    first, rest = words[0], " ".join(words[1:])
    return Q(first__startswith=first, last__startswith=rest) | Q(last__startswith=first, first__startswith=rest)
