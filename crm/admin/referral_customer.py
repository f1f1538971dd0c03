"""One customer's recommendations, for a colleague: who brought them, whom they brought, and what to say to them."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.customers.search import find_customers
from crm.intake.test_order import started_by
from crm.models import Customer, EventKind, Referral
from crm.referrals.codes import code_of, owner_of
from crm.referrals.happenings import note_asked
from crm.referrals.joining import ReferralRefused
from crm.referrals.reviewing import note_recommender
from crm.referrals.shown import may_recommend, referral_for_customer

SHOWN = 50


class RecommenderForm(forms.Form):
    who = forms.CharField(
        label=gettext_lazy("Who recommended us to them"),
        max_length=320,
        help_text=gettext_lazy("Their code, email, phone or name."),
        error_messages={"required": gettext_lazy("Say who it was.")},
    )

    def clean_who(self) -> Customer:
        typed = self.cleaned_data["who"].replace("\0", "").strip()
        if owner := owner_of(typed):
            return owner
        found = find_customers(typed, limit=2)
        if not found:
            raise ValidationError(_("Nobody is found by this."))
        if len(found) > 1:
            raise ValidationError(_("Several people are found by this: type the email, the phone or the code."))
        return found[0]


def customer_view(request: HttpRequest, customer_id: int) -> HttpResponseBase:
    if not request.user.has_perm("crm.view_referral"):
        raise PermissionDenied
    customer = get_object_or_404(Customer.objects.current(), pk=customer_id)
    return _page(request, customer, RecommenderForm())


def asked_view(request: HttpRequest, customer_id: int) -> HttpResponseBase:
    """Twice within a minute they were asked once."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    _agent(request)
    customer = get_object_or_404(Customer.objects.current(), pk=customer_id)
    now = timezone.now()
    note_asked([customer.pk], key=f"staff:{now:%Y%m%d%H%M}", at=now)
    if chains := started_by([EventKind.REFERRAL_ASKED]):
        messages.success(request, _("The kit goes out by the chain: %(names)s.") % {"names": ", ".join(chains)})
    else:
        messages.warning(request, _("Noted. No chain is switched on that sends the kit: pass on the words yourself."))
    return HttpResponseRedirect(_url_of(customer))


def noted_view(request: HttpRequest, customer_id: int) -> HttpResponseBase:
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    agent = _agent(request)
    customer = get_object_or_404(Customer.objects.current(), pk=customer_id)
    form = RecommenderForm(request.POST)
    if form.is_valid():
        try:
            note_recommender(customer, form.cleaned_data["who"], by=agent, at=timezone.now())
        except ReferralRefused as refused:
            form.add_error("who", str(refused))
    if form.errors:
        return _page(request, customer, form, status=400)
    messages.success(request, _("Noted who recommended us to them."))
    return HttpResponseRedirect(_url_of(customer))


def _page(request: HttpRequest, customer: Customer, form: RecommenderForm, *, status: int = 200) -> HttpResponse:
    now: dt.datetime = timezone.now()
    if may_recommend(customer):
        code_of(customer, now)
    live = Referral.objects.live().select_related("recommender")
    brought = Referral.objects.filter(recommender=customer).select_related("friend", "order")
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": str(customer),
        "subtitle": _("Recommendations"),
        "customer": customer,
        "referral": referral_for_customer(customer, now),
        "brought_by": live.filter(friend=customer).first(),
        "brought": brought.order_by("-joined_at")[:SHOWN],
        "form": form,
        "may_note": request.user.has_perm("crm.add_referral"),
    }
    return TemplateResponse(request, "crm/admin/referral_customer.html", context, status=status)


def _agent(request: HttpRequest) -> User:
    if not isinstance(request.user, User) or not request.user.has_perm("crm.add_referral"):
        raise PermissionDenied
    return request.user


def _url_of(customer: Customer) -> str:
    return reverse("admin:crm_referral_customer", args=[customer.pk])
