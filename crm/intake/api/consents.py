"""Consents: a yes or a no of a customer, and the ledger of all they said."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema

from crm.intake.api.answers import ConsentOut
from crm.intake.api.batches import BatchIn, BatchResult, Resource, Taken, take, take_all
from crm.intake.api.idempotency import once
from crm.intake.api.keys import READS, ApiKey
from crm.intake.api.naming import Who, customer_named
from crm.intake.api.operations import REFUSED_READS, REFUSED_WRITES
from crm.intake.api.pages import AskedPage, page
from crm.intake.api.reading import consent_of_customer
from crm.intake.api.schemas import ConsentOfCustomerIn
from crm.intake.api.showing import consent_out
from crm.models import ConsentRecord

router = Router(tags=["consents"])
CONSENTS = Resource(
    ConsentOfCustomerIn,
    consent_of_customer,
    lambda said: str(said.customer.id or said.customer.email or said.customer.phone),
)


class ConsentsOut(Schema):
    items: list[ConsentOut]
    next: str | None


@router.post(
    "",
    response={200: Taken, **REFUSED_WRITES},
    summary="Record that a customer agreed, or did not",
)
@once
def post_consent(request: HttpRequest, consent: ConsentOfCustomerIn) -> Any:
    return take(request, CONSENTS, consent)


@router.post(
    "/batch",
    response={200: BatchResult, **REFUSED_WRITES},
    summary="Record many consents and withdrawals",
)
@once
def post_consents(request: HttpRequest, batch: BatchIn) -> Any:
    return take_all(request, CONSENTS, batch)


@router.get(
    "",
    auth=ApiKey(READS),
    response={200: ConsentsOut, **REFUSED_READS},
    summary="All that a customer agreed to and took back, the oldest first",
)
def list_consents(request: HttpRequest, asked: AskedPage, who: Who) -> Any:
    customer = customer_named(request.auth, who)  # type: ignore[attr-defined]
    found, following = page(ConsentRecord.objects.filter(customer=customer), "occurred_at", asked)
    return ConsentsOut(items=[consent_out(line) for line in found], next=following)
