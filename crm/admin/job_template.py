from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin, TabularInline
from unfold.decorators import display

from crm.models import JobTemplate, JobTemplateStage


class StageInline(TabularInline):  # type: ignore[misc]
    model = JobTemplateStage
    fields = ("name", "days", "needs_acceptance", "position")
    ordering_field = "position"
    hide_ordering_field = True
    extra = 1
    verbose_name_plural = _("stages, in their order")


@admin.register(JobTemplate)
class JobTemplateAdmin(ModelAdmin):  # type: ignore[misc]
    list_display = ("name", "stages_count", "is_active")
    search_fields = ("name",)
    autocomplete_fields = ("products",)
    inlines = (StageInline,)
    fieldsets = (
        (None, {"fields": ("name", "products", "is_active")}),
        (
            _("The welcome plan"),
            {
                "fields": ("answer_hours", "prepare", "faq"),
                "description": _(
                    "What the customer reads when the job begins, beside the stages and who is responsible for it."
                ),
            },
        ),
        (_("While it goes on"), {"fields": ("status_weekday",)}),
        (
            _("The closing report"),
            {
                "fields": ("report", ("next_words", "next_days")),
                "description": _("Words to begin with: whoever closes a job fills them in."),
            },
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[JobTemplate]:
        return super().get_queryset(request).annotate(stages_count=Count("stages"))  # type: ignore[no-any-return]

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field and isinstance(field.widget, forms.Textarea):
            field.widget.attrs["rows"] = 5
        return field

    @display(description=_("stages"))
    def stages_count(self, template: Any) -> int:
        return int(template.stages_count)
