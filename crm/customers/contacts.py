"""Which address of a channel a customer is written to: the one told last. Older ones stay, to recognise them by."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from django.db.models import Exists, OuterRef, Q

from crm.events import record
from crm.models import Contact, Customer, EventKind

DAY = dt.timedelta(days=1)
Address = tuple[str, str]


def tell_addresses(customer: Customer, addresses: Sequence[Address], *, at: dt.datetime, told_at: dt.datetime) -> None:
    """Add those that are new, as (channel, address); one more of a channel is an event."""
    known = set(customer.contacts.values_list("channel", "address"))
    new = [address for address in addresses if address not in known]
    Contact.objects.bulk_create(
        [
            Contact(customer=customer, channel=channel, address=address, created_at=at, told_at=told_at)
            for channel, address in new
        ],
        ignore_conflicts=True,
    )
    more = [address for address in new if address[0] in {channel for channel, _address in known}]
    for contact in Contact.objects.filter(_any_of(more), customer=customer) if more else ():
        record_change(contact, at=at)
    tell_again(customer, addresses, told_at=told_at)


def tell_again(customer: Customer, addresses: Sequence[Address], *, told_at: dt.datetime) -> None:
    """An address told anew is the one told last. Where there is no other to choose, once a day is noted."""
    others = Contact.objects.filter(customer=OuterRef("customer"), channel=OuterRef("channel"))
    is_news = Q(told_at__lt=told_at - DAY) | Q(Exists(others.exclude(pk=OuterRef("pk"))), told_at__lt=told_at)
    if addresses:
        Contact.objects.filter(_any_of(addresses), is_news, customer=customer).update(told_at=told_at)


def record_change(contact: Contact, *, at: dt.datetime, by: str = "", replaced: Contact | None = None) -> None:
    """Note in the log that the customer has one more address of a channel. It names contacts, not addresses."""
    record(
        EventKind.ADDRESS_CHANGED,
        customer=contact.customer,
        occurred_at=at,
        source="crm",
        key=f"address:{contact.pk}",
        properties={
            "channel": contact.channel,
            "contact": contact.pk,
            "replaced": replaced.pk if replaced else None,
            "by": by,
        },
    )


def _any_of(addresses: Iterable[Address]) -> Q:
    return Q(*(Q(channel=channel, address=address) for channel, address in addresses), _connector=Q.OR)
