"""Surveys: made of questions from a short list, locked once they are asked, copied to be revised."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Model, QuerySet
from django.forms.widgets import Script
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.admin import StackedInline
from unfold.decorators import display

from chains.admin.survey_form import QuestionFormSet, QuestionWordsForm, SurveyWordsForm, language_name
from chains.admin.survey_preview import preview
from chains.admin.survey_results import results_view
from crm.admin.starters import StartersAdmin
from crm.languages import codes
from crm.models import Survey, SurveyQuestion
from crm.models.survey import MOST_QUESTIONS
from crm.surveys.ready import add_ready_surveys, missing_surveys
from crm.surveys.revising import copy_to_revise


class QuestionInline(StackedInline):  # type: ignore[misc]
    model = SurveyQuestion
    form = QuestionWordsForm
    formset = QuestionFormSet
    extra = 0
    min_num = 1
    max_num = MOST_QUESTIONS
    verbose_name_plural = gettext_lazy("questions")

    def get_formset(self, request: HttpRequest, obj: Model | None = None, **kwargs: Any) -> Any:
        return super().get_formset(request, obj, **{"validate_max": True, **kwargs})

    def get_fieldsets(self, request: HttpRequest, obj: Model | None = None) -> Any:
        return [
            (None, {"fields": ("kind", ("about", "position"), ("asked_if", "asked_if_score"))}),
            *(
                (
                    language_name(code),
                    {"fields": (f"question_{code}", (f"low_{code}", f"high_{code}"), f"answers_{code}")},
                )
                for code in codes()
            ),
        ]


@admin.register(Survey)
class SurveyAdmin(StartersAdmin):
    form = SurveyWordsForm
    inlines = (QuestionInline,)
    list_display = ("name", "shown_state", "questions_count", "locked_at", "results_link")
    search_fields = ("name__icontains",)
    ordering = ("is_closed", "name")
    show_full_result_count = False
    list_before_template = "crm/admin/add_starters.html"
    change_form_outer_before_template = "chains/admin/survey_panel.html"
    change_form_outer_after_template = "chains/admin/survey_preview.html"
    fieldsets = (
        (None, {"fields": (("name", "is_closed"),)}),
        (
            gettext_lazy("After a low answer to the first question"),
            {"fields": ("low_at_most", ("case_kind", "case_severity"), "case_group")},
        ),
        (
            gettext_lazy("After a high answer to the first question"),
            {"fields": ("high_at_least", ("offer", "offer_url"))},
        ),
        (gettext_lazy("Thanks"), {"fields": tuple(f"thanks_{code}" for code in codes())}),
    )

    class Media:
        js = (Script("chains/survey.js", defer=True),)

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("preview/", wrap(self.preview_view), name="crm_survey_preview_new"),
            path("<int:pk>/preview/", wrap(self.preview_view), name="crm_survey_preview"),
            path("<int:pk>/copy/", wrap(self.copy_view), name="crm_survey_copy"),
            path("<int:pk>/results/", wrap(self.results_view), name="crm_survey_results"),
            *super().get_urls(),
        ]

    def missing_starters(self, language: str) -> list[str]:
        return missing_surveys(language)

    def add_starters(self, language: str, now: dt.datetime) -> list[str]:
        return add_ready_surveys(language)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Survey]:
        return super().get_queryset(request).annotate(number=Count("questions"))  # type: ignore[no-any-return]

    def get_inlines(self, request: HttpRequest, obj: Survey | None) -> Any:
        """What was asked is not changed: the panel tells what it is, and who may only look reads it there."""
        may_change = obj is None or self.has_change_permission(request, obj)
        return self.inlines if may_change and not (obj and obj.is_locked) else ()

    def get_fieldsets(self, request: HttpRequest, obj: Survey | None = None) -> Any:
        """Words of thanks are no column each, and so nothing that could be shown to be read."""
        found = super().get_fieldsets(request, obj)
        return found if obj is None or self.has_change_permission(request, obj) else found[:-1]

    def get_readonly_fields(self, request: HttpRequest, obj: Survey | None = None) -> tuple[str, ...]:
        return ("low_at_most", "high_at_least") if obj and obj.is_locked else ()

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"low_at_most": 6, "high_at_least": 9}

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "case_group":
            kwargs["queryset"] = Group.objects.order_by("name")
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if db_field.name == "case_group":
            # Who makes surveys does not manage roles.
            field.widget.can_add_related = field.widget.can_change_related = field.widget.can_view_related = False
        return field

    def has_delete_permission(self, request: HttpRequest, obj: Survey | None = None) -> bool:
        """Answers stand with what was asked: a survey that was asked is closed instead."""
        return obj is not None and not obj.is_locked and super().has_delete_permission(request, obj)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        languages = [(code, language_name(code)) for code in codes()]
        extra = {"languages": languages} | (extra_context or {})
        return super().changeform_view(request, object_id, form_url, extra)  # type: ignore[no-any-return]

    def preview_view(self, request: HttpRequest, pk: int | None = None) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        return preview(request, get_object_or_404(Survey, pk=pk) if pk else None)

    def copy_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        survey = get_object_or_404(Survey, pk=pk)
        if not self.has_add_permission(request):
            raise PermissionDenied
        copied = copy_to_revise(survey)
        self.log_addition(request, copied, _("copied from “%(name)s”") % {"name": survey})
        messages.success(request, _("This copy may be changed. Messages go on asking “%(name)s”.") % {"name": survey})
        return HttpResponseRedirect(reverse("admin:crm_survey_change", args=[copied.pk]))

    def results_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        survey = get_object_or_404(Survey, pk=pk)
        if not self.has_view_permission(request, survey):
            raise PermissionDenied
        return results_view(self.admin_site.each_context(request), request, survey)

    @display(description=gettext_lazy("state"), label={"new": "info", "asked": "success", "closed": "warning"})
    def shown_state(self, survey: Survey) -> tuple[str, str]:
        if survey.is_closed:
            return "closed", _("closed")
        return ("asked", _("asked")) if survey.is_locked else ("new", _("not asked yet"))

    @display(description=gettext_lazy("questions"))
    def questions_count(self, survey: Any) -> int:
        return int(survey.number)

    @display(description=gettext_lazy("results"))
    def results_link(self, survey: Survey) -> str:
        return format_html(
            '<a class="enc-link" href="{}">{}</a>', reverse("admin:crm_survey_results", args=[survey.pk]), _("Results")
        )
