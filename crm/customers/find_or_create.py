"""Finding the customer whom a fact names, or creating one."""

from __future__ import annotations

import datetime as dt
from typing import Any, TypedDict, Unpack

from django.db import transaction
from django.utils.translation import gettext as _

from crm.customer_columns import COLUMN_BY_NAME, Update
from crm.customers import dates
from crm.customers.merge import merge_or_propose
from crm.customers.recognition import IdentityKeys, identity_keys, recognise
from crm.field_checks import check_fields
from crm.locks import lock_against_facts, lock_current, lock_identities, lock_merging
from crm.models import Company, Contact, Customer


class Profile(TypedDict, total=False):
    """What a fact may say about a customer beside who they are. Empty values change nothing."""

    first_name: str
    last_name: str
    born_on: dt.date | None
    city: str
    address: str
    postal_code: str
    region: str
    country: str
    company: Company | None
    job_title: str
    language: str
    time_zone: str
    source: str
    tags: list[str]
    attributes: dict[str, Any]


@transaction.atomic
def find_or_create(
    *, external_id: str = "", email: str = "", phone: str = "", now: dt.datetime, **profile: Unpack[Profile]
) -> Customer:
    """The customer known by the shop's id or one of these addresses, created when nobody is.

    1. The shop's id decides; without it the email, then the phone. Of several with one address the oldest is meant,
       though never one whom the shop knows by another id.
    2. Addresses they did not have are added.
    3. Others found under the same identities are merged in when nothing speaks against it, else proposed to staff.

    Found by the shop's id, the profile is brought up to date; found by an address only, gaps in it are filled: a
    relative ordering from a shared address must not rename the customer. ValueError for unusable identities.
    """
    keys = identity_keys(external_id, email, phone)
    known = recognise(keys)
    if not known.is_settled(keys):
        return _find_or_create_locked(keys, profile, now)
    customer = lock_current(known.everyone[0])
    _write_profile(customer, keys, profile, now, is_sure=known.by_id is not None)
    return customer


def _find_or_create_locked(keys: IdentityKeys, profile: Profile, now: dt.datetime) -> Customer:
    """As the only one who creates, completes or merges customers of these identities at this moment."""
    lock_identities(keys.names())
    known = recognise(keys)
    if len(known.everyone) > 1:
        # They may become one, so nobody may be adding facts to any of them; who they are is read again under the lock.
        lock_merging()
        known = recognise(keys)
        lock_against_facts(one.pk for one in known.everyone)
    chosen = known.chosen(keys)
    customer = lock_current(chosen) if chosen else Customer(created_at=now)
    _write_profile(customer, keys, profile, now, is_sure=known.by_id is not None)
    _add_contacts(customer, keys, now)
    for other in known.with_address:
        merge_or_propose(customer, other, at=now)
    return customer


def _write_profile(
    customer: Customer, keys: IdentityKeys, profile: Profile, now: dt.datetime, *, is_sure: bool
) -> None:
    """Write only the columns that change, so that nobody else's change is undone."""
    changes = _changes(customer, keys, profile, is_sure=is_sure)
    is_new = customer._state.adding
    if changes and not is_new:
        # What is added to (tags, attributes) is added to what is there now, not to what was read before.
        customer.refresh_from_db(from_queryset=Customer.objects.select_for_update(no_key=True))
        changes = _changes(customer, keys, profile, is_sure=is_sure)
    before = dates.dates_of(customer)
    for name, value in changes.items():
        setattr(customer, name, value)
    if changes:
        check_fields(customer, _("customer %(name)s") % {"name": keys.names()[0].partition(":")[2]})
    if is_new or changes:
        customer.save(update_fields=None if is_new else changes)
    if changes and not is_new:
        dates.record_changes({customer.pk: before}, {customer.pk: dates.dates_of(customer)}, now)


def _changes(customer: Customer, keys: IdentityKeys, profile: Profile, *, is_sure: bool) -> dict[str, Any]:
    changes = {
        name: new
        for name, value in profile.items()
        if (new := _combined(name, getattr(customer, name), value, is_sure=is_sure)) != getattr(customer, name)
    }
    if keys.external_id and not customer.external_id:
        changes["external_id"] = keys.external_id
    return changes


def _combined(name: str, old: Any, new: Any, *, is_sure: bool) -> Any:
    update = COLUMN_BY_NAME[name].update
    if not new:
        return old
    if update is Update.ADD_ITEMS:
        return [*old, *(item for item in new if item not in old)]
    if update is Update.ADD_KEYS:
        return {**old, **new} if is_sure else {**new, **old}
    return new if is_sure and update is Update.REPLACE else old or new


def _add_contacts(customer: Customer, keys: IdentityKeys, now: dt.datetime) -> None:
    Contact.objects.bulk_create(
        [
            Contact(customer=customer, channel=channel, address=address, created_at=now)
            for channel, address in keys.addresses
        ],
        ignore_conflicts=True,
    )
