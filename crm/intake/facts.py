"""What a source tells, in Encore's words: every door turns what it hears into these, and one module records them.

A field left at None says nothing; an empty text says that it is empty. Moments carry their time zone.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, TypeAlias

from crm.orders.catalogue import LineData
from crm.placeholders import is_no_email, is_no_id, is_no_phone

PLACEHOLDERS: Mapping[str, Callable[[str], bool]] = {
    "external_id": is_no_id,
    "email": is_no_email,
    "phone": is_no_phone,
}


class NothingToRecord(Exception):
    """What came has nothing in it for Encore, and why, in words: an order of the shop's own testing, an empty ping."""


class AwaitsStaff(Exception):
    """Nobody has said yet what to make of what came, in words: it is kept, untried, until somebody does."""


class NotYet(Exception):
    """What this is about is not known yet, in words: it waits, and is tried again."""


@dataclass(frozen=True, slots=True)
class ConsentFact:
    """A yes or a no of a customer, with the words they saw and when."""

    channel: str
    purpose: str
    is_granted: bool
    at: dt.datetime
    wording: str = ""
    address: str = ""
    """Empty: the email or phone that names the customer."""
    evidence: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CustomerFact:
    """Who somebody is. `profile` has the columns of Customer that are told: first_name, city, attributes …

    Its `country` has two capital letters, its `company` is a name.
    """

    external_id: str = ""
    email: str = ""
    phone: str = ""
    profile: Mapping[str, Any] = field(default_factory=dict)
    consents: tuple[ConsentFact, ...] = ()
    told_at: dt.datetime | None = None
    placeholders: tuple[str, ...] = ()
    """What stood in place of the id, the email or the phone, which are empty then."""

    def __post_init__(self) -> None:
        for name, is_placeholder in PLACEHOLDERS.items():
            text = getattr(self, name)
            if text and is_placeholder(text):
                object.__setattr__(self, name, "")
                object.__setattr__(self, "placeholders", (*self.placeholders, text))

    @property
    def is_somebody(self) -> bool:
        return bool(self.external_id or self.email or self.phone)


@dataclass(frozen=True, slots=True)
class RefundFact:
    """Money or goods that went back. `key` tells this refund from the order's others."""

    key: str
    at: dt.datetime
    amount: Decimal | None = None
    lines: Mapping[str, Decimal] | None = None


@dataclass(frozen=True, slots=True)
class OrderFact:
    """An order as its source knows it at `told_at`.

    Without a customer it is of whoever the device turns out to be that `anonymous_id` names.
    `moments` has those of paid_at, shipped_at, delivered_at and cancelled_at that are told; None there takes one back.
    `dates` has promised_at, appointment_at and payment_due_at. `details` are other columns of Order; of them,
    `responsible` is the user name or email of one of the staff. `rate` is what one of the order's currency is worth in
    the shop's, where the source knows it. `points_spent` paid for a part of it.
    """

    number: str = ""
    external_id: str = ""
    told_at: dt.datetime | None = None
    customer: CustomerFact | None = None
    placed_at: dt.datetime | None = None
    currency: str = ""
    rate: Decimal | None = None
    total: Decimal | None = None
    discount: Decimal | None = None
    lines: tuple[LineData, ...] | None = None
    moments: Mapping[str, dt.datetime | None] = field(default_factory=dict)
    dates: Mapping[str, dt.datetime | None] = field(default_factory=dict)
    details: Mapping[str, Any] = field(default_factory=dict)
    refunds: tuple[RefundFact, ...] = ()
    milestones: tuple[tuple[str, dt.datetime], ...] = ()
    anonymous_id: str = ""
    points_spent: int = 0


@dataclass(frozen=True, slots=True)
class ProductFact:
    """A product. `fields` has the columns of Product that are told; `category` is a path “A / B”.

    `related` is all that goes with it, as (SKU, kind of ProductRelation).
    """

    sku: str
    fields: Mapping[str, Any] = field(default_factory=dict)
    category: str | None = None
    told_at: dt.datetime | None = None
    related: tuple[tuple[str, str], ...] | None = None


@dataclass(frozen=True, slots=True)
class EventFact:
    """Something else that a customer did, under a name of the shop's own."""

    kind: str
    customer: CustomerFact
    at: dt.datetime
    key: str
    order_number: str = ""
    properties: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PrivacyFact:
    """What the law lets a person ask for, as their shop passes it on. `kind` is one of PrivacyRequest.Kind.

    Nobody is named where it is about all customers of the source. `order_ids` are those of the shop.
    """

    kind: str
    key: str
    at: dt.datetime
    external_id: str = ""
    email: str = ""
    phone: str = ""
    order_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class VisitFact:
    """What a visitor of the site did, of whom their device's id is known and perhaps nothing else."""

    anonymous_id: str
    kind: str
    at: dt.datetime
    key: str
    properties: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class VisitorFact:
    """These devices are that customer's from a moment on, and so is what they did while they were nobody's."""

    anonymous_ids: tuple[str, ...]
    customer: CustomerFact
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class ReaderFact:
    """Who uses this device came by a link of this customer's letter: enough to recognise, not to act as them."""

    anonymous_id: str
    customer_id: int
    at: dt.datetime


Fact: TypeAlias = (
    CustomerFact | OrderFact | ProductFact | EventFact | PrivacyFact | VisitFact | VisitorFact | ReaderFact
)
