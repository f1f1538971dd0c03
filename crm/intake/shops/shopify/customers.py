"""Customers of Shopify, and what they consented to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from crm.addresses import country_code, normalise_email, normalise_phone
from crm.customers.recognition import nobody
from crm.intake.facts import ConsentFact, CustomerFact, NothingToRecord
from crm.intake.shops.shopify.bodies import Address, Consent, ConsentUpdate, Customer
from crm.models import Channel, Purpose, Shop
from crm.placeholders import is_no_email, is_no_phone

IS_GRANTED = {"subscribed": True, "unsubscribed": False}
LONGEST_TAG = 100


def customer_fact(body: dict[str, Any]) -> CustomerFact:
    return _fact(Customer.model_validate(body))


def consent_fact(body: dict[str, Any]) -> CustomerFact:
    """Of the topics that tell of nothing but consent."""
    told = ConsentUpdate.model_validate(body)
    return customer_fact(
        {
            "id": told.customer_id or told.id,
            "email": told.email_address or told.email,
            "phone": told.phone or told.phone_number,
            "email_marketing_consent": told.email_marketing_consent,
            "sms_marketing_consent": told.sms_marketing_consent,
            "updated_at": told.updated_at,
        }
    )


def buyer_fact(
    customer: Customer | None, *, emails: list[str], phones: list[str], addresses: list[Address], locale: str
) -> CustomerFact:
    """Who bought: a customer of the shop, else a guest by what they typed.

    The phone of an address names somebody only where nothing else does: presents go to other people's doors.
    """
    known = customer or Customer()
    is_known = bool(known.id or known.email)
    called: list[Customer | Address] = [known, *addresses]
    named = next((one for one in called if one.first_name or one.last_name), known)
    told = known.model_copy(
        update={
            "email": known.email if is_known else _first(emails),
            "phone": known.phone or _first(phones),
            "first_name": named.first_name,
            "last_name": named.last_name,
            "locale": locale or known.locale,
        }
    )
    fact = _fact(told, addresses)
    if not fact.is_somebody:
        told.phone = _first([one.phone for one in addresses])
        fact = _fact(told, addresses)
    if fact.placeholders and not fact.is_somebody:
        raise ValueError(nobody(fact.placeholders))
    if not fact.is_somebody:
        raise NothingToRecord(_("Nobody is named in it: no customer, email address or phone number."))
    return fact


def _fact(told: Customer, addresses: list[Address] | None = None) -> CustomerFact:
    around = [told.default_address, *(addresses or [])]
    country = _first([one.country_code for one in around])
    email, phone = usable_email(told.email), usable_phone(told.phone, country)
    if not (told.id or email or phone):
        # As they are, so that recording says what is wrong with them.
        email, phone = told.email, told.phone
    profile = {
        "first_name": told.first_name,
        "last_name": told.last_name,
        **_home(next((one for one in around if one.city or one.address1), Address())),
        "company": _first([one.company for one in around]),
        "language": told.locale.replace("_", "-").partition("-")[0].lower(),
        "tags": [tag[:LONGEST_TAG] for tag in told.tags if tag],
    }
    return CustomerFact(
        external_id=told.id,
        email=email,
        phone=phone,
        profile={name: value for name, value in profile.items() if value},
        consents=tuple(_consents(told, email, phone)),
        told_at=told.updated_at,
    )


def _home(address: Address) -> dict[str, str]:
    """All of one address: the street of one and the city of another are nobody's home."""
    return {
        "city": address.city,
        "address": ", ".join(filter(None, (address.address1, address.address2))),
        "postal_code": address.zip[:20],
        "region": address.province,
        "country": country_code(address.country_code),
    }


def _consents(told: Customer, email: str, phone: str) -> Iterator[ConsentFact]:
    by_email = told.email_marketing_consent or _before_2022(told)
    for channel, address, said in (
        (Channel.EMAIL, email, by_email),
        (Channel.SMS, phone, told.sms_marketing_consent),
    ):
        if said and address and said.consent_updated_at and said.state in IS_GRANTED:
            yield _consent(channel, said, said.consent_updated_at)


def _consent(channel: Channel, said: Consent, at: dt.datetime) -> ConsentFact:
    """Shopify tells no wording, so the record says where the words stood, in the language of the shop."""
    with translation.override(settings.LANGUAGE_CODE):
        wording = _(
            "The box to subscribe in Shopify's checkout or account (%(level)s). Shopify does not tell its words."
        )
        level = {
            "single_opt_in": _("ticked once"),
            "confirmed_opt_in": _("ticked, and confirmed by a letter or message"),
        }.get(said.opt_in_level, _("how it was given is not known"))
    told = {"opt_in_level": said.opt_in_level, "collected_from": said.consent_collected_from}
    evidence = {name: value for name, value in told.items() if value}
    is_granted = IS_GRANTED[said.state]
    shown = wording % {"level": level} if is_granted else ""
    return ConsentFact(channel, Purpose.MARKETING, is_granted, at, shown, evidence=evidence)


def _before_2022(told: Customer) -> Consent | None:
    """As older versions of the API tell it. A no of the moment when the customer came to be is that nobody asked."""
    at = told.accepts_marketing_updated_at
    if at is None or told.accepts_marketing is None:
        return None
    if not told.accepts_marketing and (told.created_at is None or at <= told.created_at):
        return None
    state = "subscribed" if told.accepts_marketing else "unsubscribed"
    return Consent(state=state, opt_in_level=told.marketing_opt_in_level, consent_updated_at=at)


def usable_email(text: str) -> str:
    try:
        return "" if is_no_email(text) else normalise_email(text)
    except ValueError:
        return ""


def usable_phone(text: str, country: str) -> str:
    try:
        return "" if is_no_phone(text) else normalise_phone(text, country or Shop.load().phone_country)
    except ValueError:
        return ""


def _first(texts: list[str]) -> str:
    return next(filter(None, texts), "")
