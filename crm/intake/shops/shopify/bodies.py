"""Shopify's objects, as far as Encore reads them: of old and new versions of its API, whole or in part.

What is null says nothing, but for what `nulls_told` names.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, ClassVar

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

Money = Annotated[Decimal, Field(allow_inf_nan=False)]
Moment = AwareDatetime | None


class Told(BaseModel):
    model_config = ConfigDict(extra="ignore", coerce_numbers_to_str=True, str_strip_whitespace=True)

    nulls_told: ClassVar[frozenset[str]] = frozenset()

    @model_validator(mode="before")
    @classmethod
    def leave_out_nulls(cls, body: Any) -> Any:
        if not isinstance(body, dict):
            return body
        return {name: value for name, value in body.items() if value is not None or name in cls.nulls_told}


def _tags(value: Any) -> Any:
    return [tag.strip() for tag in value.split(",")] if isinstance(value, str) else value


class ShopMoney(Told):
    amount: Money
    currency_code: str = ""


class MoneySet(Told):
    """An amount in the shop's currency, beside the one that the customer saw."""

    shop_money: ShopMoney


class Consent(Told):
    state: str = ""
    opt_in_level: str = ""
    consent_updated_at: Moment = None
    consent_collected_from: str = ""


class Address(Told):
    first_name: str = ""
    last_name: str = ""
    phone: str = ""
    company: str = ""
    address1: str = ""
    address2: str = ""
    city: str = ""
    province: str = ""
    zip: str = ""
    country_code: str = ""


class Customer(Told):
    id: str = ""
    email: str = ""
    phone: str = ""
    first_name: str = ""
    last_name: str = ""
    locale: str = ""
    tags: Annotated[list[str], BeforeValidator(_tags)] = []
    created_at: Moment = None
    updated_at: Moment = None
    default_address: Address = Address()
    email_marketing_consent: Consent | None = None
    sms_marketing_consent: Consent | None = None
    accepts_marketing: bool | None = None
    accepts_marketing_updated_at: Moment = None
    marketing_opt_in_level: str = ""


class ConsentUpdate(Told):
    """Of the topics that are only about consent; the one about SMS names the customer as `id`."""

    customer_id: str = ""
    id: str = ""
    email_address: str = ""
    email: str = ""
    phone: str = ""
    phone_number: str = ""
    email_marketing_consent: Consent | None = None
    sms_marketing_consent: Consent | None = None
    updated_at: Moment = None


class Picture(Told):
    src: str = ""


class Variant(Told):
    id: str = ""
    sku: str = ""
    title: str = ""
    price: Money | None = None
    inventory_management: str = ""
    inventory_policy: str = ""
    inventory_quantity: int | None = None


class Product(Told):
    id: str
    title: str = ""
    product_type: str = ""
    status: str = ""
    updated_at: Moment = None
    image: Picture = Picture()
    variants: list[Variant] = []


class PrivacyCustomer(Told):
    id: str = ""
    email: str = ""
    phone: str = ""


class PrivacyBody(Told):
    shop_id: str
    shop_domain: str


class ShopRedact(PrivacyBody):
    """Nothing else may stand in it: the header that names the topic is not signed, so the body has to be one itself."""

    model_config = ConfigDict(extra="forbid")


class CustomerRedact(PrivacyBody):
    customer: PrivacyCustomer
    orders_to_redact: list[str]


class DataRequest(PrivacyBody):
    customer: PrivacyCustomer
    orders_requested: list[str]
