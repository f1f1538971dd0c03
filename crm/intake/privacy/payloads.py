"""What came through a door holds personal data as well: it goes with the person."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.utils.translation import gettext as _

from crm.intake.facts import PrivacyFact
from crm.models import Customer, Delivery, Order, Source
from crm.models.source import DeliveryQuerySet

BATCH = 2000


def subjects_of(fact: PrivacyFact, source: Source, people: Iterable[Customer]) -> set[str]:
    """Of the deliveries about them, as their source names customers and orders."""
    ids = [one.pk for one in people]
    customers = Customer.objects.filter(pk__in=ids).exclude(external_id=None).values_list("external_id", flat=True)
    orders = Order.objects.filter(customer__in=ids).exclude(external_id=None).values_list("external_id", flat=True)
    named = {f"customer {own.removeprefix(source.id_prefix)}" for own in customers if own}
    named |= {f"order {own.removeprefix(source.id_prefix)}" for own in orders if own}
    named |= {f"customer {name}" for name in (fact.external_id, fact.email) if name}
    return named | {f"order {order_id}" for order_id in fact.order_ids}


def blank(source: Source, subjects: Iterable[str], *, before: dt.datetime) -> int:
    """Empty what came about these until then; what was not applied yet never is. How many."""
    return _blank(source.deliveries.filter(subject__in=list(subjects), received_at__lte=before), before)


def blank_some(source: Source, *, before: dt.datetime) -> int:
    """Empty a batch of all that came from the source until then; how many, none when all are."""
    some = source.deliveries.filter(received_at__lte=before).exclude(payload={}).order_by("pk")
    return _blank(source.deliveries.filter(pk__in=list(some.values_list("pk", flat=True)[:BATCH])), before)


def _blank(deliveries: DeliveryQuerySet, at: dt.datetime) -> int:
    deliveries.unapplied().update(
        status=Delivery.Status.IGNORED, reason=_("Erased with the person, before it was applied."), applied_at=at
    )
    count = deliveries.update(payload={})
    # Whom the shop gave no id, a subject names by their address.
    deliveries.filter(subject__contains="@").update(subject="")
    return count
