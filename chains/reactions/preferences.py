"""What a customer decides on the preference page: topics, frequency, and where marketing may reach them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Set as AbstractSet
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from chains.models.template import TOPICS
from chains.reactions.unsubscribe import withdraw_from_contact
from crm.consent import grant
from crm.locks import lock_current
from crm.models import Contact, Customer, Purpose

SOURCE = "preference page"


@transaction.atomic
def save_preferences(
    customer: Customer,
    *,
    topics: AbstractSet[str],
    contact_ids: AbstractSet[int],
    frequency: str,
    at: dt.datetime,
    evidence: dict[str, Any],
) -> None:
    """Keep what was ticked; of consent only what changed goes into the ledger. Nothing, of whoever was just erased."""
    customer = lock_current(customer)
    if customer.erased_at:
        return
    _mute_all_but(topics, customer)
    if frequency in Customer.Frequency.values:
        customer.frequency = frequency
    customer.save(update_fields=["muted_topics", "frequency"])
    for contact in offered_contacts(customer):
        is_on = contact.marketing_consent == Contact.Consent.GRANTED
        if is_on and contact.pk not in contact_ids:
            withdraw_from_contact(contact, at=at, evidence=evidence, source=SOURCE)
        elif not is_on and contact.pk in contact_ids:
            _grant(contact, at, evidence)


def _mute_all_but(topics: AbstractSet[str], customer: Customer) -> None:
    """Topics of an older list that the page no longer offers stay as they are."""
    offered = [topic.value for topic in TOPICS]
    others = [topic for topic in customer.muted_topics if topic not in offered]
    customer.muted_topics = [*others, *(topic for topic in offered if topic not in topics)]


def offered_contacts(customer: Customer) -> list[Contact]:
    """The contacts whose consent the page offers to change."""
    active = Contact.objects.select_related("customer").filter(customer=customer, state=Contact.State.ACTIVE)
    return list(active.order_by("channel", "pk"))


def consent_wording() -> str:
    """What a tick on the preference page agrees to."""
    return _("Send me ideas, tips and offers here. I can stop this at any time.")


def _grant(contact: Contact, at: dt.datetime, evidence: dict[str, Any]) -> None:
    grant(
        contact.customer,
        channel=contact.channel,
        address=contact.address,
        purpose=Purpose.MARKETING,
        at=at,
        source=SOURCE,
        wording=consent_wording(),
        evidence=evidence,
    )
