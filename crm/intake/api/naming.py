"""Which customer a call is about, and by what names a source knows its own."""

from __future__ import annotations

from typing import Annotated

from django.utils.translation import gettext as _
from ninja import Query, Schema
from pydantic import Field

from crm.customers.recognition import identity_keys, recognise
from crm.intake.api.problems import Refused, answer
from crm.intake.api.schemas import NamedCustomer
from crm.models import Customer, Source
from crm.placeholders import is_no_id


class WhoIn(Schema):
    """The shop's id of a customer, an email or a phone."""

    id: str = Field("", max_length=180)
    email: str = Field("", max_length=320)
    phone: str = Field("", max_length=40)

    @property
    def is_told(self) -> bool:
        return bool(self.id or self.email or self.phone)


Who = Annotated[WhoIn, Query()]


def customers_named(source: Source, who: WhoIn | NamedCustomer) -> list[Customer]:
    """All whom these names mean, whom they surely mean first: a family may share an address."""
    external_id = "" if is_no_id(who.id) else source.prefixed(who.id)
    try:
        return recognise(identity_keys(external_id, who.email, who.phone)).everyone
    except ValueError as wrong:
        raise Refused(answer(422, _("Nobody can be named so."), str(wrong))) from wrong


def customer_named(source: Source, who: WhoIn | NamedCustomer) -> Customer:
    """The one whom facts under these names are told of; 404 when nobody is."""
    found = customers_named(source, who)
    if not found:
        raise Refused(answer(404, _("No customer has this id, email or phone.")))
    return found[0]


def own(source: Source, name: str | None) -> str:
    """As this source names it."""
    return (name or "").removeprefix(source.id_prefix)
