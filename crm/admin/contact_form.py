"""Addresses typed into a customer's form: stored in their one form, and a consent stays with what it was given for."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _

from crm import consent
from crm.addresses import normalise
from crm.locks import lock_current
from crm.models import Contact, Customer, Shop


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
            except ValueError as error:
                self.add_error("address", str(error))
        return facts


class ContactFormSet(forms.models.BaseInlineFormSet):  # type: ignore[type-arg]
    """Compared as they are stored: `Ann@…` and `ann@…` are one address."""

    def get_unique_error_message(self, unique_check: Any) -> str:
        return _("This address stands here twice.")


def save_contacts(customer: Customer, formset: Any) -> None:
    """An address that became another one starts anew: nothing said about the old one speaks for it."""
    lock_current(customer)
    changed = [
        form for form in formset.initial_forms if "address" in form.changed_data or "channel" in form.changed_data
    ]
    for form in changed:
        contact = form.instance
        contact.marketing_consent = contact.service_consent = Contact.Consent.UNKNOWN
        if "state" not in form.changed_data:
            contact.state, contact.state_reason = Contact.State.ACTIVE, ""
    formset.save()
    for form in changed:
        if form.instance.pk:
            consent.update_contact(form.instance)


def shared_with(customer: Customer, formset: Any) -> list[Customer]:
    """Others known by an address that was just typed in."""
    typed = [form.instance for form in formset.forms if form.has_changed() and form.instance.pk]
    people = {
        other.pk: other
        for contact in typed
        for other in Customer.objects.by_address(contact.channel, contact.address).exclude(pk=customer.pk)
    }
    return list(people.values())
