"""The page on which a marketer writes to a segment once: write, preview, try on oneself, send."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from chains.admin.one_off_coupon_form import CouponForm
from chains.admin.one_off_form import OneOffForm, is_id, name_taken, shows_coupon
from chains.admin.one_off_letter_form import TestForm
from chains.admin.one_off_look import OneOff, look
from chains.admin.one_off_trial_form import TrialForm
from chains.admin.test_send import send_test
from chains.definition import one_off
from chains.definition.names import NAME_KEPT, free_name
from chains.definition.publishing import NotPublishable
from chains.models import Chain
from crm.models import Channel
from segments.models import Segment

NEEDED = ("chains.add_chain", "chains.change_chain", "chains.add_messagetemplate", "segments.view_segment")


def one_off_view(request: HttpRequest) -> HttpResponse:
    """Shows the letter and how many it is for before it can be sent; what was written stays on the page meanwhile."""
    if not request.user.has_perms(NEEDED):
        raise PermissionDenied
    now = timezone.now()
    form = OneOffForm(request.POST or None, initial=_initial(request.GET.get("segment", ""), now), now=now)
    coupon_form, trial_form = CouponForm(request.POST or None), TrialForm(request.POST or None)
    test_form = TestForm(
        request.POST if "test" in request.POST else None, initial={"to": getattr(request.user, "email", "")}
    )
    context: dict[str, Any] = {
        "form": form, "coupon_form": coupon_form, "trial_form": trial_form, "test_form": test_form
    }  # fmt: skip
    if request.method == "POST" and (message := _message(form, coupon_form, trial_form)):
        if "send" in request.POST and (chain := _send(request, message, now)):
            return HttpResponseRedirect(reverse("admin:chains_chain_change", args=[chain.pk]))
        context |= look(message, now, may_see_customers=request.user.has_perm("crm.view_customer"))
        context["refused"] = _refusal(message, now)
        if "test" in request.POST:
            _test(message, test_form, context, now)
    return TemplateResponse(request, "chains/admin/one_off.html", _page(request, context))


def _page(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    faults = [fault for name in ("form", "coupon_form", "trial_form") for fault in _faults(context[name])]
    return {
        **admin.site.each_context(request),
        "title": _("Write to a segment once"),
        "media": context["form"].media + context["coupon_form"].media,
        **context,
        "faults": [*faults, *context.get("refused", ())],
    }


def _faults(form: Any) -> list[str]:
    """What is wrong, by the names of the fields, for beside the button."""
    if not form.is_bound:
        return []
    named = [
        f"{form.fields[name].label}: {fault}" for name, faults in form.errors.items() if name in form.fields
        for fault in faults
    ]  # fmt: skip
    return [*map(str, form.non_field_errors()), *named]


def _message(form: OneOffForm, coupon_form: CouponForm, trial_form: TrialForm) -> OneOff | None:
    """None where something is wrong, and the form it is wrong in then says so."""
    if not all([form.is_valid(), coupon_form.is_valid(), trial_form.is_valid()]):
        return None
    texts = form.texts_with(coupon_form.coupon)
    channels = list(dict.fromkeys(text.channel for text in texts))
    coupon_form.refuse_for(shows_coupon(texts))
    trial_form.refuse_for(channels, form.at.hour if form.at else None)
    if coupon_form.errors or trial_form.errors:
        return None
    return OneOff(form, texts, channels, coupon_form.coupon, trial_form.trial_of(channels))


def _initial(pk: str, now: dt.datetime) -> dict[str, Any]:
    """The segment from which the page was opened, and a name made of it and of today."""
    segment = Segment.objects.filter(pk=pk).first() if is_id(pk) else None
    if segment is None:
        return {}
    day = formats.date_format(timezone.localtime(now), "SHORT_DATE_FORMAT")
    name = _("To “%(segment)s”, %(day)s") % {"segment": segment.name[:NAME_KEPT], "day": day}
    return {"segment": segment, "name": free_name(Chain, name)}


def _published(message: OneOff, now: dt.datetime, by: Any) -> Chain:
    given = message.form.cleaned_data
    template = given["template"] or one_off.write(given["name"], message.form.written, message.texts)
    return one_off.send(
        given["name"], given["segment"], template, message.form.at, now, by, message.trial, message.coupon
    )


def _send(request: HttpRequest, message: OneOff, now: dt.datetime) -> Chain | None:
    """The chain that sends it; None when it cannot be sent."""
    name = message.form.cleaned_data["name"]
    try:
        with transaction.atomic():
            chain = _published(message, now, request.user)
    except IntegrityError:
        # Two clicks at once: the constraint on the name let one of them through.
        message.form.add_error("name", name_taken(name))
        return None
    except NotPublishable:
        return None
    messages.success(request, _("It is on its way. This page shows how far it has got, and stops it."))
    return chain


def _refusal(message: OneOff, now: dt.datetime) -> list[str]:
    """Why it cannot be sent: what publishing says of it, tried and taken back."""
    if message.form.errors:
        return []
    try:
        with transaction.atomic():
            _published(message, now, None)
            transaction.set_rollback(True)
    except NotPublishable as error:
        return error.problems
    return []


def _test(message: OneOff, test_form: TestForm, context: dict[str, Any], now: dt.datetime) -> None:
    given = {"address": test_form.cleaned_data["to"] if test_form.is_valid() else ""}
    letters = [text for text in message.texts if text.channel == Channel.EMAIL]
    try:
        context["tested"] = send_test(letters, given, context.get("sample"), now, message.coupon_change)
    except ValueError as error:
        test_form.add_error("to", str(error))
