"""Staff say of a source of any shape which field is what, see what it would make, and switch it on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.admin.any_shape_form import MappingForm, initial_of
from crm.intake.any_shape.body import parse_text
from crm.intake.any_shape.guessing import guess
from crm.intake.any_shape.leaves import item_of, leaves
from crm.intake.any_shape.mapping import Pick, ShapeMapping, from_stored
from crm.intake.any_shape.reading import Message
from crm.intake.any_shape.switching import switch_off, switch_on
from crm.intake.any_shape.trial import Outcome, Trial, kept, try_all, try_one
from crm.intake.sources import address_of
from crm.models import Source

SAMPLES_OFFERED = 20
LONGEST_PASTED = 200_000
# Asked by the page itself whenever something is chosen, and answered with the result alone.
ASKED_BY_SCRIPT = "X-Encore-Preview"


@dataclass(frozen=True)
class Sample:
    """The message that the fields are picked from."""

    body: Any
    message: Message
    delivery_id: int | None = None
    problem: str = ""


class SampleForm(forms.Form):
    sample = forms.ChoiceField(required=False)
    pasted = forms.CharField(
        required=False, max_length=LONGEST_PASTED, widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"})
    )


def mapping_view(request: HttpRequest, source_id: int) -> HttpResponseBase:
    source = get_object_or_404(Source, pk=source_id, kind=Source.Kind.FORM)
    if not request.user.has_perm("crm.change_source"):
        raise PermissionDenied
    now = timezone.now()
    sample = _sample(source, request.POST.get("sample", ""), request.POST.get("pasted", ""), now)
    do = request.POST.get("do", "preview") if request.method == "POST" else ""
    if do == "off":
        return _switched_off(request, source)
    if not do or do == "guess":
        form = MappingForm(body=sample.body, initial=_initial(source, sample, is_guessed=do == "guess"))
        return _page(request, source, sample, form)
    form = MappingForm(request.POST, body=sample.body)
    shown: dict[str, Any] = {"wrong": list(_wrong(form))}
    if form.is_valid():
        mapping = form.mapping()
        trial = try_one(source, sample.body, mapping, sample.message, now) if sample.body else None
        if do == "save" and (trial is None or trial.outcome != Outcome.FAILS):
            return _switched_on(request, source, mapping, now)
        shown |= {"trial": trial, "is_refused": do == "save"}
        if do == "all":
            shown["tried"] = _count(try_all(source, mapping, now))
    if ASKED_BY_SCRIPT in request.headers:
        return TemplateResponse(request, "crm/admin/any_shape_result.html", {"source": source, **shown})
    return _page(request, source, sample, form, **shown)


def _sample(source: Source, chosen: str, pasted: str, now: dt.datetime) -> Sample:
    if pasted.strip():
        try:
            return Sample(parse_text(pasted.strip()[:LONGEST_PASTED]), Message("pasted", now))
        except ValueError as wrong:
            return Sample({}, Message("", now), problem=str(wrong))
    known = kept(source)
    delivery = (known.filter(pk=chosen).first() if chosen.isdecimal() else None) or known.first()
    if delivery is None:
        return Sample({}, Message("", now))
    return Sample(delivery.payload, Message(delivery.key, delivery.received_at), delivery.pk)


def _initial(source: Source, sample: Sample, *, is_guessed: bool) -> dict[str, Any]:
    if source.mapping and not is_guessed:
        return initial_of(from_stored(source.mapping))
    about, paths = guess(sample.body)
    return initial_of(ShapeMapping(about=about, fields={name: Pick(path=path) for name, path in paths.items()}))


def _wrong(form: MappingForm) -> Iterator[tuple[str, str]]:
    for name, errors in form.errors.items():
        label = form.fields[name].label if name in form.fields else ""
        yield str(label or ""), " ".join(str(error) for error in errors)


def _count(tried: list[tuple[Any, Trial]]) -> dict[str, Any]:
    taken = [one for one in tried if one[1].outcome == Outcome.TAKEN]
    return {
        "words": ngettext(
            "%(taken)s of %(count)s message that is still kept would be taken.",
            "%(taken)s of %(count)s messages that are still kept would be taken.",
            len(tried),
        )
        % {"taken": len(taken), "count": len(tried)},
        "others": [one for one in tried if one[1].outcome != Outcome.TAKEN],
    }


def _switched_on(request: HttpRequest, source: Source, mapping: ShapeMapping, now: dt.datetime) -> HttpResponseBase:
    count = switch_on(source, mapping, now, with_failed="with_failed" in request.POST)
    _log(request, source, _("Said what its fields mean, and switched it on."))
    messages.success(
        request, _("It is switched on. Messages that waited and are applied now: %(count)s.") % {"count": count}
    )
    return HttpResponseRedirect(_address(source))


def _switched_off(request: HttpRequest, source: Source) -> HttpResponseBase:
    switch_off(source)
    _log(request, source, _("Switched off what its fields mean."))
    messages.success(request, _("It is switched off. What comes is kept, and waits."))
    return HttpResponseRedirect(_address(source))


def _log(request: HttpRequest, source: Source, words: str) -> None:
    chosen = Source.objects.filter(pk=source.pk)
    LogEntry.objects.log_actions(str(request.user.pk), chosen, CHANGE, words, single_object=True)


def _address(source: Source) -> str:
    return reverse("admin:crm_source_mapping", args=[source.pk])


def _page(request: HttpRequest, source: Source, sample: Sample, form: MappingForm, **shown: Any) -> TemplateResponse:
    offered = list(kept(source)[:SAMPLES_OFFERED])
    chooser = SampleForm(initial={"sample": sample.delivery_id, "pasted": request.POST.get("pasted", "")})
    chooser.fields["sample"].choices = [(one.pk, _named(one)) for one in offered]  # type: ignore[attr-defined]
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": _("%(source)s: which field is what") % {"source": source},
        "source": source,
        "address": address_of(source),
        "is_on": bool(source.mapping.get("is_on")),
        "held": source.deliveries.held().count(),
        "failed": source.deliveries.failed().count(),
        "sample": sample,
        "chooser": chooser,
        "offered": len(offered),
        "kept": kept(source).count(),
        "leaves": leaves(item_of(sample.body)),
        "form": form,
        **shown,
    }
    return TemplateResponse(request, "crm/admin/any_shape.html", context, status=400 if shown.get("wrong") else 200)


def _named(delivery: Any) -> str:
    received_at = date_format(timezone.localtime(delivery.received_at), "SHORT_DATETIME_FORMAT")
    return f"{received_at} · {delivery.topic} · {delivery.get_status_display()}"
