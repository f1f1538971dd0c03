"""From the bodies of the API to facts."""

from __future__ import annotations

from typing import Any

from crm.intake.api.schemas import ConsentIn, ConsentOfCustomerIn, CustomerIn, EventIn, OrderIn, ProductIn, RefundIn
from crm.intake.facts import ConsentFact, CustomerFact, EventFact, OrderFact, ProductFact, RefundFact
from crm.orders.catalogue import LineData

HOME = {"city", "address", "postal_code", "region", "country"}
PROFILE = frozenset(
    HOME
    | {"first_name", "last_name", "born_on", "company", "job_title", "language", "time_zone", "source", "tags"}
    | {"attributes"}
)
MOMENTS = ("paid_at", "shipped_at", "delivered_at", "cancelled_at")
DETAILS = {"coupon": "coupon_code"} | {name: name for name in ("kind", "tracking_number", "responsible", "source")}
NO_COLUMNS = frozenset({"sku", "category", "related", "updated_at"})
DATES = ("promised_at", "appointment_at", "payment_due_at")


def customer_fact(body: CustomerIn) -> CustomerFact:
    told = body.told()
    return CustomerFact(
        external_id=body.id,
        email=body.email,
        phone=body.phone,
        profile={name: value for name, value in told.items() if name in PROFILE},
        consents=tuple(consent_fact(said) for said in body.consents),
        told_at=body.updated_at,
    )


def consent_fact(body: ConsentIn) -> ConsentFact:
    return ConsentFact(body.channel, body.purpose, body.granted, body.at, body.wording, body.address, body.evidence)


def consent_of_customer(body: ConsentOfCustomerIn) -> CustomerFact:
    named = body.customer
    return CustomerFact(named.id, named.email, named.phone, consents=(consent_fact(body),))


def order_fact(body: OrderIn) -> OrderFact:
    told = body.told()
    return OrderFact(
        number=body.number,
        external_id=body.id,
        told_at=body.updated_at,
        customer=customer_fact(body.customer) if body.customer else None,
        placed_at=body.placed_at,
        currency=body.currency or "",
        rate=body.rate,
        total=body.total,
        discount=body.discount,
        lines=None if body.lines is None else tuple(LineData(**line.model_dump()) for line in body.lines),
        moments={name: told[name] for name in MOMENTS if name in told},
        dates={name: told[name] for name in DATES if name in told},
        details=_details(told),
        refunds=tuple(refund_fact(refund) for refund in body.refunds),
        milestones=tuple((one.name, one.at) for one in body.milestones),
        points_spent=body.points_spent or 0,
    )


def refund_fact(body: RefundIn) -> RefundFact:
    return RefundFact(body.id, body.at, body.amount, body.lines)


def product_fact(body: ProductIn) -> ProductFact:
    told = {name: value for name, value in body.told().items() if name not in NO_COLUMNS}
    urls = {name: str(value or "") for name, value in told.items() if name.endswith("_url")}
    related = None if body.related is None else tuple((one.sku, one.kind) for one in body.related)
    return ProductFact(body.sku, told | urls, body.category, body.updated_at, related)


def event_fact(body: EventIn) -> EventFact:
    return EventFact(body.name, customer_fact(body.customer), body.at, body.id, body.order, body.properties)


def _details(told: dict[str, Any]) -> dict[str, Any]:
    details = {DETAILS[name]: value for name, value in told.items() if name in DETAILS and value is not None}
    if not details.get("source", "told"):
        del details["source"]
    if "receipt_url" in told:
        details["receipt_url"] = str(told["receipt_url"] or "")
    return details
