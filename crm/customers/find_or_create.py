"""Finding the customer whom a fact names, or creating one."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Unpack, cast

from django.db import transaction
from django.utils.translation import gettext as _

from crm import placeholders
from crm.customers import dates
from crm.customers.contacts import tell_addresses, tell_again
from crm.customers.merge import merge_or_propose
from crm.customers.profiles import Profile, Word, changes_of
from crm.customers.recognition import IdentityKeys, identity_keys, recognise
from crm.field_checks import check_fields
from crm.locks import lock_against_facts, lock_current, lock_identities, lock_merging
from crm.loyalty import earn
from crm.models import Customer, EarningRule


@transaction.atomic
def find_or_create(
    *,
    external_id: str = "",
    email: str = "",
    phone: str = "",
    now: dt.datetime,
    told_at: dt.datetime | None = None,
    **profile: Unpack[Profile],
) -> Customer:
    """The customer known by the shop's id or one of these addresses, created when nobody is.

    1. The shop's id decides; without it the email, then the phone. Of several with one address the oldest is meant,
       though never one whom the shop knows by another id.
    2. Addresses they did not have are added; of each channel the one told last is written to.
    3. Others found under the same identities are merged in when nothing speaks against it, else proposed to staff.

    Found by the shop's id, the profile is brought up to date: of each field the newest word wins, where a source says
    when it was told. Found by an address only, gaps in it are filled: a relative ordering from a shared address must
    not rename the customer. Placeholders say nothing. ValueError for unusable identities.
    """
    profile = cast(Profile, {name: placeholders.told(value) for name, value in profile.items()})
    keys = identity_keys(external_id, email, phone)
    known = recognise(keys)
    if not known.is_settled(keys):
        return _find_or_create_locked(keys, Word(profile, told_at, keys), now)
    customer = lock_current(known.everyone[0])
    if customer.erased_at:
        # While we waited. Nobody is recognised as them any more, so a second look finds whoever is meant now.
        return _find_or_create_locked(keys, Word(profile, told_at, keys), now)
    _write_profile(customer, Word(profile, told_at, keys, is_sure=known.by_id is not None), now)
    last = min(told_at or now, now)
    if known.were_told_before(last):
        tell_again(customer, keys.addresses, told_at=last)
    return customer


def _find_or_create_locked(keys: IdentityKeys, word: Word, now: dt.datetime) -> Customer:
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
    if customer.erased_at:
        return _find_or_create_locked(keys, word, now)
    _write_profile(customer, replace(word, is_sure=known.by_id is not None), now)
    tell_addresses(customer, keys.addresses, at=now, told_at=min(word.told_at or now, now))
    if chosen is None:
        earn(EarningRule.Occasion.REGISTRATION, [customer.pk], key="registered", at=now)
    for other in known.with_address:
        merge_or_propose(customer, other, at=now)
    return customer


def _write_profile(customer: Customer, word: Word, now: dt.datetime) -> None:
    """Write only the columns that change, so that nobody else's change is undone."""
    changes = changes_of(customer, word)
    is_new = customer._state.adding
    if changes and not is_new:
        # What is added to (tags, attributes) is added to what is there now, not to what was read before.
        customer.refresh_from_db(from_queryset=Customer.objects.select_for_update(no_key=True))
        changes = changes_of(customer, word)
    before = dates.dates_of(customer)
    for name, value in changes.items():
        setattr(customer, name, value)
    if not changes.keys() - {"told"} and not is_new:
        Customer.objects.filter(pk=customer.pk).update(**changes)
        return
    check_fields(customer, _("customer %(name)s") % {"name": word.keys.names()[0].partition(":")[2]})
    customer.save(update_fields=None if is_new else changes)
    if not is_new:
        dates.record_changes({customer.pk: before}, {customer.pk: dates.dates_of(customer)}, now)
