"""The objects of WooCommerce's REST API, as far as Encore reads them. Its webhooks send the same ones."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Annotated, Any, Self

from django.utils.translation import gettext as _
from pydantic import BaseModel, BeforeValidator, Field, ValidationError

from crm.intake.facts import NothingToRecord
from crm.intake.shops.woocommerce.values import (
    Id,
    Listed,
    Local,
    Name,
    Number,
    Quantity,
    Text,
    Title,
    Utc,
    as_object,
    cut,
)
from crm.intake.webhook.reading import in_words


class Body(BaseModel):
    @classmethod
    def of(cls, body: Any) -> Self:
        """ValueError names what is not as described."""
        if isinstance(body, dict) and "code" in body and "id" not in body:
            _refuse_error(body)
        try:
            return cls.model_validate(body)
        except ValidationError as wrong:
            raise ValueError(in_words(wrong)) from wrong


def _refuse_error(body: dict[str, Any]) -> None:
    """The shop builds what it sends only when it sends it, and sends its own error where it cannot."""
    if str(body["code"]).endswith("invalid_id"):
        raise NothingToRecord(_("It was deleted in the shop before the shop told of it."))
    raise ValueError(_("WooCommerce sent an error of its own: %(message)s") % {"message": body.get("message")})


class Meta(Body):
    key: Text = ""
    value: Any = None


class Resource(Body):
    id: int = Field(gt=0)
    date_created: Local = None
    date_created_gmt: Utc = None
    date_modified: Local = None
    date_modified_gmt: Utc = None
    meta_data: Listed[Meta] = []

    @property
    def created_at(self) -> dt.datetime | None:
        return self.date_created_gmt or self.date_created

    @property
    def told_at(self) -> dt.datetime | None:
        return self.date_modified_gmt or self.date_modified or self.created_at

    def meta(self, *keys: str) -> Any:
        """The first of these that a plugin has filled."""
        values = {one.key: one.value for one in self.meta_data}
        return next((values[key] for key in keys if values.get(key)), None)


class Address(Body):
    first_name: Name = ""
    last_name: Name = ""
    company: Name = ""
    address_1: Name = ""
    address_2: Name = ""
    city: Name = ""
    state: Name = ""
    postcode: Name = ""
    country: Name = ""
    email: Text = ""
    phone: Text = ""


class Line(Body):
    product_id: Id = 0
    variation_id: Id = 0
    sku: Text = ""
    name: Title = ""
    quantity: Quantity = Decimal(0)
    price: Number = None
    subtotal: Number = None
    subtotal_tax: Number = None


class CouponLine(Body):
    code: Text = ""


class RefundOfOrder(Body):
    id: int = Field(gt=0)
    total: Number = None


class Order(Resource):
    number: Text = ""
    status: Text = ""
    currency: Text = ""
    prices_include_tax: bool = False
    total: Number = None
    discount_total: Number = None
    discount_tax: Number = None
    customer_id: Id = 0
    billing: Annotated[Address, BeforeValidator(as_object)] = Address()
    date_paid: Local = None
    date_paid_gmt: Utc = None
    date_completed: Local = None
    date_completed_gmt: Utc = None
    line_items: Listed[Line] = []
    coupon_lines: Listed[CouponLine] = []
    refunds: Listed[RefundOfOrder] = []

    @property
    def paid_at(self) -> dt.datetime | None:
        return self.date_paid_gmt or self.date_paid

    @property
    def completed_at(self) -> dt.datetime | None:
        return self.date_completed_gmt or self.date_completed


class Refund(Resource):
    parent_id: Id = 0
    amount: Number = None
    line_items: Listed[Line] = []
    links: Annotated[dict[str, Any], BeforeValidator(as_object)] = Field({}, alias="_links")


class Customer(Resource):
    email: Text = ""
    first_name: Name = ""
    last_name: Name = ""
    billing: Annotated[Address, BeforeValidator(as_object)] = Address()


class Category(Body):
    name: Annotated[Text, cut(200)] = ""
    slug: Text = ""


class Picture(Body):
    src: Text = ""


class Product(Resource):
    sku: Text = ""
    name: Title = ""
    type: Text = ""
    status: Text = "publish"
    price: Number = None
    stock_status: Text = ""
    permalink: Text = ""
    categories: Listed[Category] = []
    images: Listed[Picture] = []
