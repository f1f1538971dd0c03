"""The form of one step, in the panel beside the picture of its chain. It has no page of its own."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext, gettext_lazy
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from chains.admin import step_form
from chains.admin.branch_arms import ARM_INLINES
from chains.admin.chain_acts import id_of, name_of, overtaken, seen_in, staff
from chains.admin.chain_page import SAVED, asks_for_piece, refused, renewed, with_faults
from chains.admin.experiment_begin import begin_experiment
from chains.admin.numbers import number_in
from chains.admin.rules_to_read import RulesToRead, rule_in_words
from chains.definition import editing
from chains.definition.draft_history import ChangedMeanwhile, act
from chains.definition.message_step import begin_message
from chains.definition.step_kinds import STEP_KINDS, step_sentence
from chains.definition.tree import DEEPEST, MOST_STEPS
from chains.models import BranchArm, Chain, Step
from crm.admin.channel_order import ChannelOrderField
from crm.admin.conditional import fieldsets_to_read

ADD_TEMPLATE = "chains.add_messagetemplate"


@admin.register(Step)
class StepAdmin(RulesToRead, ModelAdmin):  # type: ignore[misc]
    form = step_form.StepForm
    change_form_template = add_form_template = "chains/admin/panel_form.html"
    autocomplete_fields = ("coupon_category", "coupon_product")
    rules = ("wait_rule",)
    wait_rule_in_words = rule_in_words("wait_rule", gettext_lazy("Only when"))

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

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Steps are found on the page of their chain."""
        return False

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:chains_chain_changelist"))

    def get_fieldsets(self, request: HttpRequest, obj: Step | None = None) -> Any:
        kind = STEP_KINDS[_kind(request, obj)]
        fields = (*kind.layout, "rest") if obj is None and _asks_where_the_rest_goes(request) else kind.layout
        fieldsets = ((None, {"fields": fields, "description": kind.help}),)
        if obj is None or self.has_change_permission(request, obj):
            return fieldsets
        return self.in_words(fieldsets_to_read(fieldsets, step_form.SHOWN_WHEN, obj))

    def get_inlines(self, request: HttpRequest, obj: Step | None) -> Any:
        return ARM_INLINES.get(STEP_KINDS[_kind(request, obj)].arms_by, ())

    def get_form(self, request: HttpRequest, obj: Step | None = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        form.kind = _kind(request, obj)
        form.is_full = obj is None and _position(request)[0].steps.count() >= MOST_STEPS
        form.asks_for_rest = obj is None and _asks_where_the_rest_goes(request)
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
        if db_field.name == "template":
            kwargs["widget"] = step_form.TemplateSelect()
        if db_field.name == "wait_on":
            kwargs["widget"] = UnfoldAdminTextInputWidget(attrs={"type": "date"})
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        step = self.get_object(request, object_id) if object_id else None
        if object_id and step is None:
            raise Http404
        chain = step.chain if step else _position(request)[0]
        if request.method == "GET" and not asks_for_piece(request):
            return self._to_the_picture(request, chain, step)
        if request.method == "POST" and self._may_write(request, step):
            return self._saved(request, chain, step, extra_context or {})
        return super().changeform_view(request, object_id, form_url, _said(request, step) | (extra_context or {}))  # type: ignore[no-any-return]

    def _may_write(self, request: HttpRequest, step: Step | None) -> bool:
        """Who may not is refused by the form itself."""
        may: bool = self.has_change_permission(request, step) if step else self.has_add_permission(request)
        return may

    def _to_the_picture(self, request: HttpRequest, chain: Chain, step: Step | None) -> HttpResponse:
        """Links from before there was a picture lead to the step's own page."""
        may = self.has_view_permission(request, step) if step else self.has_add_permission(request)
        if not may:
            raise PermissionDenied
        page = reverse("admin:chains_chain_change", args=[chain.pk])
        return HttpResponseRedirect(f"{page}#{id_of(step)}" if step else page)

    def _saved(self, request: HttpRequest, chain: Chain, step: Step | None, extra: dict[str, Any]) -> HttpResponse:
        """One act for the draft's history: the step, its arms, and where what follows goes."""
        try:
            with act(chain, staff(request), seen_in(request)) as done:
                answer = super().changeform_view(
                    request, str(step.pk) if step else None, "", _said(request, step) | extra
                )
                saved: Step | None = getattr(request, "saved_step", None)
                if saved is None:
                    return with_faults(answer)
                words = gettext("Changed: %(step)s") if step else gettext("Added: %(step)s")
                done.what = words % {"step": name_of(saved)}
        except ChangedMeanwhile as error:
            return overtaken(request, chain, str(error))
        except ValueError as error:
            return refused(str(error))
        answer = renewed(request, chain, done.what, id_of(saved))
        return composing(answer, saved) if "write" in request.POST and saved.template_id else answer

    def save_model(self, request: HttpRequest, obj: Step, form: Any, change: bool) -> None:
        if form.begins_message:
            if not request.user.has_perm(ADD_TEMPLATE):
                raise PermissionDenied
            chain = obj.chain if change else _position(request)[0]
            obj.template = begin_message(obj, chain, staff(request))
        if change:
            super().save_model(request, obj, form, change)
            return
        obj.chain, obj.arm, after, is_first = _position(request)
        request.followers = _followers(request)  # type: ignore[attr-defined]
        editing.add(obj, after, is_first=is_first)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        step: Step = form.instance
        editing.complete_arms(step)
        rest = form.cleaned_data.get("rest", "")
        arms = list(step.arms.all())
        if rest and arms:
            followers = request.followers  # type: ignore[attr-defined]
            editing.take_in(step, followers, arms[0] if rest == step_form.FIRST_ARM else arms[-1])
        request.saved_step = step  # type: ignore[attr-defined]

    def log_addition(self, request: HttpRequest, obj: Step, message: Any) -> None:
        """What is done to a draft stands in its own history."""

    def log_change(self, request: HttpRequest, obj: Step, message: Any) -> None:
        """As above."""

    def response_add(self, request: HttpRequest, obj: Step, post_url_continue: str | None = None) -> HttpResponse:
        return HttpResponse(status=SAVED)

    def response_change(self, request: HttpRequest, obj: Step) -> HttpResponse:
        return HttpResponse(status=SAVED)

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """A step is deleted on the picture, where it can be undone."""
        step = self.get_object(request, object_id)
        if step is None:
            raise Http404
        if not self.has_delete_permission(request, step):
            raise PermissionDenied
        return self._to_the_picture(request, step.chain, step)


def composing(answer: JsonResponse, step: Step) -> JsonResponse:
    """The same answer, which says too where the message of the step is written."""
    told = json.loads(answer.content) | {"compose": reverse("admin:chains_composer_data", args=[step.template_id])}
    return JsonResponse(told)


def _said(request: HttpRequest, step: Step | None) -> dict[str, Any]:
    kind = _kind(request, step)
    label = str(kind.label)
    return {
        "title": label[:1].upper() + label[1:] if step else gettext("New step: %(kind)s") % {"kind": label},
        "subtitle": step_sentence(step) if step else "",
        "step": step,
        "may_write": kind == Step.Kind.MESSAGE and request.user.has_perm(ADD_TEMPLATE),
    }


def _kind(request: HttpRequest, step: Step | None) -> Step.Kind:
    try:
        return Step.Kind(step.kind if step else request.GET.get("kind", Step.Kind.MESSAGE))
    except ValueError:
        raise Http404 from None


def _position(request: HttpRequest) -> tuple[Chain, BranchArm | None, Step | None, bool]:
    """The chain, the arm and the step before the new one; `after` 0 is the beginning, and none at all the end."""
    chain = get_object_or_404(Chain, pk=number_in(request.GET, "chain"))
    arm_id, after_id = number_in(request.GET, "arm"), number_in(request.GET, "after")
    arm = get_object_or_404(BranchArm, pk=arm_id, step__chain=chain) if arm_id else None
    if editing.depth_of(arm) > DEEPEST:
        raise PermissionDenied(gettext("Steps may lie in each other at most %(most)d levels deep.") % {"most": DEEPEST})
    after = get_object_or_404(Step, pk=after_id, chain=chain, arm=arm) if after_id else None
    return chain, arm, after, request.GET.get("after") == "0"


def _followers(request: HttpRequest) -> list[Step]:
    """What comes behind the place of a new step."""
    chain, arm, after, is_first = _position(request)
    return editing.followers_at(chain, arm, after) if after or is_first else []


def _asks_where_the_rest_goes(request: HttpRequest) -> bool:
    kind = _kind(request, None)
    may_part = kind == Step.Kind.WAIT or bool(STEP_KINDS[kind].arms_by)
    return may_part and bool(_followers(request))
