"""The page on which a marketer writes to a segment once: write, preview, send."""

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
from django.utils.translation import ngettext

from chains.admin.one_off_form import OneOffForm, is_id, name_taken
from chains.admin.one_off_trial_form import TrialForm, texts_of_b, what_can_be_told
from chains.admin.preview import text_previews
from chains.definition import one_off
from chains.definition.names import NAME_KEPT, free_name
from chains.definition.one_off_trial import Trial
from chains.definition.publishing import NotPublishable
from chains.models import Chain
from crm.models import Channel, Customer, Shop
from segments.compile import compile_rule
from segments.models import Segment
from segments.rules import RuleError

NEEDED = ("chains.add_chain", "chains.change_chain", "chains.add_messagetemplate", "segments.view_segment")


def one_off_view(request: HttpRequest) -> HttpResponse:
    """Shows the letter and how many it is for before it can be sent; what was written stays on the page meanwhile."""
    if not request.user.has_perms(NEEDED):
        raise PermissionDenied
    now = timezone.now()
    form = OneOffForm(request.POST or None, initial=_initial(request.GET.get("segment", ""), now), now=now)
    trial_form = TrialForm(request.POST or None)
    context: dict[str, Any] = {"form": form, "trial_form": trial_form}
    if request.method == "POST" and all([form.is_valid(), trial_form.is_valid()]):
        trial = trial_form.trial
        if "send" in request.POST and (chain := _send(request, form, trial, now)):
            return HttpResponseRedirect(reverse("admin:chains_chain_change", args=[chain.pk]))
        context |= _preview(request, form, trial, now)
    return TemplateResponse(request, "chains/admin/one_off.html", _page(request, context))


def _page(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    return {**admin.site.each_context(request), "title": _("Write to a segment once"), **context}


def _initial(pk: str, now: dt.datetime) -> dict[str, Any]:
    """The segment from which the page was opened, and a name made of it and of today."""
    segment = Segment.objects.filter(pk=pk).first() if is_id(pk) else None
    if segment is None:
        return {}
    day = formats.date_format(timezone.localtime(now), "SHORT_DATE_FORMAT")
    name = _("To “%(segment)s”, %(day)s") % {"segment": segment.name[:NAME_KEPT], "day": day}
    return {"segment": segment, "name": free_name(Chain, name)}


def _send(request: HttpRequest, form: OneOffForm, trial: Trial | None, now: dt.datetime) -> Chain | None:
    """The chain that sends it; None when it cannot be sent, and the form then says why."""
    name = form.cleaned_data["name"]
    try:
        with transaction.atomic():
            template = form.cleaned_data["template"] or one_off.write(name, form.written, form.texts)
            chain = one_off.send(name, form.cleaned_data["segment"], template, form.at, now, request.user, trial)  # type: ignore[arg-type]
    except IntegrityError:
        # Two clicks at once: the constraint on the name let one of them through.
        form.add_error("name", name_taken(name))
        return None
    except NotPublishable as error:
        for problem in error.problems:
            form.add_error(None, problem)
        return None
    messages.success(request, _("It is on its way. Pausing the chain stops what has not gone out yet."))
    return chain


def _preview(request: HttpRequest, form: OneOffForm, trial: Trial | None, now: dt.datetime) -> dict[str, Any]:
    """How many it is for, and how one of them would get it."""
    try:
        members = Customer.objects.current().filter(compile_rule(form.cleaned_data["segment"].rule, now))
        total = members.count()
    except RuleError as error:
        form.add_error("segment", str(error))
        return {}
    reached = [(Channel(one).label, members.reachable(one, form.purpose_of_message).count()) for one in form.channels]
    sample = members.order_by("pk").first() if request.user.has_perm("crm.view_customer") else None
    return {
        "total": total,
        "reached": reached,
        "sample": sample,
        "sheets": text_previews(form.texts, sample, now, Shop.load()),
        "sheets_of_b": text_previews(texts_of_b(form.texts, trial), sample, now, Shop.load()) if trial else [],
        "trial_words": what_can_be_told(total, trial) if trial else "",
        "button": ngettext("Send to %(total)s customer", "Send to %(total)s customers", total)
        % {"total": formats.number_format(total, force_grouping=True)},
    }
