"""What sources sent about a person, while it is kept as it came."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from collections.abc import Set as AbstractSet

from django.db.models import Q, TextField
from django.db.models.functions import Cast
from django.utils.translation import gettext as _

from crm.models import Customer, Delivery, Order, Source
from crm.models.source import DeliveryQuerySet
from crm.privacy.holding import holds
from crm.privacy.person import Person, devices_of

# Visits by the million name whom they are about by their subject; the rest is few enough to be read through.
BY_SUBJECT_ALONE = (Source.Kind.TRACKING, Source.Kind.SITE)


def about(person: Person) -> DeliveryQuerySet:
    """Deliveries that name one of their records or orders, came from their devices, or hold one of their addresses.

    What names somebody else known is theirs, be the address in it as well: families share them.
    """
    addresses = [address for _channel, address in person.addresses]
    kept = Delivery.objects.exclude(payload={})
    named = set(kept.filter(_is_named(person.ids, addresses)).values_list("pk", flat=True))
    named |= _from_devices(kept, devices_of(person))
    holding = kept.exclude(source__kind__in=BY_SUBJECT_ALONE).annotate(text=Cast("payload", TextField()))
    held = list(holding.filter(holds("text", addresses)).values_list("pk", "source__id_prefix", "subject"))
    of_others = _known_of_others(person.ids, {_own(prefix, subject) for _pk, prefix, subject in held})
    found = named | {pk for pk, prefix, subject in held if _own(prefix, subject) not in of_others}
    return Delivery.objects.filter(pk__in=found)


def _from_devices(kept: DeliveryQuerySet, devices: Sequence[str]) -> set[int]:
    """Looks at pages have no subject; only of people with a device are all visits of the last weeks read through."""
    if not devices:
        return set()
    told = Q(payload__anonymousId__in=devices) | Q(payload__anonymous_id__in=devices)
    return set(kept.filter(told, source__kind__in=BY_SUBJECT_ALONE).values_list("pk", flat=True))


def _is_named(ids: Sequence[int], addresses: Sequence[str]) -> Q:
    """By its subject, which leaves out what is put before the numbers of its source."""
    customers = Customer.objects.filter(pk__in=ids, external_id__isnull=False).values_list("external_id", flat=True)
    orders = Order.objects.filter(customer__in=ids).values_list("number", "external_id")
    names = [("customer", name) for name in customers if name]
    names += [("order", name) for pair in orders for name in pair if name]
    is_named = Q(subject__in=[f"customer {address}" for address in addresses])
    for prefix in Source.objects.order_by("id_prefix").values_list("id_prefix", flat=True).distinct():
        subjects = {f"{kind} {name.removeprefix(prefix)}" for kind, name in names if name.startswith(prefix)}
        is_named |= Q(source__id_prefix=prefix, subject__in=subjects)
    return is_named


def _own(prefix: str, subject: str) -> tuple[str, str]:
    """Whom or what a subject names: (“order” or “customer”, as Encore knows it)."""
    kind, _space, name = subject.partition(" ")
    return kind, f"{prefix}{name}"


def _known_of_others(ids: Sequence[int], named: AbstractSet[tuple[str, str]]) -> set[tuple[str, str]]:
    """Those of these names that are of other customers."""
    names = [name for _kind, name in named]
    customers = Customer.objects.filter(external_id__in=names).exclude(pk__in=ids)
    orders = Order.objects.filter(Q(number__in=names) | Q(external_id__in=names)).exclude(customer__in=ids)
    known = {("customer", name) for name in customers.values_list("external_id", flat=True) if name}
    return known | {("order", name) for pair in orders.values_list("number", "external_id") for name in pair if name}


def forget(person: Person, at: dt.datetime) -> int:
    """Empty them; what was not applied yet never is, or it would bring the person back.

    Before the customers are locked: whoever applies one of these locks it first, and them afterwards.
    """
    return _empty(about(person).select_for_update(of=("self",), no_key=True), at)


def forget_what_came_since(last: int, person: Person, at: dt.datetime) -> int:
    """Those after this one, now that the customers are locked; what is being applied waits for them."""
    return _empty(about(person).filter(pk__gt=last).select_for_update(of=("self",), no_key=True, skip_locked=True), at)


def _empty(locking: DeliveryQuerySet, at: dt.datetime) -> int:
    """In one order, so that two who do so wait for each other in none."""
    chosen = Delivery.objects.filter(pk__in=list(locking.order_by("pk").values_list("pk", flat=True)))
    reason = _("The person was erased.")
    chosen.unapplied().update(status=Delivery.Status.IGNORED, applied_at=at)
    return chosen.update(payload={}, subject="", reason=reason)
