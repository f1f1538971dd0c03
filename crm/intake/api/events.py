"""Events: anything else that a customer did, under names of the shop's own, and all that happened to a customer."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Query, Router, Schema

from crm.intake.api.answers import EventOut
from crm.intake.api.batches import BatchIn, BatchResult, Resource, Taken, take, take_all
from crm.intake.api.idempotency import once
from crm.intake.api.keys import READS, ApiKey
from crm.intake.api.naming import Who, customer_named
from crm.intake.api.operations import REFUSED_READS, REFUSED_WRITES
from crm.intake.api.pages import AskedPage, page
from crm.intake.api.reading import event_fact
from crm.intake.api.schemas import EventIn
from crm.intake.api.showing import event_out
from crm.intake.api.values import Moment
from crm.intake.event_batches import record_usual_events
from crm.models import Event

router = Router(tags=["events"])
EVENTS = Resource(EventIn, event_fact, lambda event: event.id, record_usual_events)


class EventsOut(Schema):
    items: list[EventOut]
    next: str | None


@router.post(
    "",
    response={200: Taken, **REFUSED_WRITES},
    summary="Record what a customer did",
)
@once
def post_event(request: HttpRequest, event: EventIn) -> Any:
    return take(request, EVENTS, event)


@router.post(
    "/batch",
    response={200: BatchResult, **REFUSED_WRITES},
    summary="Record what many customers did",
)
@once
def post_events(request: HttpRequest, batch: BatchIn) -> Any:
    return take_all(request, EVENTS, batch)


@router.get(
    "",
    auth=ApiKey(READS),
    response={200: EventsOut, **REFUSED_READS},
    summary="What happened to a customer, the oldest first",
)
def list_events(
    request: HttpRequest,
    asked: AskedPage,
    who: Who,
    since: Annotated[Moment | None, Query()] = None,
    name: Annotated[str, Query(max_length=100)] = "",
) -> Any:
    source = request.auth  # type: ignore[attr-defined]
    events = Event.objects.filter(customer=customer_named(source, who)).select_related("order")
    if since:
        events = events.filter(occurred_at__gte=since)
    if name:
        events = events.filter(kind=name)
    found, following = page(events, "occurred_at", asked)
    return EventsOut(items=[event_out(event, source) for event in found], next=following)
