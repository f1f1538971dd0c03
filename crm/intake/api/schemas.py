"""The bodies of the API, the same ones that a plain webhook carries in `data`.

What is left out says nothing and changes nothing; `null` for a moment takes it back. An unknown field is an error, so
that a slip of the pen is not silently ignored.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import ConfigDict, Field, HttpUrl, StringConstraints

from crm.intake.api.values import MOST_LINES, JsonValue, Moment, Money, Number, Points, Price, Quantity, Rate, Sku, text


class Body(Schema):
    model_config = ConfigDict(extra="forbid")

    def told(self) -> dict[str, Any]:
        """The fields that were named, as they were read."""
        return {name: getattr(self, name) for name in self.model_fields_set}


class ConsentIn(Body):
    """A yes or a no, with the words the customer saw and when they said so. About profiling it names no channel."""

    channel: Literal["", "email", "sms", "telegram", "push"] = ""
    address: text(320) = Field("", description="Left out: the email or phone that names the customer.")  # type: ignore[valid-type]
    purpose: Literal["service", "marketing", "profiling"] = "marketing"
    granted: bool
    at: Moment
    wording: text(2_000) = ""  # type: ignore[valid-type]
    evidence: dict[text(100, 1), text(1_000)] = Field(default_factory=dict, max_length=20)  # type: ignore[valid-type]


class NamedCustomer(Body):
    """Named by the shop's id, an email or a phone: at least one of them."""

    id: text(180) = Field("", description="How the shop names this customer.")  # type: ignore[valid-type]
    email: text(320) = ""  # type: ignore[valid-type]
    phone: text(40) = ""  # type: ignore[valid-type]


class ConsentOfCustomerIn(ConsentIn):
    customer: NamedCustomer


class CustomerIn(NamedCustomer):
    """Named by the shop's id, an email or a phone: at least one of them."""

    first_name: text(150) = ""  # type: ignore[valid-type]
    last_name: text(150) = ""  # type: ignore[valid-type]
    born_on: dt.date | None = None
    city: text(150) = ""  # type: ignore[valid-type]
    address: text(300) = Field("", description="Street, house, flat.")  # type: ignore[valid-type]
    postal_code: text(20) = ""  # type: ignore[valid-type]
    region: text(150) = ""  # type: ignore[valid-type]
    country: Annotated[str, StringConstraints(pattern="^([A-Z]{2})?$")] = ""
    company: text(200) = Field("", description="By its name; a new one is made.")  # type: ignore[valid-type]
    job_title: text(150) = ""  # type: ignore[valid-type]
    language: text(8) = ""  # type: ignore[valid-type]
    time_zone: text(64) = ""  # type: ignore[valid-type]
    source: text(100) = Field("", description="Where they were won.")  # type: ignore[valid-type]
    tags: list[text(100, 1)] = Field(default_factory=list, max_length=100)  # type: ignore[valid-type]
    attributes: dict[text(100, 1), JsonValue] = Field(default_factory=dict, max_length=100)  # type: ignore[valid-type]
    consents: list[ConsentIn] = Field(default_factory=list, max_length=20)
    updated_at: Moment | None = None


class LineIn(Body):
    sku: Sku
    name: text(300) = ""  # type: ignore[valid-type]
    category: text(500) = Field("", description="A path: Kitchen / Kettles.")  # type: ignore[valid-type]
    quantity: Quantity = Decimal(1)
    price: Price = Field(description="For one, before the order's discount.")
    cost: Price | None = None


class RefundIn(Body):
    """Money, goods by SKU, or both; neither is the whole order."""

    id: text(80, 1) = Field(description="Tells this refund from the order's others.")  # type: ignore[valid-type]
    at: Moment
    amount: Money | None = None
    lines: dict[Sku, Quantity] | None = Field(None, max_length=MOST_LINES)


class MilestoneIn(Body):
    name: text(200, 1)  # type: ignore[valid-type]
    at: Moment


class OrderIn(Body):
    """An order as the shop knows it now. New ones need `customer`, `placed_at`, and `lines` or `total`."""

    number: Number
    id: text(180) = Field("", description="Where other messages name the order otherwise.")  # type: ignore[valid-type]
    customer: CustomerIn | None = None
    placed_at: Moment | None = None
    paid_at: Moment | None = None
    shipped_at: Moment | None = None
    delivered_at: Moment | None = Field(None, description="Or the service was performed.")
    cancelled_at: Moment | None = None
    promised_at: Moment | None = None
    appointment_at: Moment | None = None
    payment_due_at: Moment | None = None
    kind: Literal["goods", "service"] | None = None
    currency: Annotated[str, StringConstraints(pattern="^[A-Za-z]{3}$")] | None = None
    rate: Rate | None = Field(None, description="What one of the currency is worth in the shop's own, on that day.")
    total: Money | None = None
    discount: Money | None = None
    lines: list[LineIn] | None = Field(None, max_length=MOST_LINES)
    coupon: text(64) = ""  # type: ignore[valid-type]
    points_spent: Points | None = Field(None, description="Paid with so many points; spent once, whoever tells it.")
    tracking_number: text(100) = ""  # type: ignore[valid-type]
    receipt_url: HttpUrl | None = None
    responsible: text(254) | None = Field(None, description="Who of the staff: user name or email; empty: nobody.")  # type: ignore[valid-type]
    source: text(100) = Field("", description="Where the order came from; left out: the name of this key.")  # type: ignore[valid-type]
    refunds: list[RefundIn] = Field(default_factory=list, max_length=100)
    milestones: list[MilestoneIn] = Field(default_factory=list, max_length=100)
    updated_at: Moment | None = Field(None, description="When the shop knew this: the newest word wins.")


class RelatedIn(Body):
    sku: Sku
    kind: Literal["accessory", "consumable", "upgrade", "service"]


class ProductIn(Body):
    sku: Sku
    name: text(300) | None = None  # type: ignore[valid-type]
    category: text(500) | None = None  # type: ignore[valid-type]
    kind: Literal["goods", "service"] | None = None
    price: Price | None = None
    cost: Price | None = None
    price_tier: Literal["", "budget", "middle", "premium"] | None = None
    complexity: Literal["simple", "complex"] | None = None
    warranty_months: Annotated[int, Field(ge=0, le=1_200)] | None = None
    repurchase_days: Annotated[int, Field(ge=1, le=10_000)] | None = None
    url: HttpUrl | None = Field(None, description="Its page in the shop.")
    instructions_url: HttpUrl | None = None
    video_url: HttpUrl | None = Field(None, description="How to set it up and use it.")
    cart_id: text(100) | None = Field(None, description="By which a link fills the shop's cart.")  # type: ignore[valid-type]
    picture_url: HttpUrl | None = None
    is_in_stock: bool | None = None
    related: list[RelatedIn] | None = Field(None, max_length=200, description="What goes with it: the whole list.")
    updated_at: Moment | None = None


class EventIn(Body):
    """Something a customer did, under a name of the shop's own: `quiz_taken`."""

    id: text(150, 1) = Field(description="Tells this event from all others of this source.")  # type: ignore[valid-type]
    name: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_.:-]{0,99}$")]
    customer: CustomerIn
    at: Moment
    order: text(80) = ""  # type: ignore[valid-type]
    properties: dict[text(100, 1), JsonValue] = Field(default_factory=dict, max_length=100)  # type: ignore[valid-type]


class SaleIn(Body):
    """What is bought, as far as the till knows: a coupon may ask for a sum, or for goods."""

    code: text(64, 1)  # type: ignore[valid-type]
    order: text(80) = Field("", description="The number of the order or sale.")  # type: ignore[valid-type]
    customer: NamedCustomer | None = None
    amount: Money | None = Field(None, description="Before any discount.")
    skus: list[Sku] | None = Field(None, max_length=MOST_LINES)
    at: Moment | None = None


class RedemptionIn(SaleIn):
    """By the number of an order that is known, or held for a sale whose order comes later."""

    order: Number = Field(description="The number of the order or sale.")
    hold_minutes: int = Field(1_440, ge=1, le=43_200, description="How long it is held for an order to come.")


class ReleaseIn(Body):
    code: text(64, 1)  # type: ignore[valid-type]
    order: Number = Field(description="The order or sale that it was redeemed or held for.")
    at: Moment | None = None


class QuoteIn(Body):
    customer: NamedCustomer
    amount: Money = Field(description="What the order comes to, less its discount and without delivery.")
    order: text(80) = Field("", description="The number of the order or sale: what it holds already counts as free.")  # type: ignore[valid-type]
    at: Moment | None = None


class SpendIn(Body):
    """Points that pay for an order or sale. With `amount` they may not be more than the settings allow of it."""

    customer: NamedCustomer
    order: Number = Field(description="The number of the order or sale; the order that comes later finds them by it.")
    points: Points
    amount: Money | None = None
    at: Moment | None = None


class HoldIn(SpendIn):
    hold_minutes: int = Field(30, ge=1, le=1_440, description="How long they are kept for this sale.")


class SaleOfPointsIn(Body):
    order: Number = Field(description="The order or sale that the points were held or spent for.")
    at: Moment | None = None


class RefundOfPointsIn(SaleOfPointsIn):
    points: Points | None = Field(None, description="Left out: all that are left.")
    id: text(80) = Field("", description="Tells this refund from others of the sale.")  # type: ignore[valid-type]
