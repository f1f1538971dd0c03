"""What sources sent about a person, while it is kept as it came."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db.models import Q, TextField
from django.db.models.functions import Cast
from django.utils.translation import gettext as _

from crm.models import Contact, Customer, Delivery, Order, Source
from crm.models.source import DeliveryQuerySet

# Visits by the million name whom they are about by their subject; the rest is few enough to be read through.
BY_SUBJECT_ALONE = (Source.Kind.TRACKING, Source.Kind.SITE)


def about(ids: Sequence[int]) -> DeliveryQuerySet:
    """Deliveries that name one of these customers or their orders, or hold one of their addresses."""
    addresses = list(Contact.objects.filter(customer__in=ids).values_list("address", flat=True))
    holds = Q(pk__in=[])
    for address in addresses:
        holds |= Q(text__icontains=address)
    kept = Delivery.objects.exclude(payload={}).annotate(text=Cast("payload", TextField()))
    is_named = Q(subject__in=_subjects(ids, addresses))
    return kept.filter(is_named | Q(holds & ~Q(source__kind__in=BY_SUBJECT_ALONE)))


def _subjects(ids: Sequence[int], addresses: Sequence[str]) -> set[str]:
    """As deliveries name them, which leave out what is put before the numbers of their source."""
    customers = Customer.objects.filter(pk__in=ids, external_id__isnull=False).values_list("external_id", flat=True)
    orders = Order.objects.filter(customer__in=ids).values_list("number", "external_id")
    names = [("customer", name) for name in (*customers, *addresses) if name]
    names += [("order", name) for pair in orders for name in pair if name]
    prefixes = set(Source.objects.values_list("id_prefix", flat=True)) | {""}
    return {f"{kind} {name.removeprefix(prefix)}" for kind, name in names for prefix in prefixes}


def forget(ids: Sequence[int], at: dt.datetime) -> int:
    """Empty them; what was not applied yet never is, or it would bring the person back.

    Before the customers are locked: whoever applies one of these locks it first, and them afterwards.
    """
    return _empty(about(ids).select_for_update(of=("self",), no_key=True), at)


def forget_what_came_since(last: int, ids: Sequence[int], at: dt.datetime) -> int:
    """Those after this one, now that the customers are locked; what is being applied waits for them, and comes later."""
    return _empty(about(ids).filter(pk__gt=last).select_for_update(of=("self",), no_key=True, skip_locked=True), at)


def _empty(locking: DeliveryQuerySet, at: dt.datetime) -> int:
    """In one order, so that two who do so wait for each other in none."""
    chosen = Delivery.objects.filter(pk__in=list(locking.order_by("pk").values_list("pk", flat=True)))
    reason = _("The person was erased.")
    chosen.unapplied().update(status=Delivery.Status.IGNORED, reason=reason, applied_at=at)
    return chosen.update(payload={}, subject="")
