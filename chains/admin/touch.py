from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.admin import ModelAdmin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RelatedDropdownFilter
from unfold.decorators import display
from unfold.paginator import InfinitePaginator

from chains.engine.deliver import uncertain
from chains.explain.reasons import sentence
from chains.models import Touch
from crm.admin.verb_buttons import ReadOnlyAdmin

TONES = {
    "sent": "success",
    "scheduled": "info",
    "claimed": "info",
    "sending": "info",
    "skipped": "warning",
    "missed": "warning",
    "unknown": "danger",
    "failed": "danger",
}


class StepFilter(admin.SimpleListFilter):
    """Reached from the chain's page; without one chosen there is nothing to choose from."""

    title = _("step")
    parameter_name = "step"
    template = "unfold/filters/filters_field.html"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> list[tuple[str, str]]:
        asked = request.GET.get("step", "")
        return [(asked, asked)] if asked else []

    def queryset(self, request: HttpRequest, rows: QuerySet[Any]) -> QuerySet[Any]:
        return rows.filter(step_key=self.value()) if self.value() else rows


@admin.register(Touch)
class TouchAdmin(ReadOnlyAdmin):
    list_display = ("customer", "what", "shown_status", "why", "shown_purpose", "due_at", "sent_at")
    list_display_links = ("what",)
    list_select_related = ("customer", "chain")
    list_filter = (
        ("status", ChoicesDropdownFilter),
        ("reason", ChoicesDropdownFilter),
        ("purpose", ChoicesDropdownFilter),
        ("channel", ChoicesDropdownFilter),
        ("chain", RelatedDropdownFilter),
        StepFilter,
    )
    list_filter_submit = True
    list_per_page = 50
    paginator = InfinitePaginator
    show_full_result_count = False
    search_fields = ("customer__last_name__istartswith", "contact__address__startswith", "order__number__startswith")
    search_help_text = _("Last name, address or order number")
    ordering = ("-created_at",)
    actions = ("they_arrived", "send_again")
    fields = (
        "customer",
        "chain",
        "step_name",
        "subject",
        "shown_variant",
        "status",
        "why",
        "channel",
        "purpose",
        "contact",
        "order",
        "coupon",
        "due_at",
        "useful_until",
        "sent_at",
        "delivered_at",
        "bounced_at",
        "opened_at",
        "clicked_at",
        "replied_at",
        "unsubscribed_at",
        "complained_at",
        "attempts",
    )

    def get_readonly_fields(self, request: HttpRequest, obj: object = None) -> tuple[str, ...]:
        return self.fields

    def has_settle_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("chains.change_touch") or request.user.has_perm("chains.change_chain")

    @display(description=_("message"), ordering="step_name")
    def what(self, touch: Touch) -> str:
        return f"{touch} ({touch.chain})"

    @display(description=_("status"), ordering="status", label=TONES)
    def shown_status(self, touch: Touch) -> tuple[str, str]:
        return touch.status, touch.get_status_display()

    @display(description=_("purpose"), label={"service": "info", "marketing": "warning"})
    def shown_purpose(self, touch: Touch) -> tuple[str, str]:
        return touch.purpose, touch.get_purpose_display()

    @display(description=_("variant"))
    def shown_variant(self, touch: Touch) -> str:
        return touch.variant_letter or "—"

    @display(description=_("why"))
    def why(self, touch: Touch) -> str:
        return sentence(touch) if touch.reason else "—"

    @admin.action(description=_("Uncertain ones did arrive"), permissions=["settle"])
    def they_arrived(self, request: HttpRequest, touches: QuerySet[Touch]) -> None:
        self._tell(request, uncertain.confirm_arrival(touches))

    @admin.action(description=_("Send uncertain ones again"), permissions=["settle"])
    def send_again(self, request: HttpRequest, touches: QuerySet[Touch]) -> None:
        self._tell(request, uncertain.send_again(touches, timezone.now()))

    def _tell(self, request: HttpRequest, count: int) -> None:
        text = ngettext("%(count)d uncertain message settled.", "%(count)d uncertain messages settled.", count)
        self.message_user(request, text % {"count": count})
