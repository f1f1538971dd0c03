from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction

from chains.models import Touch
from chains.reactions.touch_events import record_touch_event
from crm.consent import withdraw
from crm.models import Contact, Customer, EventKind, Purpose


@transaction.atomic
def unsubscribe(touch: Touch, *, at: dt.datetime, evidence: dict[str, Any], source: str) -> None:
    """Withdraw consent to marketing, and note that this very message was the reason."""
    withdraw_marketing(touch, at=at, evidence=evidence, source=source)
    record_touch_event(touch, EventKind.MESSAGE_UNSUBSCRIBED, at, f"unsubscribed:{touch.pk}", source="receipts")
    Touch.objects.filter(pk=touch.pk, unsubscribed_at=None).update(unsubscribed_at=at)


@transaction.atomic
def withdraw_marketing(touch: Touch, *, at: dt.datetime, evidence: dict[str, Any], source: str) -> None:
    """Withdraw consent to marketing for the address the letter went to, for everybody who shares it."""
    for channel, address in written_addresses(touch):
        withdraw_at(channel, address, at=at, evidence=evidence, source=source)


@transaction.atomic
def withdraw_at(channel: str, address: str, *, at: dt.datetime, evidence: dict[str, Any], source: str) -> None:
    sharing = Contact.objects.select_related("customer").filter(channel=channel, address=address)
    for contact in sharing.filter(customer__in=Customer.objects.current()):
        if contact.marketing_consent != Contact.Consent.WITHDRAWN:
            withdraw_from_contact(contact, at=at, evidence=evidence, source=source)


def withdraw_from_contact(contact: Contact, *, at: dt.datetime, evidence: dict[str, Any], source: str) -> None:
    withdraw(
        contact.customer,
        channel=contact.channel,
        address=contact.address,
        purpose=Purpose.MARKETING,
        at=at,
        source=source,
        evidence=evidence,
    )


def written_addresses(touch: Touch) -> list[tuple[str, str]]:
    """Where the letter went; every address of the customer when that one is no longer kept."""
    contacts = [touch.contact] if touch.contact else Contact.objects.filter(customer=touch.customer_id)
    return [(contact.channel, contact.address) for contact in contacts]
