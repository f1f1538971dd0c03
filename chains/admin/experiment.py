"""The page of one experiment, from its plan to what was learned, and the list of all."""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from chains.admin.experiment_form import PlanForm, VariantForms
from chains.admin.experiment_table import variant_rows
from chains.definition.tree import all_nodes, tree_of
from chains.experiments import lifecycle
from chains.experiments.outcomes import as_outcomes
from chains.experiments.planning import lift_that_can_be_told, plan
from chains.experiments.variants import discard, experiment_problems
from chains.experiments.verdict import judge
from chains.experiments.wording import between_amounts, plan_words, verdict_words
from chains.models import Experiment, Step
from chains.models.experiment import AS_IS
from crm.admin.verb_buttons import Verb, VerbAdmin

STATUS_COLORS = {"planned": "default", "running": "info", "done": "success", "stopped": "warning"}


@admin.register(Experiment)
class ExperimentAdmin(VerbAdmin):
    list_display = ("what", "chain", "shown_status", "found", "shown_adopted", "ran")
    list_select_related = ("chain",)
    list_filter = ("status", "differs_in")
    list_per_page = 50
    search_fields = ("step_name__icontains", "chain__name__icontains")
    ordering = ("-created_at",)

    def verbs(self) -> dict[str, Verb]:
        adopting: dict[str, Verb] = {f"adopt-{letter.lower()}": partial(_adopt, letter=letter) for letter in "ABCD"}
        return {"stop": _stop, "discard": _discard, **adopting}

    def has_add_permission(self, request: HttpRequest) -> bool:
        """It begins on the page of its step."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return request.user.has_perm("chains.view_chain")

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return request.user.has_perm("chains.change_chain")

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Experiment]:
        found: QuerySet[Experiment] = super().get_queryset(request)
        return found.prefetch_related("variants")

    def page_of(self, subject: Model) -> str:
        """After it was given up there is no such page: back to the chain."""
        if not isinstance(subject, Experiment):
            raise TypeError(subject)
        if subject.pk is None:
            return reverse("admin:chains_chain_change", args=[subject.chain_id])
        if subject.adopted and subject.adopted != AS_IS:
            return reverse("admin:chains_chain_publish", args=[subject.chain_id])
        return super().page_of(subject)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        extra = {"title": gettext("What we learned"), **(extra_context or {})}
        return super().changelist_view(request, extra)  # type: ignore[no-any-return]

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        experiment = self.get_object(request, object_id) if object_id else None
        if experiment is None:
            raise Http404
        if not self.has_view_permission(request, experiment):
            raise PermissionDenied
        if request.method == "POST":
            return self._save(request, experiment)
        return self._show(request, experiment, *_forms(experiment, None))

    def _save(self, request: HttpRequest, experiment: Experiment) -> HttpResponse:
        if not self.has_change_permission(request, experiment):
            raise PermissionDenied
        if experiment.status != Experiment.Status.PLANNED:
            messages.error(request, gettext("It has started: its plan stays as it is."))
            return HttpResponseRedirect(super().page_of(experiment))
        form, variants = _forms(experiment, request.POST)
        if not (form.is_valid() and variants.is_valid()):
            return self._show(request, experiment, form, variants)
        form.save()
        variants.save()
        messages.success(request, gettext("The plan was saved."))
        return HttpResponseRedirect(super().page_of(experiment))

    def _show(self, request: HttpRequest, experiment: Experiment, form: Any, variants: Any) -> HttpResponse:
        now = timezone.now()
        step = _step(experiment)
        planned = plan(experiment, now)
        judgement = judge(experiment)
        context = {
            **self.admin_site.each_context(request),
            "title": str(experiment),
            "experiment": experiment,
            "chain": experiment.chain,
            "step": step,
            "form": form,
            "variants": variants,
            "may_change": self.has_change_permission(request, experiment),
            "words": verdict_words(experiment, planned, now),
            "plan_words": plan_words(experiment, planned),
            "told_lift": lift_that_can_be_told(experiment.base_percent, planned.size),
            "revenue": [(one.letter, between_amounts(one.revenue)) for one in judgement.comparisons if one.revenue],
            "winner": judgement.winner,
            "rows": variant_rows(experiment, step, as_outcomes(experiment.figures)),
            "problems": list(experiment_problems(step, experiment)) if step and experiment.is_open else [],
        }
        return TemplateResponse(request, "chains/admin/experiment.html", context)

    @display(description=_("what was tried"), ordering="step_name")
    def what(self, experiment: Experiment) -> str:
        return str(experiment)

    @display(description=_("status"), label=STATUS_COLORS)
    def shown_status(self, experiment: Experiment) -> tuple[str, str]:
        return experiment.status, experiment.get_status_display()

    @display(description=_("what was found"))
    def found(self, experiment: Experiment) -> str:
        return "—" if experiment.status == Experiment.Status.PLANNED else verdict_words(experiment)

    @display(description=_("adopted"))
    def shown_adopted(self, experiment: Experiment) -> str:
        return experiment.adopted or "—"

    @display(description=_("when"), ordering="started_at")
    def ran(self, experiment: Experiment) -> str:
        """On which days, the last of which is open while it runs."""
        ends = (experiment.started_at, experiment.ended_at)
        days = [date_format(timezone.localtime(at), "SHORT_DATE_FORMAT") if at else "" for at in ends]
        return " – ".join(days).rstrip() if any(days) else "—"


def _forms(experiment: Experiment, data: Any) -> tuple[PlanForm, Any]:
    variants = experiment.variants.select_related("experiment")
    return PlanForm(data, instance=experiment), VariantForms(data, queryset=variants, prefix="variants")


def _step(experiment: Experiment) -> Step | None:
    """As its chain's tree has it."""
    nodes = all_nodes(tree_of(experiment.chain))
    return next((node.step for node in nodes if node.step.key == experiment.step_key), None)


def _stop(request: HttpRequest, experiment: Experiment, at: dt.datetime) -> str:
    lifecycle.stop(experiment, at)
    return gettext("Stopped. Publish the chain so that everybody gets the message as it is.")


def _discard(request: HttpRequest, experiment: Experiment, at: dt.datetime) -> str:
    if experiment.status != Experiment.Status.PLANNED:
        raise ValueError(gettext("It has started: it can only be stopped."))
    discard(experiment)
    return gettext("The experiment was given up, with the copies made for it.")


def _adopt(request: HttpRequest, experiment: Experiment, at: dt.datetime, *, letter: str) -> str:
    lifecycle.adopt(experiment, letter)
    experiment.adopted = letter
    if letter == AS_IS:
        return gettext("The message stays as it is. Publish the chain to end the drawing.")
    return gettext("%(letter)s is in the draft now. Publish it, and everybody gets it.") % {"letter": letter}
