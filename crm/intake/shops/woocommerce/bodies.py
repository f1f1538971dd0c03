"""The objects of WooCommerce's REST API, as far as Encore reads them. Its webhooks send the same ones.

PHP is lenient, and so is this: a missing text may be null or false, a number may be a text, a list with gaps is an
object. Moments whose name ends in `_gmt` are UTC without saying so; those without it are the shop's own time.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from functools import partial
from html import unescape
from typing import Annotated, Any, Self, TypeVar

from django.utils.translation import gettext as _
from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, Field, ValidationError

from crm.intake.webhook.reading import in_words
from crm.timezones import shop_zone

# As MySQL and PHP write a moment that never was.
NEVER = ("0000", "-0001")
Item = TypeVar("Item")


def _plain(value: Any) -> Any:
    if value is None or value is False:
        return ""
    if isinstance(value, int | float):
        return str(value)
    return unescape(value).strip() if isinstance(value, str) else value


def _number(value: Any) -> Any:
    return None if value in ("", False) else value


def _listed(value: Any) -> Any:
    return list(value.values()) if isinstance(value, dict) else value or []


def _object(value: Any) -> Any:
    return value or {}


def _moment(value: Any, *, is_utc: bool) -> Any:
    if not value or (isinstance(value, str) and value.startswith(NEVER)):
        return None
    moment = dt.datetime.fromisoformat(value) if isinstance(value, str) else value
    if isinstance(moment, dt.datetime) and moment.tzinfo is None:
        return moment.replace(tzinfo=dt.UTC if is_utc else shop_zone())
    return moment


def _cut(longest: int) -> AfterValidator:
    """What is only shown is cut to what its column holds: an order must not be refused for a long name."""
    return AfterValidator(lambda text: text[:longest])


Text = Annotated[str, BeforeValidator(_plain)]
Name = Annotated[Text, _cut(150)]
Title = Annotated[Text, _cut(300)]
Number = Annotated[Annotated[Decimal, Field(gt=-(10**12), lt=10**12)] | None, BeforeValidator(_number)]
Quantity = Annotated[Decimal, Field(gt=-(10**9), lt=10**9), AfterValidator(lambda quantity: round(quantity, 3))]
Utc = Annotated[AwareDatetime | None, BeforeValidator(partial(_moment, is_utc=True))]
Local = Annotated[AwareDatetime | None, BeforeValidator(partial(_moment, is_utc=False))]
Id = Annotated[int, BeforeValidator(lambda value: value or 0), Field(ge=0)]
Listed = Annotated[list[Item], BeforeValidator(_listed)]


class Body(BaseModel):
    @classmethod
    def of(cls, body: Any) -> Self:
        """ValueError names what is not as described."""
        if isinstance(body, dict) and "code" in body and "id" not in body:
            raise ValueError(_("WooCommerce sent an error of its own: %(message)s") % {"message": body.get("message")})
        try:
            return cls.model_validate(body)
        except ValidationError as wrong:
            raise ValueError(in_words(wrong)) from wrong


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
    city: Name = ""
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
    billing: Annotated[Address, BeforeValidator(_object)] = Address()
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
    links: Annotated[dict[str, Any], BeforeValidator(_object)] = Field({}, alias="_links")


class Customer(Resource):
    email: Text = ""
    first_name: Name = ""
    last_name: Name = ""
    billing: Annotated[Address, BeforeValidator(_object)] = Address()


class Category(Body):
    name: Annotated[Text, _cut(200)] = ""
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
    categories: Listed[Category] = []
    images: Listed[Picture] = []
