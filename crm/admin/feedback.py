from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import (
    BooleanRadioFilter,
    ChoicesDropdownFilter,
    RangeNumericFilter,
    RelatedDropdownFilter,
)
from unfold.decorators import display

from crm.admin.feedback_task import hand_over_view, task_of
from crm.admin.verb_buttons import ReadOnlyAdmin
from crm.models import Feedback

TEXT_SHOWN = 120


@admin.register(Feedback)
class FeedbackAdmin(ReadOnlyAdmin):
    list_display = ("left_at", "customer", "kind", "score", "answer", "beginning", "survey", "order", "may_publish")
    list_select_related = ("customer", "order", "survey")
    list_filter = (
        ("kind", ChoicesDropdownFilter),
        ("survey", RelatedDropdownFilter),
        ("score", RangeNumericFilter),
        ("may_publish", BooleanRadioFilter),
    )
    list_filter_submit = True
    ordering = ("-left_at",)
    show_full_result_count = False
    search_fields = ("order__number__startswith",)
    search_help_text = _("Order number")
    change_form_outer_before_template = "crm/admin/feedback_panel.html"

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        hand_over = path("<int:feedback_id>/hand-over/", wrap(hand_over_view), name="crm_feedback_hand_over")
        return [hand_over, *super().get_urls()]

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        extra = {**task_of(request, object_id), **(extra_context or {})}
        return super().changeform_view(request, object_id, form_url, extra)  # type: ignore[no-any-return]

    @display(description=_("text"))
    def beginning(self, feedback: Feedback) -> str:
        return feedback.text if len(feedback.text) <= TEXT_SHOWN else feedback.text[:TEXT_SHOWN] + "…"
