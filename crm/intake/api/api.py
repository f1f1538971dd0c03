"""`/api/v1/`: customers, orders, products, consents, events and coupons, one at a time or in batches.

Each item of a batch is answered for itself and recorded in a transaction of its own: what is wrong with one keeps no
other from being taken.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import NinjaAPI, Schema, Status
from pydantic import Field, ValidationError

from crm.intake.api import problems
from crm.intake.api.keys import WRITES, ApiKey
from crm.intake.api.problems import FieldProblem, Problem
from crm.intake.api.reading import customer_fact, event_fact, order_fact, product_fact
from crm.intake.api.schemas import MOST_ITEMS, Body, CustomerIn, EventIn, OrderIn, ProductIn
from crm.intake.facts import Fact
from crm.intake.recording import NotYet, record_fact
from crm.models import Source

T = TypeVar("T", bound=Body)


class Taken(Schema):
    """What was recorded, by the number or id that the shop gave it."""

    id: str


class ItemResult(Schema):
    """What became of one item of a batch; `index` counts from 0."""

    index: int
    ok: bool
    id: str = ""
    detail: str = ""
    errors: list[FieldProblem] = []


class BatchResult(Schema):
    results: list[ItemResult]


class BatchIn(Schema):
    """Items are read one by one, so that one that cannot be read spoils no other."""

    items: list[dict[str, Any]] = Field(min_length=1, max_length=MOST_ITEMS)


api = NinjaAPI(
    title="Encore",
    version="1",
    description="Facts in: what customers are, bought and did. Times carry a zone; amounts are decimal numbers.",
    urls_namespace="api",
    auth=ApiKey(WRITES),
)
problems.register(api)
REFUSALS = {401: Problem, 409: Problem, 422: Problem, 429: Problem}


def _take(request: HttpRequest, fact: Fact, name: str) -> Any:
    """Record one fact; a problem answers why not."""
    try:
        record_fact(fact, request.auth, timezone.now())  # type: ignore[attr-defined]
    except NotYet as missing:
        return problems.answer(409, _("Something it needs is not known yet."), str(missing))
    except ValueError as refused:
        return problems.answer(422, _("It cannot be recorded."), str(refused))
    return Status(200, Taken(id=name))


def _take_all(
    source: Source, items: list[dict[str, Any]], body: type[T], read: Callable[[T], Fact], name: Callable[[T], str]
) -> BatchResult:
    return BatchResult(results=[_one(source, index, item, body, read, name) for index, item in enumerate(items)])


def _one(
    source: Source, index: int, item: dict[str, Any], body: type[T], read: Callable[[T], Fact], name: Callable[[T], str]
) -> ItemResult:
    try:
        told = body.model_validate(item)
        record_fact(read(told), source, timezone.now())
    except ValidationError as wrong:
        fields = problems.fields_of(wrong.errors(include_url=False, include_context=False), skip=0)
        return ItemResult(index=index, ok=False, detail=_("The item is not as described."), errors=fields)
    except (NotYet, ValueError) as refused:
        return ItemResult(index=index, ok=False, detail=str(refused))
    return ItemResult(index=index, ok=True, id=name(told))


@api.post("/orders", response={200: Taken, **REFUSALS}, summary="Record or correct an order")
def post_order(request: HttpRequest, order: OrderIn) -> Any:
    return _take(request, order_fact(order), order.number)


@api.post("/orders/batch", response={200: BatchResult, **REFUSALS}, summary="Record or correct many orders")
def post_orders(request: HttpRequest, batch: BatchIn) -> Any:
    return _take_all(request.auth, batch.items, OrderIn, order_fact, lambda order: order.number)  # type: ignore[attr-defined]


@api.post("/customers", response={200: Taken, **REFUSALS}, summary="Record or correct a customer")
def post_customer(request: HttpRequest, customer: CustomerIn) -> Any:
    return _take(request, customer_fact(customer), _name_of(customer))


@api.post("/customers/batch", response={200: BatchResult, **REFUSALS}, summary="Record or correct many customers")
def post_customers(request: HttpRequest, batch: BatchIn) -> Any:
    return _take_all(request.auth, batch.items, CustomerIn, customer_fact, _name_of)  # type: ignore[attr-defined]


@api.post("/products", response={200: Taken, **REFUSALS}, summary="Record or correct a product")
def post_product(request: HttpRequest, product: ProductIn) -> Any:
    return _take(request, product_fact(product), product.sku)


@api.post("/products/batch", response={200: BatchResult, **REFUSALS}, summary="Record or correct many products")
def post_products(request: HttpRequest, batch: BatchIn) -> Any:
    return _take_all(request.auth, batch.items, ProductIn, product_fact, lambda product: product.sku)  # type: ignore[attr-defined]


@api.post("/events", response={200: Taken, **REFUSALS}, summary="Record what a customer did")
def post_event(request: HttpRequest, event: EventIn) -> Any:
    return _take(request, event_fact(event), event.id)


@api.post("/events/batch", response={200: BatchResult, **REFUSALS}, summary="Record what many customers did")
def post_events(request: HttpRequest, batch: BatchIn) -> Any:
    return _take_all(request.auth, batch.items, EventIn, event_fact, lambda event: event.id)  # type: ignore[attr-defined]


def _name_of(customer: CustomerIn) -> str:
    return str(customer.id or customer.email or customer.phone)
