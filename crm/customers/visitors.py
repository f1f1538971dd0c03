"""Visitors of the site: their events wait until they say who they are, and are that customer's from then on.

Whoever comes here takes the lock of the visitor before any customer's, so that nothing is put to wait at the moment
at which its owner becomes known.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.utils.translation import gettext as _

from crm.customers.merge import propose
from crm.events import record_many
from crm.locks import lock_current, lock_identities
from crm.models import AnonymousEvent, Customer, Event, KnownVisitor

# What a visitor did before is no news any more, and starts nothing.
STILL_NEWS = dt.timedelta(hours=1)
# For so long somebody may come back and say who they are.
WAITING_KEPT = dt.timedelta(days=90)
# Whoever came by a letter is taken for its reader for so long.
RECOGNISED_FOR = dt.timedelta(days=30)
# Events of one visitor written at once.
BATCH = 500


def lock(anonymous_ids: Iterable[str]) -> None:
    lock_identities(f"visitor:{name}" for name in anonymous_ids)


def owner_at(anonymous_id: str, moment: dt.datetime) -> Customer | None:
    """Whose device it was at this moment, kept from being merged away. The visitor is locked by whoever calls."""
    return _current(KnownVisitor.objects.select_related("customer").owner_at(anonymous_id, moment))


def buyer_at(anonymous_id: str, moment: dt.datetime) -> Customer | None:
    """The same, but for those whom only a letter tells: somebody it was forwarded to buys nothing in their name."""
    known = KnownVisitor.objects.by_themselves().select_related("customer")
    return _current(known.owner_at(anonymous_id, moment))


def record_event(draft: AnonymousEvent, now: dt.datetime) -> None:
    """An event of the visitor's owner, or one that waits for somebody to own it."""
    lock([draft.anonymous_id])
    if owner := owner_at(draft.anonymous_id, draft.occurred_at):
        record_many([_event(draft, owner)])
    else:
        draft.received_at = now
        AnonymousEvent.objects.bulk_create([draft], ignore_conflicts=True)


def join(anonymous_id: str, customer: Customer, *, at: dt.datetime, now: dt.datetime) -> bool:
    """From this moment on the device is this customer's, as is what it did while nobody knew whose it was.

    What somebody else did there who had said who they were stays theirs. Whether that is news; the visitor is locked
    by whoever calls.
    """
    known = KnownVisitor.objects.by_themselves().owner_at(anonymous_id, at)
    if known and known.since <= at and known.customer_id == customer.pk:
        return False
    KnownVisitor.objects.bulk_create(
        [KnownVisitor(anonymous_id=anonymous_id, customer=customer, since=at)], ignore_conflicts=True
    )
    _hand_over(anonymous_id, customer, now)
    return True


def recognise(anonymous_id: str, customer: Customer, *, at: dt.datetime, now: dt.datetime) -> None:
    """For a while the device is this customer's, whose letter led there, unless somebody has said who they are."""
    known = KnownVisitor.objects.owner_at(anonymous_id, at)
    is_owned = known is not None and known.since <= at
    if known and is_owned and known.until is None:
        return
    until = at + RECOGNISED_FOR
    if known and is_owned and known.customer_id == customer.pk:
        KnownVisitor.objects.filter(pk=known.pk, until__lt=until).update(until=until)
        return
    recognised = KnownVisitor(anonymous_id=anonymous_id, customer=customer, since=at, until=until)
    KnownVisitor.objects.bulk_create([recognised], ignore_conflicts=True)
    _hand_over(anonymous_id, customer, now)


def propose_same_person(anonymous_ids: Iterable[str], customer: Customer, now: dt.datetime) -> None:
    """What a shop calls the id of a visitor may have been the id of a customer: staff are asked about the two."""
    for other in Customer.objects.current().filter(external_id__in=list(anonymous_ids)).exclude(pk=customer.pk):
        propose(customer, other, reason=_("the shop's site says that both are one person"), at=now)


def forget_unclaimed(now: dt.datetime) -> int:
    """Delete what nobody came back for; how many events."""
    return AnonymousEvent.objects.received_before(now - WAITING_KEPT).delete()[0]


def _current(known: KnownVisitor | None) -> Customer | None:
    owner = lock_current(known.customer) if known else None
    return None if owner is None or owner.erased_at else owner


def _hand_over(anonymous_id: str, customer: Customer, now: dt.datetime) -> None:
    while waiting := list(AnonymousEvent.objects.filter(anonymous_id=anonymous_id).order_by("pk")[:BATCH]):
        record_many(_event(draft, customer, is_old=now - draft.occurred_at > STILL_NEWS) for draft in waiting)
        AnonymousEvent.objects.filter(pk__in=[draft.pk for draft in waiting]).delete()


def _event(draft: AnonymousEvent, customer: Customer, *, is_old: bool = False) -> Event:
    return Event(
        kind=draft.kind,
        customer=customer,
        occurred_at=draft.occurred_at,
        source=f"source:{draft.source_id}",
        key=draft.key,
        properties=draft.properties,
        is_historic=is_old,
    )
