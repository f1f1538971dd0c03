from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import (
    BooleanRadioFilter,
    ChoicesDropdownFilter,
    RangeNumericFilter,
    RelatedDropdownFilter,
)
from unfold.decorators import display

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

    @display(description=_("text"))
    def beginning(self, feedback: Feedback) -> str:
        return feedback.text if len(feedback.text) <= TEXT_SHOWN else feedback.text[:TEXT_SHOWN] + "…"
