"""Erasing one person: what identifies them goes, what the shop's totals rest on stays."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import CharField, F, Max, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat, Least

from crm.customer_columns import CUSTOMER_COLUMNS
from crm.locks import lock_against_facts, lock_merging
from crm.models import (
    Case,
    CaseAttachment,
    CaseMessage,
    ConsentRecord,
    Contact,
    Coupon,
    Customer,
    CustomerPrediction,
    CustomerScore,
    Delivery,
    ErasureCertificate,
    Event,
    EventInbox,
    Feedback,
    IdempotentCall,
    KnownVisitor,
    MergeProposal,
    Order,
    PointsEntry,
    WebhookMessage,
)
from crm.models.webhook_out import WebhookMessageQuerySet
from crm.privacy import kept_payloads
from crm.privacy.suppression import remember_erased

# Erases what an app keeps about these customers and returns how many rows of what.
Eraser = Callable[[list[int], dt.datetime], dict[str, int]]

ERASED = "—"
# Unique, and never equal to what somebody types, as typed codes are read without dashes.
BLANK_CODE = Concat(Value("—"), Cast("pk", CharField()))

_erasers: list[Eraser] = []


def register(eraser: Eraser) -> Eraser:
    """Let another app erase what it keeps about a person, in the same transaction."""
    if eraser not in _erasers:
        _erasers.append(eraser)
    return eraser


class _JoinedMeanwhile(Exception):
    """Rolls back to release the locks: what was sent about who was joined has to be locked before them as well."""


def erase(customer: Customer, *, at: dt.datetime, by: User | None = None) -> dict[str, Any]:
    """Erase the person, duplicates merged into them included, and return the certificate.

    Kept: orders with their lines and amounts, scores of feedback, moments of cases, and the consent ledger without
    addresses, as proof of what was allowed when. Erasing twice returns the first certificate.
    """
    while True:
        try:
            return certificate_of(_erase(customer, at, by))
        except _JoinedMeanwhile:
            continue


@transaction.atomic
def _erase(customer: Customer, at: dt.datetime, by: User | None) -> ErasureCertificate:
    last = Delivery.objects.aggregate(last=Max("pk", default=0))["last"]
    named = _records_of(customer)
    payloads = kept_payloads.forget(named, at)
    lock_merging()
    customer.refresh_from_db(fields=["merged_into"])
    person = customer.merged_into or customer
    ids = lock_against_facts([person.pk])
    known = ErasureCertificate.objects.filter(customer=person).first()
    if known:
        return known
    if not set(ids) <= set(named):
        raise _JoinedMeanwhile
    payloads += kept_payloads.forget_what_came_since(last, ids, at)
    erased = {"payloads": payloads} | _erase_facts(ids, at)
    for eraser in _erasers:
        erased |= eraser(ids, at)
    blanks = {column.name: column.blank for column in CUSTOMER_COLUMNS if column.is_erased}
    erased["customers"] = Customer.objects.filter(pk__in=ids).update(**blanks, erased_at=at)
    customer.refresh_from_db()
    return ErasureCertificate.objects.create(customer=person, erased_at=at, erased_by=by, erased=erased)


def _records_of(customer: Customer) -> list[int]:
    """Theirs and those merged into it, as far as is known before they are locked."""
    customer.refresh_from_db(fields=["merged_into"])
    person = customer.merged_into_id or customer.pk
    records = Customer.objects.filter(Q(pk=person) | Q(merged_into=person))
    return list(records.values_list("pk", flat=True))


def certificate_of(certificate: ErasureCertificate) -> dict[str, Any]:
    """The certificate to hand out: {"certificate", "customer", "erased_at", "erased_by", "erased": {what: rows}}."""
    by = certificate.erased_by
    return {
        "certificate": certificate.pk,
        "customer": certificate.customer_id,
        "erased_at": certificate.erased_at.isoformat(),
        "erased_by": by.get_username() if by else "",
        "erased": certificate.erased,
    }


def _erase_facts(ids: list[int], at: dt.datetime) -> dict[str, int]:
    remember_erased(Contact.objects.filter(customer__in=ids).values_list("channel", "address"), at=at)
    cases = Case.objects.filter(customer__in=ids)
    cases.open().update(resolved_at=at)
    EventInbox.objects.filter(customer__in=ids).delete()
    _erase_webhooks(WebhookMessage.objects.filter(customer__in=ids), at)
    # Answers of the last day may name them. Without these a repeated call records its facts once by their own names.
    IdempotentCall.objects.exclude(status=None).delete()
    CustomerScore.objects.filter(customer__in=ids).delete()
    CustomerPrediction.objects.filter(customer__in=ids).delete()
    Customer.history.filter(id__in=ids).delete()
    MergeProposal.objects.filter(keeper__in=ids).delete()
    MergeProposal.objects.filter(duplicate__in=ids).delete()
    return {
        "contacts": Contact.objects.filter(customer__in=ids).delete()[0],
        "consent_records": _of(ConsentRecord, ids).update(address="", evidence={}),
        "events": _of(Event, ids).update(properties={}),
        "devices": _of(KnownVisitor, ids).delete()[0],
        "cases": cases.update(subject=ERASED, body="", solution="", alternative="", goodwill=""),
        "letters": CaseMessage.objects.filter(case__customer__in=ids).update(
            address="", subject="", text="", failure="", key=None
        ),
        "files": CaseAttachment.objects.filter(message__case__customer__in=ids).delete()[0],
        "feedback": _of(Feedback, ids).update(text="", may_publish=False),
        "points": _of(PointsEntry, ids).update(reason="", unspent=0),
        "coupons": _of(Coupon, ids).update(code=BLANK_CODE, gift=ERASED, expires_at=Least(F("expires_at"), Value(at))),
        "orders": _of(Order, ids).update(tracking_number="", receipt_url="", coupon_code=""),
    }


def _erase_webhooks(messages: WebhookMessageQuerySet, at: dt.datetime) -> None:
    """What waits is not sent any more; what was answered says no longer what."""
    messages.waiting().update(status=WebhookMessage.Status.DROPPED, claimed_until=None, settled_at=at)
    messages.update(data={}, answer="")


def _of(model: Any, ids: list[int]) -> QuerySet[Any]:
    return model._default_manager.filter(customer__in=ids)  # type: ignore[no-any-return]
