"""What the API tells of what is recorded. Moments carry their zone; amounts are decimal numbers in text."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any, Literal

from ninja import Schema


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
    address: str
    postal_code: str
    region: str
    country: str
    company: str
    job_title: str
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
    rate: Decimal
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
    url: str
    instructions_url: str
    video_url: str
    cart_id: str
    picture_url: str
    is_in_stock: bool
    related: list[RelatedOut]


class SubscriptionOut(Schema):
    key: int
    customer_key: int
    customer_id: str
    sku: str
    quantity: int
    every: int
    unit: str
    status: str
    next_on: dt.date
    started_at: dt.datetime
    paused_until: dt.date | None
    stopped_at: dt.datetime | None
    stop_reason: str


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
    customer_key: int | None
    expires_at: dt.datetime | None
    redeemed_at: dt.datetime | None
    held_until: dt.datetime | None
    order: str


class PointsOut(Schema):
    """`balance` is below zero for whoever owes points; `pending` comes when orders can no longer be returned."""

    customer_key: int
    balance: int
    spendable: int
    pending: int
    tier: str
    expiring: int
    expires_on: dt.date | None


class QuoteOut(Schema):
    """How many points may pay for the order, and what they are worth in the shop's currency."""

    points: int
    worth: Decimal
    reason: str


class SpentOut(Schema):
    """What a sale has to do with points: `state` is held, spent, or free where it was let go or given back."""

    order: str
    customer_key: int
    points: int
    worth: Decimal | None
    state: Literal["held", "spent", "free"]
    held_until: dt.datetime | None
    balance: int
    spendable: int
