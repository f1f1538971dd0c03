"""Who a customer or the billing address of an order is."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from crm.addresses import country_code, normalise_email, normalise_phone
from crm.intake.facts import CustomerFact
from crm.intake.shops.woocommerce.bodies import Address, Customer, Order, Resource
from crm.models import Shop
from crm.placeholders import is_no_email, is_no_phone

# Where plugins for several languages keep the one in which somebody shops: en, en_US, pt-br.
LANGUAGE_KEYS = ("wpml_language", "_wpml_language", "pll_language", "_pll_language", "trp_language", "locale")


def customer_fact(body: Any) -> CustomerFact:
    """An account of the shop."""
    told = Customer.of(body)
    names = {"first_name": told.first_name, "last_name": told.last_name}
    return _fact(told, str(told.id), told.billing, told.email or told.billing.email, names)


def buyer_fact(order: Order) -> CustomerFact:
    """Whoever is billed. A guest has the customer number 0, which is nobody's: email and phone tell who it is."""
    external_id = str(order.customer_id) if order.customer_id else ""
    return _fact(order, external_id, order.billing, order.billing.email, {})


def _fact(told: Resource, external_id: str, billing: Address, email: str, names: dict[str, str]) -> CustomerFact:
    email, phone = _known_by(external_id, email, billing)
    profile: dict[str, Any] = {
        "first_name": names.get("first_name") or billing.first_name,
        "last_name": names.get("last_name") or billing.last_name,
        "city": billing.city,
        "address": ", ".join(filter(None, (billing.address_1, billing.address_2))),
        "postal_code": billing.postcode[:20],
        "region": billing.state,
        "country": country_code(billing.country),
        "company": billing.company,
        "language": _language(told),
    }
    filled = {name: value for name, value in profile.items() if value}
    return CustomerFact(external_id, email, phone, filled, told_at=told.told_at)


def _known_by(external_id: str, email: str, billing: Address) -> tuple[str, str]:
    """The email and phone that can be read, as buyers type anything there.

    Where nothing tells who it is, they stay as they are, so that the reason names what is wrong with them.
    """
    country = billing.country or Shop.load().phone_country
    good_email = "" if is_no_email(email) else _readable(email, normalise_email)
    good_phone = (
        "" if is_no_phone(billing.phone) else _readable(billing.phone, partial(normalise_phone, country=country))
    )
    return (good_email, good_phone) if external_id or good_email or good_phone else (email, billing.phone)


def _readable(text: str, normalise: Callable[[str], str]) -> str:
    try:
        return normalise(text) if text else ""
    except ValueError:
        return ""


def _language(told: Resource) -> str:
    name = told.meta(*LANGUAGE_KEYS)
    code = name.replace("_", "-").partition("-")[0].lower() if isinstance(name, str) else ""
    return code if code.isascii() and code.isalpha() and len(code) in (2, 3) else ""
