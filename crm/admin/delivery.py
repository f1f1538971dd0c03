from __future__ import annotations

import datetime as dt
import json
from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RelatedDropdownFilter
from unfold.decorators import display
from unfold.paginator import InfinitePaginator

from crm.admin.verb_buttons import Verb, VerbAdmin
from crm.intake.deliveries import try_again
from crm.models import Delivery

TONES = {
    Delivery.Status.WAITING: "warning",
    Delivery.Status.HELD: "info",
    Delivery.Status.APPLIED: "success",
    Delivery.Status.IGNORED: "default",
    Delivery.Status.FAILED: "danger",
}


@admin.register(Delivery)
class DeliveryAdmin(VerbAdmin):
    list_display = ("received_at", "shown_status", "topic", "subject", "reason", "source")
    list_select_related = ("source",)
    list_filter = (("status", ChoicesDropdownFilter), ("source", RelatedDropdownFilter))
    list_filter_submit = True
    search_fields = ("subject", "key")
    search_help_text = _("Order or customer, or the id of the message")
    ordering = ("-pk",)
    paginator = InfinitePaginator
    show_full_result_count = False
    actions = None
    fields = (
        "source", "topic", "subject", "status", "reason", "attempts", "received_at", "due_at", "applied_at",
        "shown_payload", "key",
    )  # fmt: skip
    readonly_fields = fields
    change_form_outer_before_template = "crm/admin/delivery_panel.html"

    def verbs(self) -> dict[str, Verb]:
        return {"again": _again}

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """To be read: there is nothing to save."""
        extra = {"show_save": False, "show_save_and_continue": False}
        return super().change_view(request, object_id, form_url, extra | (extra_context or {}))  # type: ignore[no-any-return]

    @display(description=_("status"), ordering="status", label=TONES)
    def shown_status(self, delivery: Delivery) -> tuple[str, str]:
        return delivery.status, delivery.get_status_display()

    @display(description=_("what came"))
    def shown_payload(self, delivery: Delivery) -> str:
        if not delivery.payload:
            return gettext("No longer kept: it was applied more than thirty days ago, or whom it was about was erased.")
        text = json.dumps(delivery.payload, ensure_ascii=False, indent=2)
        return format_html('<pre class="enc-code enc-break">{}</pre>', text)


def _again(request: HttpRequest, delivery: Delivery, at: dt.datetime) -> str:
    if not try_again(Delivery.objects.filter(pk=delivery.pk), at):
        raise ValueError(gettext("It was applied already."))
    return gettext("It is tried again at once.")
