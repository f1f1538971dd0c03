"""Orders, and what belongs to them, as Shopify tells them."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from crm.intake.shops.shopify.bodies import Address, Customer, Moment, Money, MoneySet, Told


class Line(Told):
    id: str = ""
    sku: str = ""
    variant_id: str = ""
    product_id: str = ""
    title: str = ""
    name: str = ""
    quantity: Money = Decimal(0)
    current_quantity: Money | None = None
    price: Money = Decimal(0)
    price_set: MoneySet | None = None


class Code(Told):
    code: str = ""


class Transaction(Told):
    amount: Money = Decimal(0)
    amount_set: MoneySet | None = None
    kind: str = ""
    status: str = ""
    currency: str = ""
    test: bool = False
    created_at: Moment = None
    processed_at: Moment = None


class RefundLine(Told):
    quantity: Money = Decimal(0)
    restock_type: str = ""
    line_item_id: str = ""
    line_item: Line = Line()
    subtotal_set: MoneySet | None = None
    total_tax_set: MoneySet | None = None


class Refund(Told):
    id: str
    order_id: str = ""
    created_at: Moment = None
    processed_at: Moment = None
    refund_line_items: list[RefundLine] = []
    transactions: list[Transaction] = []


class Fulfillment(Told):
    id: str = ""
    order_id: str = ""
    name: str = ""
    status: str = ""
    shipment_status: str = ""
    tracking_number: str = ""
    created_at: Moment = None
    updated_at: Moment = None


class FulfillmentEvent(Told):
    id: str = ""
    order_id: str
    status: str = ""
    happened_at: Moment = None
    created_at: Moment = None
    estimated_delivery_at: Moment = None


class Order(Told):
    nulls_told: ClassVar[frozenset[str]] = frozenset({"cancelled_at"})

    id: str
    name: str = ""
    email: str = ""
    contact_email: str = ""
    phone: str = ""
    test: bool = False
    created_at: Moment = None
    processed_at: Moment = None
    updated_at: Moment = None
    cancelled_at: Moment = None
    currency: str = ""
    total_price: Money | None = None
    total_price_set: MoneySet | None = None
    current_total_price: Money | None = None
    current_total_price_set: MoneySet | None = None
    total_discounts: Money | None = None
    total_discounts_set: MoneySet | None = None
    financial_status: str = ""
    customer_locale: str = ""
    customer: Customer | None = None
    billing_address: Address = Address()
    shipping_address: Address = Address()
    line_items: list[Line] | None = None
    discount_codes: list[Code] = []
    fulfillments: list[Fulfillment] = []
    refunds: list[Refund] = []
    transactions: list[Transaction] = []


class Checkout(Told):
    id: str = ""
    token: str = ""
    email: str = ""
    phone: str = ""
    created_at: Moment = None
    updated_at: Moment = None
    completed_at: Moment = None
    currency: str = ""
    total_price: Money = Decimal(0)
    abandoned_checkout_url: str = ""
    customer_locale: str = ""
    customer: Customer | None = None
    billing_address: Address = Address()
    shipping_address: Address = Address()
    line_items: list[Line] = []
