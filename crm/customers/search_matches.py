"""The kinds of matches of what support types, the most telling first: customers, and why they were found."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from django.contrib.postgres.fields import ArrayField
from django.db.models import Q, QuerySet, TextField, Value
from django.utils.translation import gettext as _

from crm.customers.common_addresses import common_middle
from crm.customers.search_words import MIN_LIKE, MIN_MIDDLE, Typed
from crm.models import Contact, Customer, Order
from crm.models.search_keys import address_parts, folded, name_keys, number_backwards

# Of a kind; so many at most are put in order.
MOST_OF_A_KIND = 100
# What stands before them, a code of a country or an 8, may be said in several ways.
SUBSCRIBER_DIGITS = 9

Found = Sequence[tuple[int, str]]


def ids(typed: Typed) -> Found:
    found = Customer.objects.current().filter(external_id=typed.text).values_list("pk", flat=True)
    return [(pk, _("customer id in the shop")) for pk in found]


def numbers(typed: Typed) -> Found:
    return _of_orders(Q(number__in=typed.numbers)) if typed.numbers else ()


def addresses(typed: Typed) -> Found:
    wanted = {*typed.phones, typed.address} - {""}
    return _of_contacts(Contact.objects.filter(address__in=wanted)) if wanted else ()


def names(typed: Typed) -> Found:
    return _of_names(typed, "exact")


def number_beginnings(typed: Typed) -> Found:
    return _of_orders(_starts("number", typed.numbers)) if typed.numbers else ()


def address_beginnings(typed: Typed) -> Found:
    beginnings = {*typed.phones, typed.address, typed.address and "@" + typed.address.lstrip("@")} - {""}
    return _of_contacts(Contact.objects.filter(_starts("address", beginnings))) if beginnings else ()


def name_beginnings(typed: Typed) -> Found:
    return _of_names(typed, "startswith")


def number_endings(typed: Typed) -> Found:
    return _of_orders(_ends_of_number(typed)) if typed.number_ending else ()


def address_endings(typed: Typed) -> Found:
    ending = typed.digits[-SUBSCRIBER_DIGITS:]
    parts = [*_parts(ending), ending[-2:]]
    return _of_contacts(_with_parts(parts).filter(address__endswith=ending)) if ending else ()


def address_middles(typed: Typed) -> Found:
    middle = typed.digits or typed.address
    if len(middle) < MIN_MIDDLE:
        return ()
    if common := common_middle(middle, most=MOST_OF_A_KIND):
        return [(customer, "") for customer in common]
    return _of_contacts(_with_parts(_parts(middle)).filter(address__contains=middle))


def names_like(typed: Typed) -> Found:
    """All words that were typed, in any order and each with a mistake in it; of a short word, nobody could tell."""
    if not any(len(word) >= MIN_LIKE for word in typed.words):
        return ()
    found = Customer.objects.current().alias(keys=name_keys("first_name", "last_name"))
    for word in typed.words:
        found = found.filter(keys__overlap=name_keys(Value(word), Value("")))
    return [(pk, _("a name like it")) for pk in found.values_list("pk", flat=True)[:MOST_OF_A_KIND]]


MATCHES: tuple[Callable[[Typed], Found], ...] = (
    ids,
    numbers,
    addresses,
    names,
    number_beginnings,
    address_beginnings,
    name_beginnings,
    number_endings,
    address_endings,
    address_middles,
    names_like,
)


def of_number(typed: Typed) -> Q:
    beginning = _starts("number", typed.numbers or {typed.text})
    return beginning | _ends_of_number(typed) if typed.number_ending else beginning


def _ends_of_number(typed: Typed) -> Q:
    return Q(backwards__startswith=number_backwards(Value(typed.number_ending)))


def _starts(field: str, beginnings: Iterable[str]) -> Q:
    return Q.create([(f"{field}__startswith", one) for one in sorted(beginnings)], connector=Q.OR)


def _of_orders(condition: Q) -> Found:
    orders = Order.objects.alias(backwards=number_backwards("number")).filter(condition)
    rows = orders.values_list("customer", "number")[:MOST_OF_A_KIND]
    return [(customer, _("order %(number)s") % {"number": number}) for customer, number in rows]


def _of_contacts(contacts: QuerySet[Contact]) -> Found:
    return [(customer, "") for customer in contacts.values_list("customer", flat=True)[:MOST_OF_A_KIND]]


def _with_parts(parts: list[str]) -> QuerySet[Contact]:
    wanted = Value(parts, output_field=ArrayField(TextField()))
    return Contact.objects.alias(parts=address_parts("address")).filter(parts__contains=wanted)


def _parts(text: str) -> list[str]:
    return sorted({text[place : place + 3] for place in range(len(text) - 2)})


def _of_names(typed: Typed, lookup: str) -> Found:
    if not typed.words:
        return ()
    first, rest = (folded(Value(words)) for words in (typed.words[0], " ".join(typed.words[1:])))
    if len(typed.words) == 1:
        condition = Q(**{f"first__{lookup}": first}) | Q(**{f"last__{lookup}": first})
    else:
        condition = Q(**{f"first__{lookup}": first, f"last__{lookup}": rest})
        condition |= Q(**{f"last__{lookup}": first, f"first__{lookup}": rest})
    named = Customer.objects.current().alias(first=folded("first_name"), last=folded("last_name"))
    return [(pk, "") for pk in named.filter(condition).values_list("pk", flat=True)[:MOST_OF_A_KIND]]
