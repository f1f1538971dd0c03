"""Where an experiment on a step begins: what is to be tried, and what was learned there before."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from chains.admin.experiment_form import BeginForm
from chains.experiments.planning import expected_percent
from chains.experiments.variants import prepare
from chains.experiments.wording import verdict_words
from chains.models import Experiment, Step
from crm.admin.verb_buttons import VerbAdmin


def begin_experiment(page: VerbAdmin, request: HttpRequest, step: Step) -> HttpResponse:
    here = Experiment.objects.filter(chain=step.chain, step_key=step.key)
    if (experiment := here.open().first()) and request.method != "POST":
        return _to(experiment)
    form = BeginForm(request.POST if request.method == "POST" else None)
    may_change = page.has_change_permission(request, step)
    if request.method == "POST":
        if not may_change:
            raise PermissionDenied
        if form.is_valid() and (begun := _begun(request, step, form.cleaned_data)):
            return _to(begun)
    past = here.told().exclude(ended_at=None).prefetch_related("variants")
    context: dict[str, Any] = {
        **page.admin_site.each_context(request),
        "title": str(step),
        "step": step,
        "form": form,
        "may_change": may_change,
        "past": [(one, verdict_words(one)) for one in past],
    }
    return TemplateResponse(request, "chains/admin/experiment_begin.html", context)


def _begun(request: HttpRequest, step: Step, given: dict[str, Any]) -> Experiment | None:
    try:
        experiment = prepare(step, given["differs_in"], given["number"], request.user)  # type: ignore[arg-type]
    except ValueError as error:
        messages.error(request, str(error))
        return None
    expected = expected_percent(step.chain, step.key, experiment.outcome_days, timezone.now())
    if expected is not None:
        experiment.base_percent = expected
        experiment.save(update_fields=["base_percent"])
    return experiment


def _to(experiment: Experiment) -> HttpResponse:
    return HttpResponseRedirect(reverse("admin:chains_experiment_change", args=[experiment.pk]))
