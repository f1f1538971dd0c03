"""Consent as a ledger, and what it currently comes to on each contact."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from crm.addresses import normalise
from crm.events import record
from crm.locks import lock_current
from crm.models import Channel, ConsentRecord, Contact, Customer, EventKind, Purpose, Shop
from crm.privacy.suppression import erased_at_by_address

Action = ConsentRecord.Action
COLUMNS = {Purpose.MARKETING: "marketing_consent", Purpose.SERVICE: "service_consent"}


def grant(customer: Customer, **details: Any) -> ConsentRecord:
    """The customer said yes. Arguments as `note`."""
    return note(customer, action=Action.GRANTED, **details)


def withdraw(customer: Customer, **details: Any) -> ConsentRecord:
    """The customer said no, or took a yes back. Arguments as `note`."""
    return note(customer, action=Action.WITHDRAWN, **details)


def request(customer: Customer, **details: Any) -> ConsentRecord:
    """The customer was asked to confirm (double opt-in); only a later `grant` allows anything."""
    return note(customer, action=Action.REQUESTED, **details)


@transaction.atomic
def note(
    customer: Customer,
    *,
    action: str,
    channel: str,
    address: str,
    purpose: str,
    at: dt.datetime,
    source: str,
    wording: str = "",
    evidence: dict[str, Any] | None = None,
    by: User | None = None,
) -> ConsentRecord:
    """Add a line to the ledger and bring the contact up to date. The same line twice is one line.

    ValueError for an address that is none, and for whoever was erased.

    Consent to profiling is about no channel: both `channel` and `address` are empty there.
    """
    customer = lock_current(customer)
    if customer.erased_at:
        raise ValueError(_("This customer's data was erased."))
    contact = _contact(customer, channel, address, at) if channel else None
    line, is_new = ConsentRecord.objects.get_or_create(
        customer=customer,
        channel=channel,
        address=contact.address if contact else "",
        purpose=purpose,
        action=action,
        occurred_at=at,
        source=source,
        defaults={"wording": wording, "evidence": evidence or {}, "recorded_by": by},
    )
    if not is_new:
        return line
    if contact:
        update_contact(contact)
    record(
        EventKind.CONSENT_CHANGED,
        customer=customer,
        occurred_at=at,
        source="crm",
        key=f"consent:{line.pk}",
        properties={"channel": channel, "purpose": purpose, "action": action},
    )
    return line


def update_contact(contact: Contact) -> None:
    """Set the contact's consents by the whole ledger: records may arrive late and out of order."""
    ledger = list(
        ConsentRecord.objects.filter(
            customer=contact.customer_id, channel=contact.channel, address=contact.address
        ).values_list("purpose", "action", "occurred_at")
    )
    erased = erased_at_by_address([(contact.channel, contact.address)])
    for purpose, column in COLUMNS.items():
        history = [(action, at) for about, action, at in ledger if about == purpose]
        if history:
            # Whoever was erased withdrew everything said before.
            history += [(Action.WITHDRAWN.value, at) for at in erased.values()]
            setattr(contact, column, current_consent(history))
    contact.save(update_fields=list(COLUMNS.values()))


def merge_ledgers(keeper: Customer, duplicate: Customer, *, at: dt.datetime) -> None:
    """Join two ledgers at a merge: a no that either of them said holds for every address of its channel.

    The ledger must bear out what the contacts say, so each yes that falls gets a line of its own.
    """
    refused = set(_refusals([keeper.pk, duplicate.pk]))
    ConsentRecord.objects.filter(customer=duplicate).update(customer=keeper)
    _move_contacts(keeper, duplicate)
    for contact in keeper.contacts.select_for_update(no_key=True).order_by("pk"):
        update_contact(contact)
        for purpose, column in COLUMNS.items():
            if (contact.channel, purpose) in refused and getattr(contact, column) == Contact.Consent.GRANTED:
                withdraw(
                    keeper, channel=contact.channel, address=contact.address, purpose=purpose, at=at, source="merge"
                )


def _refusals(customer_ids: list[int]) -> Iterable[tuple[str, str]]:
    for contact in Contact.objects.filter(customer__in=customer_ids):
        for purpose, column in COLUMNS.items():
            if getattr(contact, column) == Contact.Consent.WITHDRAWN:
                yield contact.channel, purpose


def _move_contacts(keeper: Customer, duplicate: Customer) -> None:
    """Of an address both had, the keeper's contact is used from now on, in the worse state of the two.

    The duplicate's stays with the duplicate: what was sent there names it.
    """
    kept = {(contact.channel, contact.address): contact for contact in keeper.contacts.all()}
    for contact in duplicate.contacts.all():
        twin = kept.get((contact.channel, contact.address))
        if twin is None:
            contact.customer = keeper
            contact.save(update_fields=["customer"])
            continue
        twin.told_at = max(twin.told_at, contact.told_at)
        if twin.state == Contact.State.ACTIVE:
            twin.state, twin.state_reason = contact.state, contact.state_reason
        twin.save(update_fields=["state", "state_reason", "told_at"])


def current_consent(history: Iterable[tuple[str, dt.datetime]]) -> str:
    """The consent that actions with their moments add up to: the latest yes or no, of two at one moment the no.

    Being asked again changes neither; it counts only where nothing was decided yet.
    """
    known = list(history)
    decided = [(at, action == Action.WITHDRAWN) for action, at in known if action != Action.REQUESTED]
    if decided:
        is_no = max(decided)[1]
        return Contact.Consent.WITHDRAWN.value if is_no else Contact.Consent.GRANTED.value
    return Contact.Consent.REQUESTED.value if known else Contact.Consent.UNKNOWN.value


def _contact(customer: Customer, channel: str, address: str, at: dt.datetime) -> Contact:
    """The contact with this address, created when new, and locked: one change of its consents at a time."""
    if channel not in Channel.values:
        raise ValueError(_("“%(channel)s” is not a channel.") % {"channel": channel})
    known = normalise(channel, address, Shop.load().phone_country if channel == Channel.SMS else "")
    Contact.objects.bulk_create(
        [Contact(customer=customer, channel=channel, address=known, created_at=at, told_at=at)], ignore_conflicts=True
    )
    return Contact.objects.select_for_update(no_key=True).get(customer=customer, channel=channel, address=known)
