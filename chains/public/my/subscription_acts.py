"""What a customer does with their subscriptions: each press is one verb of crm.subscriptions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from chains.public.my.acting import back, words_of
from chains.public.my.door import Visit, my_view
from chains.public.my.pages import home
from chains.public.pages import unknown_link_page
from crm.models import Product, Subscription
from crm.models.subscription import MOST_OF_ONE
from crm.subscriptions import subscriptions
from crm.subscriptions.reading import consumables_of
from crm.subscriptions.terms import interval_for, swaps_for

# What was typed, by name; and what came of it, as a word of DONE.
Verb = Callable[[Subscription, dict[str, Any], dt.datetime], str]


class TermsForm(forms.Form):
    """Every field may be left out; what is not named stays."""

    quantity = forms.IntegerField(label=gettext_lazy("Quantity"), required=False, min_value=1, max_value=MOST_OF_ONE)
    every = forms.IntegerField(label=gettext_lazy("Every"), required=False, min_value=1, max_value=730)
    unit = forms.ChoiceField(required=False, choices=Subscription.Unit.choices)
    next_on = forms.DateField(label=gettext_lazy("Next on"), required=False)
    product = forms.IntegerField(required=False, min_value=1)
    date = forms.DateField(required=False)
    until = forms.DateField(label=gettext_lazy("Pause"), required=False)
    reason = forms.CharField(required=False, max_length=16)
    words = forms.CharField(required=False, max_length=500)


@require_POST
@my_view
def subscribe_view(request: HttpRequest, visit: Visit) -> HttpResponse:
    """To one of what they bought or what it uses up: nobody subscribes to what they were not offered."""
    form = TermsForm(request.POST)
    if not form.is_valid():
        return home(request, visit, refused=words_of(form), status=400)
    told = form.cleaned_data
    product = next((one for one in consumables_of(visit.customer) if one.pk == told["product"]), None)
    if product is None:
        return _subscribed_already(request, visit, told["product"])
    terms = {name: told[name] for name in ("quantity", "unit", "next_on") if told[name]}
    every = told["every"] or interval_for(product)
    try:
        subscriptions.subscribe(visit.customer, product, at=timezone.now(), every=every, **terms)
    except ValueError as error:
        return home(request, visit, refused=str(error), status=400)
    return _back("subscribed")


@require_POST
@my_view
def act_view(request: HttpRequest, visit: Visit, subscription_id: int, name: str) -> HttpResponse:
    theirs = Subscription.objects.select_related("product").filter(customer=visit.customer)
    subscription = theirs.filter(pk=subscription_id).first()
    verb = VERBS.get(name)
    if subscription is None or verb is None:
        return unknown_link_page(request)
    form = TermsForm(request.POST)
    if not form.is_valid():
        return home(request, visit, refused=words_of(form), status=400)
    try:
        return _back(verb(subscription, form.cleaned_data, timezone.now()))
    except ValueError as error:
        return home(request, visit, refused=str(error), status=400)


def _skip(subscription: Subscription, told: dict[str, Any], now: dt.datetime) -> str:
    if told["date"]:
        subscriptions.skip(subscription, at=now, date=told["date"])
    return "skipped"


def _unskip(subscription: Subscription, told: dict[str, Any], now: dt.datetime) -> str:
    if told["date"]:
        subscriptions.unskip(subscription, at=now, date=told["date"])
    return "unskipped"


def _pause(subscription: Subscription, told: dict[str, Any], now: dt.datetime) -> str:
    subscriptions.pause(subscription, at=now, until=told["until"])
    return "paused"


def _resume(subscription: Subscription, told: dict[str, Any], now: dt.datetime) -> str:
    subscriptions.resume(subscription, at=now)
    return "resumed"


def _change(subscription: Subscription, told: dict[str, Any], now: dt.datetime) -> str:
    terms = {name: told[name] or None for name in ("quantity", "every", "unit", "next_on")}
    subscriptions.change(subscription, at=now, product=_swapped(subscription, told["product"]), **terms)
    return "changed"


def _stop(subscription: Subscription, told: dict[str, Any], now: dt.datetime) -> str:
    """Reasons that are Encore's own are nobody's to give."""
    if not told["reason"] or told["reason"] in ("merged", "erased"):
        raise ValueError(_("Tell us why: choose one of the reasons."))
    subscriptions.stop(subscription, at=now, reason=told["reason"], words=told["words"])
    return "stopped"


VERBS: dict[str, Verb] = {
    "skip": _skip,
    "unskip": _unskip,
    "pause": _pause,
    "resume": _resume,
    "change": _change,
    "stop": _stop,
}


def _swapped(subscription: Subscription, product_id: int | None) -> Product | None:
    if not product_id or product_id == subscription.product_id:
        return None
    swaps = swaps_for([subscription.product])[subscription.product_id]
    found = next((one for one in swaps if one.pk == product_id), None)
    if found is None:
        raise ValueError(_("Choose one of the products that are offered."))
    return found


def _subscribed_already(request: HttpRequest, visit: Visit, product_id: int | None) -> HttpResponse:
    """A second press comes when it is theirs already."""
    if visit.customer.subscriptions.live().filter(product=product_id).exists():
        return _back("subscribed")
    return unknown_link_page(request)


def _back(done: str) -> HttpResponse:
    return back(reverse("chains:my"), done)
