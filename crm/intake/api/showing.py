"""What is recorded, as the API tells it to this source. Nothing is looked up: callers read in sets what is shown."""

from __future__ import annotations

from typing import Any

from django.db.models import Model
from ninja import Schema

from crm.intake.api.answers import (
    ConsentOut,
    ContactOut,
    CouponOut,
    CustomerOut,
    EventOut,
    FiguresOut,
    LineOut,
    MilestoneOut,
    OrderOut,
    ProductOut,
    RelatedOut,
    SubscriptionOut,
)
from crm.intake.api.naming import own
from crm.loyalty.coupon_wording import in_short
from crm.models import ConsentRecord, Coupon, Customer, Event, Order, Product, Source, Subscription


def customer_out(customer: Customer, source: Source, points: int) -> CustomerOut:
    figures = getattr(customer, "stats", None)
    plain = _columns(customer, CustomerOut)
    return CustomerOut(
        **plain
        | {
            "key": customer.pk,
            "id": own(source, customer.external_id),
            "company": customer.company.name if customer.company else "",
            "contacts": [ContactOut.from_orm(one) for one in customer.contacts.all()],
            "figures": FiguresOut.from_orm(figures) if figures else None,
            "points": points,
        }
    )


def order_out(order: Order, source: Source) -> OrderOut:
    plain = _columns(order, OrderOut)
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
    plain = _columns(product, ProductOut)
    related = [RelatedOut(sku=one.related.sku, kind=one.kind) for one in product.relations.all()]
    return ProductOut(**plain | {"category": paths.get(product.category_id or 0, ""), "related": related})


def subscription_out(one: Subscription, source: Source) -> SubscriptionOut:
    plain = _columns(one, SubscriptionOut)
    return SubscriptionOut(
        **plain
        | {
            "key": one.pk,
            "customer_key": one.customer_id,
            "customer_id": own(source, one.customer.external_id),
            "sku": one.product.sku,
            "status": one.status.value,
        }
    )


def event_out(event: Event, source: Source) -> EventOut:
    return EventOut(
        name=event.kind,
        at=event.occurred_at,
        received_at=event.received_at,
        order=own(source, event.order.number) if event.order else "",
        properties=event.properties,
    )


def consent_out(line: ConsentRecord) -> ConsentOut:
    plain = _columns(line, ConsentOut)
    return ConsentOut(**plain | {"at": line.occurred_at})


def coupon_out(coupon: Coupon, source: Source) -> CouponOut:
    plain = _columns(coupon, CouponOut)
    number = coupon.order.number if coupon.order else coupon.held_for
    return CouponOut(
        **plain
        | {
            "code": coupon.shown_code,
            "offer": in_short(coupon),
            "customer_key": coupon.customer_id,
            "order": own(source, number),
        }
    )


def _columns(record: Model, shape: type[Schema]) -> dict[str, Any]:
    """What stands in the row under the same name; what it refers to is not asked for."""
    own_columns = {field.name for field in record._meta.concrete_fields if not field.is_relation}
    return {name: getattr(record, name) for name in shape.model_fields.keys() & own_columns}
