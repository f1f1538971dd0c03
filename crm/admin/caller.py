"""Somebody nobody knows is on the line: who they are and what they want, in one form and one press."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm import consent
from crm.admin.conditional import conditional
from crm.admin.customer_page import url_of
from crm.admin.new_customer import SOURCE, NewCustomerForm, may_add_customer
from crm.customers.find_or_create import find_or_create
from crm.customers.recognition import identity_keys, recognise
from crm.models import Case, Channel, ConsentRecord, Customer, Purpose
from crm.service.cases import open_case
from crm.service.staff_tasks import open_task

ORDER, QUESTION, COMPLAINT, TASK = "order", Case.Kind.QUESTION.value, Case.Kind.COMPLAINT.value, "task"
ABOUT = [
    (ORDER, _("They want to order")),
    (QUESTION, _("They ask something")),
    (COMPLAINT, _("They complain")),
    (TASK, _("We have to do something for them")),
]


class CallerForm(NewCustomerForm):
    born_on = city = address = postal_code = company = job_title = language = notes = None  # type: ignore[assignment]
    about = forms.ChoiceField(label=_("what it is about"), choices=ABOUT, initial=QUESTION, widget=forms.RadioSelect)
    subject = forms.CharField(label=_("in a line"), max_length=200, required=False)
    body = forms.CharField(
        label=_("what they said"), max_length=20_000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    may_answer = forms.BooleanField(
        label=_("they agree to be called or written to about this"), required=False, initial=True
    )
    token = forms.RegexField(r"^[0-9a-f]{32}$", widget=forms.HiddenInput)

    field_order = ("first_name", "last_name", "phone", "email", "about", "subject", "body", "may_answer")

    class Media:
        js = (conditional({name: [{"about": [QUESTION, COMPLAINT, TASK]}] for name in ("subject", "body")}),)

    def clean(self) -> dict[str, Any]:
        facts = super().clean()
        if facts.get("about") not in {None, ORDER} and not facts.get("subject"):
            self.add_error("subject", gettext("Say in a line what it is about: whoever helps next reads that first."))
        return facts


def caller_view(request: HttpRequest) -> HttpResponseBase:
    agent = request.user
    if not isinstance(agent, User) or not may_add_customer(request) or not agent.has_perm("crm.add_case"):
        raise PermissionDenied
    initial = {**_typed(request.GET.get("q", "")), "token": uuid.uuid4().hex}
    form = CallerForm(request.POST or None, initial=initial)
    known: list[Customer] = []
    if request.method == "POST" and form.is_valid():
        facts = form.cleaned_data
        known = recognise(identity_keys("", facts["email"], facts["phone"])).everyone
        chosen = _chosen(request, known)
        if chosen or not known:
            return HttpResponseRedirect(_note(request, facts, chosen, agent, timezone.now()))
    context = {
        **admin.site.each_context(request),
        "title": gettext("A new caller"),
        "form": form,
        "known": known,
    }
    return TemplateResponse(request, "crm/admin/caller.html", context, status=400 if form.errors else 200)


def _typed(text: str) -> dict[str, str]:
    """What was searched for is a phone, an email or a name."""
    text = text.replace("\0", "").strip()[:200]
    if "@" in text:
        return {"email": text}
    if sum(letter.isdigit() for letter in text) >= 5:
        return {"phone": text[:40]}
    first, _space, last = text.partition(" ")
    return {"first_name": first.title()[:150], "last_name": last.title()[:150]}


def _chosen(request: HttpRequest, known: list[Customer]) -> Customer | None:
    """Whoever of those known the agent says it is."""
    return next((one for one in known if str(one.pk) == request.POST.get("known")), None)


@transaction.atomic
def _note(request: HttpRequest, facts: dict[str, Any], chosen: Customer | None, by: User, at: dt.datetime) -> str:
    """Where to go on: a task and a case are noted, an order is still to be typed."""
    customer = chosen or find_or_create(
        now=at,
        source=SOURCE,
        **{name: facts[name] for name in ("first_name", "last_name", "email", "phone")},
    )
    if facts["may_answer"]:
        _note_consents(customer, facts, by, at)
    if facts["about"] == ORDER:
        return reverse("admin:crm_customer_order", args=[customer.pk])
    key = f"staff:{facts['token']}"
    if facts["about"] == TASK:
        open_task(customer, title=facts["subject"], script=facts["body"], due_at=at, at=at, by=by, key=key)
        messages.success(request, gettext("The task is noted."))
        return url_of(customer.pk)
    words = {"subject": facts["subject"], "body": facts["body"]}
    open_case(customer, kind=facts["about"], channel=Case.Channel.PHONE, owner=by, at=at, key=key, **words)
    messages.success(request, gettext("The call is noted."))
    return url_of(customer.pk)


def _note_consents(customer: Customer, facts: dict[str, Any], by: User, at: dt.datetime) -> None:
    for channel, address in ((Channel.SMS, facts["phone"]), (Channel.EMAIL, facts["email"])):
        if address:
            consent.note(
                customer,
                action=ConsentRecord.Action.GRANTED,
                channel=channel,
                address=address,
                purpose=Purpose.SERVICE,
                at=at,
                source=SOURCE,
                wording=gettext("They agree to be called or written to about what they called for."),
                evidence={"how": "phone"},
                by=by,
            )
