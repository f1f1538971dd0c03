"""A yes or no that a customer said to staff, kept with how, when and in which words."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm import consent
from crm.admin.conditional import conditional
from crm.admin.customer_page import url_of
from crm.admin.moment_field import moment_field, past_moment
from crm.models import Channel, ConsentRecord, Contact, Customer, Purpose

SOURCE = "staff"
HOW = [("phone", _("by phone")), ("paper", _("on paper")), ("person", _("in person"))]
ACTIONS = [
    (ConsentRecord.Action.GRANTED.value, _("given")),
    (ConsentRecord.Action.WITHDRAWN.value, _("withdrawn")),
]


class ContactField(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, contact: Any) -> str:
        return f"{contact.address} · {Channel(contact.channel).label}"


class ConsentForm(forms.Form):
    contact = ContactField(label=_("address"), queryset=Contact.objects.none(), empty_label=None)
    purpose = forms.ChoiceField(label=_("purpose"), choices=Purpose.choices, initial=Purpose.MARKETING)
    action = forms.ChoiceField(label=_("consent"), choices=ACTIONS)
    how = forms.ChoiceField(label=_("how"), choices=HOW)
    at = moment_field(_("when"), help_text=_("Empty: now."))
    wording = forms.CharField(
        label=_("wording"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("What the customer heard or read and said yes to."),
    )
    note = forms.CharField(
        label=_("evidence"),
        max_length=500,
        required=False,
        help_text=_("Where the paper or the recording is kept, or what was said."),
    )

    class Media:
        js = (conditional({"wording": [{"action": [ConsentRecord.Action.GRANTED]}]}),)

    def __init__(self, *args: Any, customer: Customer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["contact"].queryset = customer.contacts.order_by("channel", "pk")  # type: ignore[attr-defined]

    def clean_at(self) -> dt.datetime:
        return past_moment(self.cleaned_data["at"])

    def clean(self) -> dict[str, Any]:
        facts = self.cleaned_data
        if facts.get("action") == ConsentRecord.Action.GRANTED and not facts.get("wording"):
            self.add_error("wording", gettext("A yes is worth only its words: type what the customer agreed to."))
        return facts


def consent_view(request: HttpRequest, customer_id: int) -> HttpResponseBase:
    agent = request.user
    if not isinstance(agent, User) or not agent.has_perms(["crm.change_customer", "crm.add_contact"]):
        raise PermissionDenied
    customer = get_object_or_404(Customer.objects.current(), pk=customer_id)
    asked = {name: request.GET[name] for name in ("contact", "purpose", "action") if name in request.GET}
    form = ConsentForm(request.POST or None, customer=customer, initial=asked)
    if request.method == "POST" and form.is_valid():
        _note(customer, form.cleaned_data, agent)
        messages.success(request, gettext("The consent is noted."))
        return HttpResponseRedirect(url_of(customer.pk))
    context = {
        **admin.site.each_context(request),
        "title": gettext("Note a consent") + f" · {customer}",
        "customer": customer,
        "form": form,
    }
    return TemplateResponse(request, "crm/admin/by_hand.html", context, status=400 if form.errors else 200)


def _note(customer: Customer, facts: dict[str, Any], agent: User) -> None:
    consent.note(
        customer,
        action=facts["action"],
        channel=facts["contact"].channel,
        address=facts["contact"].address,
        purpose=facts["purpose"],
        at=facts["at"],
        source=SOURCE,
        wording=facts["wording"],
        evidence={"how": facts["how"], "note": facts["note"]},
        by=agent,
    )
