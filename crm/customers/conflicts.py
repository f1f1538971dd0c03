"""What distinguishes one person from another, and whether two records may be of one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from crm.models import Contact, Customer


@dataclass(frozen=True)
class PersonTraits:
    """What distinguishes one person from another, as far as it is known."""

    external_id: str = ""
    first_name: str = ""
    last_name: str = ""
    born_on: dt.date | None = None
    addresses: Mapping[str, frozenset[str]] = field(default_factory=dict)


def conflict(one: PersonTraits, other: PersonTraits) -> str:
    """Why these may be two people, in words; empty when nothing speaks against one person."""
    if one.external_id and other.external_id and one.external_id != other.external_id:
        return _("the shop knows them under two ids")
    if _differ(one.first_name, other.first_name) or _differ(one.last_name, other.last_name):
        return _("their names differ")
    if one.born_on and other.born_on and one.born_on != other.born_on:
        return _("their birth dates differ")
    for channel in one.addresses.keys() & other.addresses.keys():
        if not one.addresses[channel] & other.addresses[channel]:
            return _("they have different addresses")
    return ""


def _differ(one: str, other: str) -> bool:
    return bool(one and other) and one.casefold() != other.casefold()


def traits_of(customer_ids: Iterable[int]) -> dict[int, PersonTraits]:
    """The identities of these customers, in two queries."""
    ids = list(customer_ids)
    addresses: dict[int, dict[str, set[str]]] = {pk: {} for pk in ids}
    for contact in Contact.objects.filter(customer__in=ids):
        addresses[contact.customer_id].setdefault(contact.channel, set()).add(contact.address)
    return {
        customer.pk: PersonTraits(
            external_id=customer.external_id or "",
            first_name=customer.first_name,
            last_name=customer.last_name,
            born_on=customer.born_on,
            addresses={channel: frozenset(known) for channel, known in addresses[customer.pk].items()},
        )
        for customer in Customer.objects.filter(pk__in=ids)
    }
