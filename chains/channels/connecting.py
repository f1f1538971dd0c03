"""A customer connects a chat or a browser, and lets go of it again: contact and consent together."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from crm.consent import grant, withdraw
from crm.locks import lock_current
from crm.models import Contact, Customer, Purpose


def consent_wording() -> str:
    """What the customer agrees to; kept in the ledger as they read it."""
    return _("Write to me here about my orders, and with ideas, tips and offers. I can stop this at any time.")


@transaction.atomic
def connect(
    customer: Customer, channel: str, address: str, *, at: dt.datetime, source: str, evidence: dict[str, Any]
) -> Contact:
    """The customer asked to be written to there; what stopped working before works again."""
    customer = lock_current(customer)
    for purpose in Purpose.values:
        grant(
            customer,
            channel=channel,
            address=address,
            purpose=purpose,
            at=at,
            source=source,
            wording=consent_wording(),
            evidence=evidence,
        )
    contact = Contact.objects.get(customer=customer, channel=channel, address=address)
    if contact.state != Contact.State.ACTIVE:
        contact.state, contact.state_reason = Contact.State.ACTIVE, ""
        contact.save(update_fields=["state", "state_reason"])
    return contact


@transaction.atomic
def disconnect(channel: str, address: str, *, at: dt.datetime, source: str, evidence: dict[str, Any]) -> int:
    """Nothing goes there any more, to whomever of those who share it; returns how many they are."""
    sharing = contacts_at(channel, address)
    for contact in sharing:
        for purpose in Purpose.values:
            withdraw(
                contact.customer,
                channel=channel,
                address=address,
                purpose=purpose,
                at=at,
                source=source,
                evidence=evidence,
            )
    return len(sharing)


def contacts_at(channel: str, address: str) -> list[Contact]:
    """The contacts with this address of customers that stand for themselves."""
    sharing = Contact.objects.filter(channel=channel, address=address, customer__in=Customer.objects.current())
    return list(sharing.select_related("customer").order_by("-pk"))
