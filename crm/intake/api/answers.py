"""What the API tells of what is recorded. Moments carry their zone; amounts are decimal numbers in text."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from ninja import Schema

from crm.intake.api.naming import own
from crm.loyalty.coupon_wording import in_short
from crm.models import ConsentRecord, Coupon, Customer, Event, Order, Product, Source


class ContactOut(Schema):
    channel: str
    address: str
    state: str
    marketing_consent: str
    service_consent: str


class FiguresOut(Schema):
    orders_count: int
    revenue: Decimal
    margin: Decimal | None
    returns_count: int
    first_order_at: dt.datetime | None
    last_order_at: dt.datetime | None
    median_gap_days: float | None


class CustomerOut(Schema):
    """`key` is Encore's own; `id` the shop's, empty where it gave none."""

    key: int
    id: str
    first_name: str
    last_name: str
    born_on: dt.date | None
    city: str
    language: str
    time_zone: str
    source: str
    tags: list[str]
    attributes: dict[str, Any]
    contacts: list[ContactOut]
    figures: FiguresOut | None
    points: int
    created_at: dt.datetime


class LineOut(Schema):
    sku: str
    name: str
    quantity: Decimal
    returned: Decimal
    price: Decimal


class MilestoneOut(Schema):
    name: str
    at: dt.datetime


class OrderOut(Schema):
    number: str
    id: str
    customer_key: int
    customer_id: str
    status: str
    kind: str
    currency: str
    total: Decimal
    discount: Decimal
    refunded: Decimal
    placed_at: dt.datetime
    paid_at: dt.datetime | None
    shipped_at: dt.datetime | None
    delivered_at: dt.datetime | None
    cancelled_at: dt.datetime | None
    returned_at: dt.datetime | None
    promised_at: dt.datetime | None
    appointment_at: dt.datetime | None
    payment_due_at: dt.datetime | None
    coupon: str
    tracking_number: str
    receipt_url: str
    responsible: str
    source: str
    lines: list[LineOut]
    milestones: list[MilestoneOut]
    changed_at: dt.datetime


class RelatedOut(Schema):
    sku: str
    kind: str


class ProductOut(Schema):
    sku: str
    name: str
    category: str
    kind: str
    price: Decimal | None
    cost: Decimal | None
    price_tier: str
    complexity: str
    warranty_months: int | None
    repurchase_days: int | None
    instructions_url: str
    picture_url: str
    is_in_stock: bool
    related: list[RelatedOut]


class EventOut(Schema):
    name: str
    at: dt.datetime
    received_at: dt.datetime
    order: str
    properties: dict[str, Any]


class ConsentOut(Schema):
    channel: str
    address: str
    purpose: str
    action: str
    at: dt.datetime
    wording: str
    source: str
    evidence: Any


class CouponOut(Schema):
    """`offer` says in words what it gives; `order` is the one that used it, or the sale it is held for."""

    code: str
    offer: str
    kind: str
    value: Decimal | None
    gift: str
    minimum: Decimal
    customer_key: int
    expires_at: dt.datetime | None
    redeemed_at: dt.datetime | None
    held_until: dt.datetime | None
    order: str


def customer_out(customer: Customer, source: Source, points: int) -> CustomerOut:
    figures = getattr(customer, "stats", None)
    plain = {name: getattr(customer, name) for name in CustomerOut.model_fields if hasattr(customer, name)}
    return CustomerOut(
        **plain
        | {
            "key": customer.pk,
            "id": own(source, customer.external_id),
            "contacts": [ContactOut.from_orm(one) for one in customer.contacts.all()],
            "figures": FiguresOut.from_orm(figures) if figures else None,
            "points": points,
        }
    )


def order_out(order: Order, source: Source) -> OrderOut:
    plain = {name: getattr(order, name) for name in OrderOut.model_fields if hasattr(order, name)}
    lines = [
        LineOut(
            sku=line.product.sku,
            name=line.product.name,
            quantity=line.quantity,
            returned=line.returned_quantity,
            price=line.price,
        )
        for line in order.lines.all()
    ]
    return OrderOut(
        **plain
        | {
            "number": own(source, order.number),
            "id": own(source, order.external_id),
            "customer_key": order.customer_id,
            "customer_id": own(source, order.customer.external_id),
            "status": order.status.value,
            "coupon": order.coupon_code,
            "responsible": order.responsible.get_username() if order.responsible else "",
            "lines": lines,
            "milestones": [MilestoneOut(name=one.name, at=one.reached_at) for one in order.milestones.all()],
        }
    )


def product_out(product: Product, paths: dict[int, str]) -> ProductOut:
    plain = {name: getattr(product, name) for name in ProductOut.model_fields if hasattr(product, name)}
    related = [RelatedOut(sku=one.related.sku, kind=one.kind) for one in product.relations.all()]
    return ProductOut(**plain | {"category": paths.get(product.category_id or 0, ""), "related": related})


def event_out(event: Event, source: Source) -> EventOut:
    return EventOut(
        name=event.kind,
        at=event.occurred_at,
        received_at=event.received_at,
        order=own(source, event.order.number) if event.order else "",
        properties=event.properties,
    )


def consent_out(line: ConsentRecord) -> ConsentOut:
    plain = {name: getattr(line, name) for name in ConsentOut.model_fields if hasattr(line, name)}
    return ConsentOut(**plain | {"at": line.occurred_at})


def coupon_out(coupon: Coupon, source: Source) -> CouponOut:
    plain = {
        name: getattr(coupon, name) for name in CouponOut.model_fields if name != "order" and hasattr(coupon, name)
    }
    number = coupon.order.number if coupon.order else coupon.held_for
    return CouponOut(
        **plain | {"offer": in_short(coupon), "customer_key": coupon.customer_id, "order": own(source, number)}
    )
