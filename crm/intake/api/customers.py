"""Customers: told, and looked up with their addresses, consents, figures and points."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Schema

from crm.intake.api.answers import CustomerOut
from crm.intake.api.batches import BatchIn, BatchResult, Resource, Taken, take, take_all
from crm.intake.api.idempotency import once
from crm.intake.api.keys import READS, ApiKey
from crm.intake.api.naming import Who, customers_named
from crm.intake.api.operations import REFUSED_READS, REFUSED_WRITES
from crm.intake.api.pages import AskedPage, page
from crm.intake.api.reading import customer_fact
from crm.intake.api.schemas import CustomerIn
from crm.intake.api.showing import customer_out
from crm.intake.api.values import Moment
from crm.loyalty import balances
from crm.models import Customer

router = Router(tags=["customers"])
CUSTOMERS = Resource(CustomerIn, customer_fact, lambda told: str(told.id or told.email or told.phone))


class CustomersOut(Schema):
    items: list[CustomerOut]
    next: str | None


@router.post(
    "",
    response={200: Taken, **REFUSED_WRITES},
    summary="Record or correct a customer",
)
@once
def post_customer(request: HttpRequest, customer: CustomerIn) -> Any:
    return take(request, CUSTOMERS, customer)


@router.post(
    "/batch",
    response={200: BatchResult, **REFUSED_WRITES},
    summary="Record or correct many customers",
)
@once
def post_customers(request: HttpRequest, batch: BatchIn) -> Any:
    return take_all(request, CUSTOMERS, batch)


@router.get(
    "",
    auth=ApiKey(READS),
    response={200: CustomersOut, **REFUSED_READS},
    summary="Customers by id, email or phone, or all who came since a moment",
    description="By id, email or phone: all whom they mean, as a family may share an address.",
)
def list_customers(
    request: HttpRequest, asked: AskedPage, who: Who, created_since: Annotated[Moment | None, Query()] = None
) -> Any:
    source = request.auth  # type: ignore[attr-defined]
    customers = Customer.objects.current().select_related("stats", "company").prefetch_related("contacts")
    if created_since:
        customers = customers.filter(created_at__gte=created_since)
    if who.is_told:
        customers = customers.filter(pk__in=[one.pk for one in customers_named(source, who)])
    found, following = page(customers, "created_at", asked)
    points = balances([customer.pk for customer in found], timezone.now())
    items = [customer_out(customer, source, points[customer.pk]) for customer in found]
    return CustomersOut(items=items, next=following)
