"""One step of a chain on a page of its own; the chain's page draws the tree that leads here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext
from unfold.widgets import UnfoldAdminTextareaWidget

from chains.admin import step_form
from chains.admin.branch_arms import ARM_INLINES
from chains.admin.experiment_begin import begin_experiment
from chains.definition import editing
from chains.definition.step_kinds import STEP_KINDS, step_sentence
from chains.definition.tree import DEEPEST, MOST_STEPS
from chains.models import BranchArm, Chain, Step
from crm.admin.channel_order import ChannelOrderField
from crm.admin.conditional import conditional, fieldsets_to_read
from crm.admin.verb_buttons import Verb, VerbAdmin


@admin.register(Step)
class StepAdmin(VerbAdmin):
    form = step_form.StepForm
    change_form_template = "chains/admin/step_form.html"
    change_form_before_template = "chains/admin/step_head.html"
    warn_unsaved_form = True
    autocomplete_fields = ("coupon_category", "coupon_product")

    class Media:
        js = (conditional(step_form.SHOWN_WHEN),)

    def verbs(self) -> dict[str, Verb]:
        return {"up": _up, "down": _down}

    def get_urls(self) -> list[URLPattern]:
        begin = self.admin_site.admin_view(self.experiment_view)
        own = path("<int:step_id>/experiment/", begin, name="chains_step_experiment")
        return [own, *super().get_urls()]

    def experiment_view(self, request: HttpRequest, step_id: int) -> HttpResponse:
        """Where an experiment on the step begins; the one it has is on a page of its own."""
        step = get_object_or_404(Step.objects.select_related("chain", "template"), pk=step_id, kind=Step.Kind.MESSAGE)
        if not self.has_view_permission(request, step):
            raise PermissionDenied
        return begin_experiment(self, request, step)

    def page_of(self, subject: Model) -> str:
        """Where the step stands: on the page of its chain."""
        if not isinstance(subject, Step):
            raise TypeError(subject)
        return reverse("admin:chains_chain_change", args=[subject.chain_id]) + f"#step-{subject.pk}"

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Steps are found on the page of their chain."""
        return False

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:chains_chain_changelist"))

    def get_fieldsets(self, request: HttpRequest, obj: Step | None = None) -> Any:
        kind = STEP_KINDS[_kind(request, obj)]
        fields = (*kind.layout, "lies_in") if obj else kind.layout
        fieldsets = ((None, {"fields": fields, "description": kind.help}),)
        if obj is None or self.has_change_permission(request, obj):
            return fieldsets
        return fieldsets_to_read(fieldsets, step_form.SHOWN_WHEN, obj)

    def get_inlines(self, request: HttpRequest, obj: Step | None) -> Any:
        return ARM_INLINES.get(STEP_KINDS[_kind(request, obj)].arms_by, ())

    def get_form(self, request: HttpRequest, obj: Step | None = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        form.kind = _kind(request, obj)
        form.is_full = obj is None and _position(request)[0].steps.count() >= MOST_STEPS
        return form

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        made: Callable[[], Any] | None = {
            "wait_event": step_form.event_field,
            "wait_from": step_form.anchor_field,
            "wait_weekdays": step_form.weekdays_field,
            "at_weekday": step_form.weekday_field,
            "wait_rule": step_form.match_field,
            "channels": lambda: ChannelOrderField(
                label=db_field.verbose_name, required=False, help_text=db_field.help_text
            ),
        }.get(db_field.name)
        if made:
            return made()
        if db_field.name == "script":
            kwargs["widget"] = UnfoldAdminTextareaWidget(attrs={"rows": 4})
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        step = self.get_object(request, object_id) if object_id else None
        chain = step.chain if step else _position(request)[0]
        kind = _kind(request, step)
        extra = {
            "chain": chain,
            "title": kind.label.capitalize() if step else gettext("New step: %(kind)s") % {"kind": kind.label},
            "subtitle": step_sentence(step) if step else "",
            "show_save_and_add_another": False,
            "show_save_and_continue": False,
            **(extra_context or {}),
        }
        return super().changeform_view(request, object_id, form_url, extra)  # type: ignore[no-any-return]

    def save_model(self, request: HttpRequest, obj: Step, form: Any, change: bool) -> None:
        if change:
            super().save_model(request, obj, form, change)
            lies_in = form.cleaned_data.get("lies_in")
            editing.put(obj, BranchArm.objects.get(pk=lies_in) if lies_in else None)
            return
        obj.chain, obj.arm, after = _position(request)
        editing.add(obj, after)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        editing.complete_arms(form.instance)

    def response_add(self, request: HttpRequest, obj: Step, post_url_continue: str | None = None) -> HttpResponse:
        return self._back(request, obj, gettext("The step was added."))

    def response_change(self, request: HttpRequest, obj: Step) -> HttpResponse:
        return self._back(request, obj, gettext("The step was changed."))

    def _back(self, request: HttpRequest, step: Step, words: str) -> HttpResponse:
        messages.success(request, words)
        return HttpResponseRedirect(self.page_of(step))

    def delete_model(self, request: HttpRequest, obj: Step) -> None:
        # The answer leads to the chain, which only the row still knows.
        request.chain_id = obj.chain_id  # type: ignore[attr-defined]
        super().delete_model(request, obj)

    def response_delete(self, request: HttpRequest, obj_display: str, obj_id: int) -> HttpResponse:
        messages.success(request, gettext("The step was deleted."))
        chain_id = request.chain_id  # type: ignore[attr-defined]
        return HttpResponseRedirect(reverse("admin:chains_chain_change", args=[chain_id]) + "#steps")

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> tuple[Any, Any, set[str], Any]:
        """Arms go with their step, and need no right of their own."""
        shown, counts, needed, protected = super().get_deleted_objects(objs, request)
        return shown, counts, {str(name) for name in needed} - {str(BranchArm._meta.verbose_name)}, protected


def _kind(request: HttpRequest, step: Step | None) -> Step.Kind:
    try:
        return Step.Kind(step.kind if step else request.GET.get("kind", Step.Kind.MESSAGE))
    except ValueError:
        raise Http404 from None


def _position(request: HttpRequest) -> tuple[Chain, BranchArm | None, Step | None]:
    """The chain, the arm and the step before it, as the link to a new step names them."""
    written = {name: request.GET.get(name, "") for name in ("chain", "arm", "after")}
    given = {name: int(pk) for name, pk in written.items() if pk.isdecimal() and len(pk) < 19}
    chain = get_object_or_404(Chain, pk=given.get("chain"))
    arm = get_object_or_404(BranchArm, pk=given["arm"], step__chain=chain) if "arm" in given else None
    if editing.depth_of(arm) > DEEPEST:
        raise PermissionDenied(gettext("Steps may lie in each other at most %(most)d levels deep.") % {"most": DEEPEST})
    after = get_object_or_404(Step, pk=given["after"], chain=chain, arm=arm) if "after" in given else None
    return chain, arm, after


def _up(request: HttpRequest, step: Step, at: dt.datetime) -> str:
    editing.move(step, -1)
    return gettext("Moved up.")


def _down(request: HttpRequest, step: Step, at: dt.datetime) -> str:
    editing.move(step, 1)
    return gettext("Moved down.")
