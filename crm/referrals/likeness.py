"""Whether two customers are one person, and what makes a recommendation doubtful.

A mailbox is the same however its address is written: Ann.B+x@gmail.com is annb@gmail.com. One address of a street is
shared by a family, so it makes two people one only where their name is the same too, and is a doubt otherwise.
"""

from __future__ import annotations

import datetime as dt
from difflib import SequenceMatcher

from django.db.models import Q

from crm.models import Channel, Contact, Customer, Order, Referral
from crm.models.search_keys import mailbox

ALIKE = 0.85
FROM_ONE_DEVICE, DEVICE_DAYS = 3, 30
IN_A_DAY = 5
Doubt = Referral.Doubt


def is_one_person(one: Customer, other: Customer) -> bool:
    return other.pk in same_people(one)


def same_people(customer: Customer) -> set[int]:
    """Records of the same person, by any identity; the customer's own and those merged into it among them."""
    own = Contact.objects.filter(customer=customer).annotate(box=mailbox("address"))
    addresses = own.values_list("channel", "address", "box")
    shared = Q(*(_at(*address) for address in addresses), _connector=Q.OR)
    found = set(Customer.objects.filter(merged_into=customer).values_list("pk", flat=True)) | {customer.pk}
    if shared:
        known = Contact.objects.annotate(box=mailbox("address")).filter(shared)
        found |= set(known.values_list("customer", flat=True))
    return found | _namesakes_next_door(customer)


def first_order(customer: Customer) -> Order | None:
    """Of theirs, or of the same person as a guest or under another account."""
    orders = Order.objects.counted().filter(customer__in=same_people(customer))
    return orders.order_by("placed_at", "pk").first()


def has_ordered(customer: Customer, *, before: dt.datetime | None = None) -> bool:
    """They, or the same person, have an order at all, or one that was placed before this moment."""
    first = first_order(customer)
    return first is not None and (before is None or first.placed_at < before)


def doubts_about(referral: Referral) -> list[str]:
    """Of what is known when the friend orders, in the order of `Referral.Doubt`."""
    recommender, friend = referral.recommender, referral.friend
    if friend is None:
        return []
    found = {
        Doubt.NAME: _alike(recommender, friend),
        Doubt.ADDRESS: _is_one_address(recommender, friend),
        Doubt.DEVICE: _from_one_device(referral) > FROM_ONE_DEVICE,
        Doubt.BURST: _within_a_day(referral) > IN_A_DAY,
    }
    return [doubt.value for doubt, holds in found.items() if holds]


def _alike(one: Customer, other: Customer) -> bool:
    """With a family name: half of all people called Ann are friends of an Ann."""
    if not (one.last_name and other.last_name):
        return False
    return SequenceMatcher(None, one.name.casefold(), other.name.casefold()).ratio() >= ALIKE


def _is_one_address(one: Customer, other: Customer) -> bool:
    address, city = one.address.strip().casefold(), one.city.strip().casefold()
    return bool(address) and (address, city) == (other.address.strip().casefold(), other.city.strip().casefold())


def _at(channel: str, address: str, box: str) -> Q:
    return Q(channel=channel, box=box) if channel == Channel.EMAIL else Q(channel=channel, address=address)


def _namesakes_next_door(customer: Customer) -> set[int]:
    """The same street, town and name."""
    if not (customer.address and customer.city and customer.last_name):
        return set()
    namesakes = Customer.objects.filter(
        city=customer.city,
        address__iexact=customer.address,
        last_name__iexact=customer.last_name,
        first_name__iexact=customer.first_name,
    )
    return set(namesakes.values_list("pk", flat=True))


def _from_one_device(referral: Referral) -> int:
    """Whoever recommends: an office is not suspected by its address alone, a browser on it is."""
    if not referral.device:
        return 0
    since = referral.joined_at - dt.timedelta(days=DEVICE_DAYS)
    return Referral.objects.filter(
        device=referral.device, joined_at__gt=since, joined_at__lte=referral.joined_at
    ).count()


def _within_a_day(referral: Referral) -> int:
    since = referral.joined_at - dt.timedelta(days=1)
    theirs = Referral.objects.filter(recommender=referral.recommender_id)
    return theirs.filter(joined_at__gt=since, joined_at__lte=referral.joined_at).count()
