"""Who a fact names, and what they agreed to."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from django.db import transaction
from django.utils.translation import gettext as _

from crm import consent
from crm.customers.companies import company_named
from crm.customers.find_or_create import find_or_create
from crm.customers.recognition import nobody
from crm.intake.facts import ConsentFact, CustomerFact
from crm.models import Channel, ConsentRecord, Customer, Source
from crm.placeholders import check_address


@transaction.atomic
def record_customer(fact: CustomerFact, source: Source, now: dt.datetime) -> Customer:
    if not fact.is_somebody:
        raise ValueError(nobody(fact.placeholders))
    profile = dict(fact.profile)
    if "company" in profile:
        profile["company"] = company_named(profile["company"])
    customer = find_or_create(
        external_id=source.prefixed(fact.external_id),
        email=fact.email,
        phone=fact.phone,
        now=now,
        told_at=fact.told_at or now,
        **profile,
    )
    for said in fact.consents:
        address = _address_of(said, fact)
        verb = consent.grant if said.is_granted else consent.withdraw
        verb(
            customer,
            channel=said.channel,
            address=address,
            purpose=said.purpose,
            at=said.at,
            source=source.name[:50],
            wording=said.wording,
            evidence=dict(said.evidence),
        )
    return customer


def dated(customer: CustomerFact, told_at: dt.datetime | None) -> CustomerFact:
    """Who is told beside something else is told when that is."""
    return customer if customer.told_at else replace(customer, told_at=told_at)


def _address_of(said: ConsentFact, fact: CustomerFact) -> str:
    """Profiling is about no channel, and so about no address."""
    if (said.purpose == ConsentRecord.Purpose.PROFILING) != (not said.channel):
        raise ValueError(_("Consent to profiling names no channel; any other names one."))
    named = {Channel.EMAIL.value: fact.email, Channel.SMS.value: fact.phone}
    address = said.address or named.get(said.channel, "")
    check_address(said.channel, address)
    if said.channel and not address:
        raise ValueError(_("Consent for %(channel)s needs an address of it.") % {"channel": said.channel})
    return address if said.channel else ""
