"""Who a call is about, and what their traits are in Encore's words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext as _
from pydantic import TypeAdapter, ValidationError

from crm.addresses import country_code, normalise_email, normalise_phone
from crm.customer_columns import COLUMN_BY_NAME
from crm.customers.companies import LONGEST_NAME
from crm.customers.dates import date_in
from crm.intake.api.problems import fields_of
from crm.intake.api.reading import consent_fact
from crm.intake.api.schemas import ConsentIn
from crm.intake.facts import ConsentFact, CustomerFact
from crm.intake.tracking.call import Call
from crm.models import Shop
from crm.timezones import is_time_zone

# Columns of a customer, by the traits that tell them; the first that is told counts.
NAMES = {
    "first_name": ("firstName", "first_name"),
    "last_name": ("lastName", "last_name"),
    "city": ("city",),
    "address": ("street",),
    "postal_code": ("postalCode", "postal_code", "zip"),
    "region": ("state", "region"),
    "country": ("country",),
    "company": ("companyName",),
    "job_title": ("title", "job_title"),
    "language": ("language",),
    "time_zone": ("timezone",),
}
# When they joined the other side is no fact about them here; consents are told by themselves.
LEFT_OUT = frozenset({"createdAt", "created_at", "id", "consents"})
CONSENTS = TypeAdapter(list[ConsentIn])


def customer_of(call: Call, at: dt.datetime, traits: Mapping[str, Any] | None = None) -> CustomerFact:
    """Somebody, or nobody where the call has neither their id nor an address that can be one."""
    rest = dict(call.traits if traits is None else traits)
    email = _address(rest, "email", normalise_email)
    phone = _address(rest, "phone", lambda text: normalise_phone(text, Shop.load().phone_country))
    if not email and "@" in call.user_id:
        email = _address({"email": call.user_id}, "email", normalise_email)
    return CustomerFact(
        external_id=call.user_id,
        email=email,
        phone=phone,
        profile=_profile(rest, call.context),
        consents=_consents(rest),
        told_at=at,
    )


def _address(rest: dict[str, Any], name: str, normalise: Callable[[str], str]) -> str:
    """Taken out of the traits. What is no address stays there as an attribute, and spoils nothing else of the call."""
    told = rest.get(name)
    text = str(told).strip() if isinstance(told, str | int) and not isinstance(told, bool) else ""
    try:
        found = normalise(text) if text else ""
    except ValueError:
        return ""
    if found:
        del rest[name]
    return found


def _profile(rest: dict[str, Any], context: Mapping[str, Any]) -> dict[str, Any]:
    """Takes out of the traits what a customer has a column for; the others are attributes."""
    _spell_out(rest, context)
    profile: dict[str, Any] = {}
    for column, names in NAMES.items():
        told = [name for name in names if _fits(column, rest.get(name))]
        if told:
            words = rest[told[0]].strip()
            profile[column] = words.upper() if column == "country" else words
            for name in told:
                del rest[name]
    if born_on := _day(rest.get("birthday")):
        profile["born_on"] = born_on
        del rest["birthday"]
    attributes = {name[:100]: value for name, value in rest.items() if name not in LEFT_OUT and value is not None}
    return profile | ({"attributes": attributes} if attributes else {})


def _spell_out(rest: dict[str, Any], context: Mapping[str, Any]) -> None:
    """What is said in other places or at once: a name in one piece, a city in an address, a language in a locale."""
    address, name = rest.get("address"), rest.get("name")
    if isinstance(address, dict):
        for part in ("city", "street", "postalCode", "state", "country"):
            rest.setdefault(part, address.get(part))
    if isinstance(name, str) and not any(rest.get(one) for one in (*NAMES["first_name"], *NAMES["last_name"])):
        rest["first_name"], _space, rest["last_name"] = rest.pop("name").strip().partition(" ")
    rest.setdefault("timezone", context.get("timezone"))
    locale = rest.get("locale") or context.get("locale")
    if isinstance(locale, str):
        rest.pop("locale", None)
        rest.setdefault("language", locale.replace("_", "-").partition("-")[0].lower())


def _fits(column: str, value: Any) -> bool:
    """Whether the column can hold it; what it cannot stays an attribute."""
    if not isinstance(value, str) or not value.strip():
        return False
    if column == "time_zone":
        return is_time_zone(value.strip())
    if column == "country":
        return bool(country_code(value.strip()))
    if column == "company":
        return len(value.strip()) <= LONGEST_NAME
    return len(value.strip()) <= (COLUMN_BY_NAME[column].field.max_length or 0)


def _day(value: Any) -> dt.date | None:
    found = date_in(value.replace("Z", "+00:00")) if isinstance(value, str) else None
    return found.date() if isinstance(found, dt.datetime) else found


def _consents(rest: Mapping[str, Any]) -> tuple[ConsentFact, ...]:
    """A yes counts only with the words they saw and the moment; whatever else sounds like one is an attribute."""
    try:
        told = CONSENTS.validate_python(rest.get("consents") or [])
    except ValidationError as wrong:
        problem = fields_of(wrong.errors(include_url=False, include_context=False), skip=0)[0]
        raise ValueError(f"traits.consents.{problem.field}: {problem.detail}") from wrong
    for place, one in enumerate(told):
        if one.granted and not one.wording:
            raise ValueError(
                _("%(place)s: a yes needs the words that the customer saw.") % {"place": f"traits.consents.{place}"}
            )
    return tuple(consent_fact(one) for one in told)
