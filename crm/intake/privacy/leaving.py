"""A shop leaves and has its customers erased: those who came from it and from nowhere else, a few at a time."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Concat, Substr
from django.utils.translation import gettext as _

from crm.intake.privacy.payloads import blank_some
from crm.intake.privacy.requests import finish
from crm.models import ConsentRecord, Customer, Event, Order, PrivacyRequest, Source
from crm.privacy.erase import erase

BATCH = 50


def carry_out_some(now: dt.datetime) -> int:
    """Erase the next few customers, or empty the next deliveries; nothing is left to do when it comes to nought.

    How far it came is kept with each customer, so a worker that dies loses nothing and does nothing twice.
    """
    request = PrivacyRequest.objects.open().filter(kind=PrivacyRequest.Kind.SHOP_ERASURE).order_by("pk").first()
    if request is None:
        return 0
    customers = list(only_of(request.passed_on_by).filter(pk__gt=request.reached).order_by("pk")[:BATCH])
    for customer in customers:
        _erase(request, customer, now)
    if customers:
        return len(customers)
    if emptied := blank_some(request.passed_on_by, before=request.received_at):
        return emptied
    request.refresh_from_db()
    finish(request, _outcome(request), now)
    return 1


def told_by(source: Source) -> QuerySet[Customer]:
    """Customers whom this source told of, be they known from elsewhere too: by their id in the shop, or by an order.

    The keys and subjects of deliveries are kept when what they held is not.
    """
    told_order = Order.objects.filter(customer=OuterRef("pk")).filter(_is_named_in(source, "order"))
    return Customer.objects.current().filter(_is_named_in(source, "customer") | Exists(told_order))


def only_of(source: Source) -> QuerySet[Customer]:
    """Customers who came from this source alone, which is known when

    * the source told of them, and Encore did not know them before the source was connected;
    * every order they have is one that the source told;
    * no yes of theirs was given elsewhere, and no other source told what they did;
    * no other record was merged into theirs.

    Whoever fails one of these stays: another shop, an import or a colleague may know them, and what is erased does
    not come back. How many stayed is told with what came of the request.
    """
    of_customer = {"customer": OuterRef("pk")}
    orders_elsewhere = Order.objects.filter(**of_customer).exclude(_is_named_in(source, "order"))
    consents = ConsentRecord.objects.filter(**of_customer, action=ConsentRecord.Action.GRANTED)
    events = Event.objects.filter(**of_customer, source__startswith="source:")
    return (
        told_by(source)
        .filter(created_at__gte=source.created_at)
        .exclude(Exists(orders_elsewhere))
        .exclude(Exists(consents.exclude(source=source.name[:50])))
        .exclude(Exists(events.exclude(source=f"source:{source.pk}")))
        .exclude(Exists(Customer.objects.filter(merged_into=OuterRef("pk"))))
    )


def _is_named_in(source: Source, kind: str) -> Q:
    """Whether a delivery of the source is about this customer or order, by its id in the shop."""
    own = Substr(OuterRef("external_id"), len(source.id_prefix) + 1)
    named = source.deliveries.filter(subject=Concat(Value(f"{kind} "), own))
    return Q(Exists(named), external_id__startswith=source.id_prefix)


@transaction.atomic
def _erase(request: PrivacyRequest, customer: Customer, now: dt.datetime) -> None:
    erase(customer, at=now)
    ours = PrivacyRequest.objects.filter(pk=request.pk, reached__lt=customer.pk)
    ours.update(reached=customer.pk, erased=F("erased") + 1)


def _outcome(request: PrivacyRequest) -> str:
    return _("Customers erased: %(erased)d. Known from elsewhere too, and kept: %(kept)d.") % {
        "erased": request.erased,
        "kept": told_by(request.passed_on_by).count(),
    }
