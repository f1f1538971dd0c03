"""What customers were given for their trouble, and what it costs: to be read, filtered and added up."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display

from crm.admin.day_range_filter import DayRangeFilter
from crm.admin.verb_buttons import ReadOnlyAdmin
from crm.models import Goodwill
from crm.service.goodwill_gifts import in_words
from crm.story.story import page_of


@admin.register(Goodwill)
class GoodwillAdmin(ReadOnlyAdmin):
    list_display = ("what", "case_link", "reason", "amount", "currency", "given_by", "promised_at", "state")
    list_filter = (("kind", ChoicesDropdownFilter), ("promised_at", DayRangeFilter), "given_by")
    list_filter_submit = True
    search_fields = ("case__subject__istartswith", "case__customer__last_name__istartswith", "reason__icontains")
    search_help_text = _("Case, last name or reason")
    ordering = ("-promised_at",)
    show_full_result_count = False
    list_per_page = 50
    fields = (
        "case",
        "kind",
        ("points", "percent", "amount", "currency"),
        "gift",
        "reason",
        "given_by",
        ("promised_at", "given_at", "undone_at"),
        "coupon",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Goodwill]:
        return super().get_queryset(request).select_related("case__customer", "given_by", "coupon")  # type: ignore[no-any-return]

    @display(description=_("goodwill"))
    def what(self, goodwill: Goodwill) -> str:
        return in_words(goodwill)

    @display(description=_("case"))
    def case_link(self, goodwill: Goodwill) -> str:
        return format_html('<a class="enc-link" href="{}">{}</a>', page_of(goodwill.case), goodwill.case)

    @display(description=_("state"), label={"given": "success", "promised": "warning", "undone": "default"})
    def state(self, goodwill: Goodwill) -> tuple[str, Any]:
        if goodwill.undone_at:
            return "undone", gettext("taken back")
        return ("given", gettext("given")) if goodwill.given_at else ("promised", gettext("when the customer accepts"))
