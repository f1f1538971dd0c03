"""What the law has Shopify ask of everybody who holds its customers' data."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _

from crm.intake.facts import PrivacyFact
from crm.intake.shops.shopify.bodies import CustomerRedact, DataRequest, PrivacyBody, ShopRedact
from crm.intake.shops.shopify.customers import usable_email, usable_phone
from crm.intake.shops.shopify.signature import shop_of
from crm.models import Delivery, PrivacyRequest, Source

BODIES: dict[str, type[ShopRedact | CustomerRedact | DataRequest]] = {
    "customers/data_request": DataRequest,
    "customers/redact": CustomerRedact,
    "shop/redact": ShopRedact,
}
KINDS = {
    "customers/data_request": PrivacyRequest.Kind.ACCESS,
    "customers/redact": PrivacyRequest.Kind.ERASURE,
    "shop/redact": PrivacyRequest.Kind.SHOP_ERASURE,
}


def privacy_fact(delivery: Delivery, body: dict[str, Any]) -> PrivacyFact:
    told = BODIES[delivery.topic].model_validate(body)
    _check_shop(told, delivery.source)
    fact = PrivacyFact(KINDS[delivery.topic], delivery.key, delivery.received_at)
    if isinstance(told, ShopRedact):
        return fact
    customer = told.customer
    return replace(
        fact,
        external_id=customer.id,
        email=usable_email(customer.email),
        phone=usable_phone(customer.phone, ""),
        order_ids=tuple(told.orders_to_redact) if isinstance(told, CustomerRedact) else (),
    )


def _check_shop(told: PrivacyBody, source: Source) -> None:
    """Signed, unlike the header: what is erased cannot be brought back."""
    shop = shop_of(source)
    if shop and told.shop_domain.lower() != shop:
        raise ValueError(
            _("It is about the shop “%(named)s”, not %(shop)s.") % {"named": told.shop_domain[:100], "shop": shop}
        )
