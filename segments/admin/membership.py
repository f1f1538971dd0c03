from __future__ import annotations

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.contrib.filters.admin import AutocompleteSelectFilter, RadioFilter
from unfold.decorators import display

from segments.models import Membership
from segments.values import Label


class StayFilter(RadioFilter):  # type: ignore[misc]
    title = _("stay")
    parameter_name = "stay"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin) -> list[tuple[str, Label]]:
        return [("now", _("members now")), ("left", _("those who left"))]

    def queryset(self, request: HttpRequest, stays: QuerySet[Membership]) -> QuerySet[Membership]:
        chosen = {"now": True, "left": False}.get(self.value())
        return stays if chosen is None else stays.filter(left_at__isnull=chosen)


@admin.register(Membership)
class MembershipAdmin(ModelAdmin):  # type: ignore[misc]
    """Who came and went: a log, read-only."""

    list_display = ("shown_customer", "segment", "entered_at", "left_at")
    list_display_links = None
    list_select_related = ("customer", "segment")
    list_filter = (StayFilter, ("segment", AutocompleteSelectFilter))
    list_filter_submit = True
    list_per_page = 50
    show_full_result_count = False
    ordering = ("-entered_at", "-pk")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    @display(description=_("customer"), ordering="customer__last_name")
    def shown_customer(self, stay: Membership) -> str:
        address = reverse("admin:crm_customer_change", args=[stay.customer_id])
        return format_html('<a href="{}">{}</a>', address, stay.customer)
