"""Addresses typed into a customer's form: stored in their one form, and a consent stays with what it was given for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.utils.translation import gettext as _

from crm import consent
from crm.addresses import normalise
from crm.customers.contacts import record_change
from crm.locks import lock_current
from crm.models import Contact, Customer, Shop
from crm.placeholders import check_address


class ContactForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Contact
        fields = ("channel", "address", "state")

    def clean(self) -> dict[str, Any]:
        facts = super().clean() or self.cleaned_data
        channel, address = facts.get("channel"), facts.get("address")
        if channel and address and self.has_changed():
            try:
                facts["address"] = normalise(channel, address, Shop.load().phone_country)
                check_address(channel, facts["address"])
            except ValueError as error:
                self.add_error("address", str(error))
        return facts


class ContactFormSet(forms.models.BaseInlineFormSet):  # type: ignore[type-arg]
    """Compared as they are stored: `Ann@…` and `ann@…` are one address."""

    def get_unique_error_message(self, unique_check: Any) -> str:
        return _("This address stands here twice.")


def save_contacts(customer: Customer, formset: Any, *, at: dt.datetime, by: User) -> list[Contact]:
    """The addresses typed in. One typed over another is a contact of its own: what was said of the old one stays there.

    The old one is no longer used, and one that is said to be in use again is used before others.
    """
    lock_current(customer)
    had = set(customer.contacts.values_list("channel", flat=True))
    replaced = [_replace(form, at) for form in formset.initial_forms if _is_another(form, formset)]
    for form in formset.initial_forms:
        if "state" in form.changed_data and form.instance.state == Contact.State.ACTIVE:
            form.instance.told_at = at
    formset.save()
    for contact, _old in replaced:
        contact.save()
    told = [*replaced, *((contact, None) for contact in formset.new_objects)]
    for contact, old in told:
        consent.update_contact(contact)
        if contact.channel in had:
            record_change(contact, at=at, by=by.get_username(), replaced=old)
    return [contact for contact, _old in told]


def _is_another(form: Any, formset: Any) -> bool:
    return bool({"address", "channel"} & set(form.changed_data)) and form not in formset.deleted_forms


def _replace(form: Any, at: dt.datetime) -> tuple[Contact, Contact]:
    """The contact that the form describes, not yet saved, and the one it was about, as it will be saved."""
    typed, old = form.cleaned_data, form.instance
    state = typed["state"] if "state" in form.changed_data else Contact.State.ACTIVE
    new = Contact(
        customer=old.customer,
        channel=typed["channel"],
        address=typed["address"],
        state=state,
        created_at=at,
        told_at=at,
    )
    old.refresh_from_db()
    if old.state == Contact.State.ACTIVE:
        old.state, old.state_reason = Contact.State.STALE, _("another address was told instead")
    return new, old


def shared_with(customer: Customer, typed: Iterable[Contact]) -> list[Customer]:
    """Others known by an address that was just typed in."""
    people = {
        other.pk: other
        for contact in typed
        for other in Customer.objects.by_address(contact.channel, contact.address).exclude(pk=customer.pk)
    }
    return list(people.values())
