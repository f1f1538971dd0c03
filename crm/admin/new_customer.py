"""A customer who called or came in is added by staff, recognised as everywhere."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm.addresses import normalise_email, normalise_phone
from crm.admin.customer_page import url_of
from crm.customers.companies import company_named
from crm.customers.find_or_create import find_or_create
from crm.customers.recognition import identity_keys, recognise
from crm.models import Channel, Customer, Shop
from crm.placeholders import check_address

SOURCE = "staff"


class NewCustomerForm(forms.Form):
    first_name = forms.CharField(label=_("first name"), max_length=150, required=False)
    last_name = forms.CharField(label=_("last name"), max_length=150, required=False)
    email = forms.CharField(
        label=_("email"), max_length=320, required=False, widget=forms.TextInput(attrs={"inputmode": "email"})
    )
    phone = forms.CharField(
        label=_("phone"), max_length=40, required=False, widget=forms.TextInput(attrs={"inputmode": "tel"})
    )
    born_on = forms.DateField(
        label=_("birth date"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    city = forms.CharField(label=_("city"), max_length=150, required=False)
    address = forms.CharField(label=_("street, house, flat"), max_length=300, required=False)
    postal_code = forms.CharField(label=_("postal code"), max_length=20, required=False)
    company = forms.CharField(
        label=_("company"), max_length=200, required=False, help_text=_("A new name makes a new company.")
    )
    job_title = forms.CharField(label=_("job title"), max_length=150, required=False)
    language = forms.ChoiceField(
        label=_("language"), required=False, choices=[("", _("the language of the shop")), *settings.LANGUAGES]
    )
    notes = forms.CharField(label=_("notes"), required=False, widget=forms.Textarea(attrs={"rows": 3}))

    def clean_email(self) -> str:
        return self._normalised("email", Channel.EMAIL, normalise_email)

    def clean_phone(self) -> str:
        country = Shop.load().phone_country
        return self._normalised("phone", Channel.SMS, lambda typed: normalise_phone(typed, country))

    def clean_born_on(self) -> dt.date | None:
        born_on: dt.date | None = self.cleaned_data["born_on"]
        if born_on and born_on > timezone.localdate():
            raise ValidationError(_("This day is still ahead."))
        return born_on

    def clean(self) -> dict[str, Any]:
        facts = self.cleaned_data
        if not self.errors and not facts["email"] and not facts["phone"]:
            self.add_error("email", gettext("Type an email address or a phone number: a customer is known by them."))
        return facts

    def _normalised(self, name: str, channel: str, normalise: Callable[[str], str]) -> str:
        typed: str = self.cleaned_data[name]
        try:
            address = normalise(typed) if typed else ""
            check_address(channel, address)
        except ValueError as error:
            raise ValidationError(str(error)) from error
        return address


def new_customer_view(request: HttpRequest) -> HttpResponseBase:
    if not may_add_customer(request):
        raise PermissionDenied
    form = NewCustomerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        customer, is_new = _add(form.cleaned_data)
        messages.success(
            request,
            gettext("The customer is added.")
            if is_new
            else gettext("This person was known already: here is their page, with the gaps filled."),
        )
        return HttpResponseRedirect(url_of(customer.pk))
    context = {**admin.site.each_context(request), "title": gettext("Add a customer"), "form": form}
    return TemplateResponse(request, "crm/admin/by_hand.html", context, status=400 if form.errors else 200)


def may_add_customer(request: HttpRequest) -> bool:
    """The right to add contacts: that to add customers is the right to import and export them."""
    return request.user.has_perms(["crm.change_customer", "crm.add_contact"])


@transaction.atomic
def _add(facts: dict[str, Any]) -> tuple[Customer, bool]:
    notes = facts.pop("notes")
    is_new = not recognise(identity_keys("", facts["email"], facts["phone"])).everyone
    if is_new:
        facts["source"] = SOURCE
    company = company_named(facts.pop("company"))
    customer = find_or_create(now=timezone.now(), company=company, **facts)
    if notes and notes not in customer.notes:
        customer.notes = f"{customer.notes}\n{notes}".strip()
        customer.save(update_fields=["notes"])
    return customer, is_new
