"""What a plain webhook's body tells: `{"type": "order.updated", "timestamp": …, "data": {…}}`."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from pydantic import AwareDatetime, BaseModel, Field, ValidationError

from crm.intake.api import reading
from crm.intake.api.problems import fields_of
from crm.intake.api.schemas import Body, CustomerIn, EventIn, OrderIn, ProductIn
from crm.intake.arrival import Arrival
from crm.intake.facts import CustomerFact, Fact, OrderFact, ProductFact
from crm.models import Delivery

PROBLEMS_TOLD = 5

# By the first word of the type: the body of the API that `data` is, and the fact made of it.
READERS: dict[str, tuple[type[Body], Callable[[Any], Fact]]] = {
    "order": (OrderIn, reading.order_fact),
    "customer": (CustomerIn, reading.customer_fact),
    "product": (ProductIn, reading.product_fact),
    "event": (EventIn, reading.event_fact),
}


class Envelope(BaseModel):
    type: str = Field(min_length=1, max_length=100)
    timestamp: AwareDatetime | None = None
    data: dict[str, Any]

    @property
    def about(self) -> str:
        return self.type.partition(".")[0]

    @property
    def subject(self) -> str:
        """The order or customer whose deliveries are applied in the order in which they came."""
        customer = self.data if self.about == "customer" else self.data.get("customer") or {}
        names = {"order": ("number",), "product": ("sku",)}.get(self.about, ("id", "email", "phone"))
        body = self.data if self.about in {"order", "product"} else customer
        found = next((str(body[name]) for name in names if isinstance(body, dict) and body.get(name)), "")
        kind = "customer" if self.about == "event" else self.about
        return f"{kind} {found}"[:200] if found else ""


def arrival(request: HttpRequest) -> Arrival:
    """ValueError names what is not as described."""
    try:
        envelope = Envelope.model_validate_json(request.body)
    except ValidationError as wrong:
        raise ValueError(in_words(wrong)) from wrong
    return Arrival(
        key=request.headers.get("webhook-id") or hashlib.sha256(request.body).hexdigest(),
        topic=envelope.type,
        subject=envelope.subject,
        payload=envelope.model_dump(mode="json"),
    )


def read(delivery: Delivery) -> list[Fact]:
    """Nothing, where the type is none of ours. ValueError names the field that is not as described."""
    envelope = Envelope.model_validate(delivery.payload)
    if envelope.about not in READERS:
        return []
    schema, fact_of = READERS[envelope.about]
    try:
        body = schema.model_validate(envelope.data)
    except ValidationError as wrong:
        raise ValueError(in_words(wrong)) from wrong
    return [_dated(fact_of(body), envelope.timestamp or delivery.received_at)]


def in_words(wrong: ValidationError) -> str:
    problems = fields_of(wrong.errors(include_url=False), skip=0)
    listed = "; ".join(f"{problem.field}: {problem.detail}" for problem in problems[:PROBLEMS_TOLD])
    if len(problems) > PROBLEMS_TOLD:
        listed += "; " + _("%(shown)d of %(count)d are shown") % {"shown": PROBLEMS_TOLD, "count": len(problems)}
    return _("Not as described: %(problems)s") % {"problems": listed}


def _dated(fact: Fact, moment: dt.datetime) -> Fact:
    """Applied late, it is still no newer than when it was sent."""
    if isinstance(fact, CustomerFact | OrderFact | ProductFact) and not fact.told_at:
        return replace(fact, told_at=moment)
    return fact
