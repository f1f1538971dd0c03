"""What was sent to other systems, what they answered, and what has yet to go."""

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
from crm.models import WebhookMessage
from crm.webhooks_out.endpoints import try_again
from crm.webhooks_out.kinds import words
from crm.webhooks_out.payload import body_of, emails_of

TONES = {
    WebhookMessage.Status.WAITING: "warning",
    WebhookMessage.Status.TAKEN: "success",
    WebhookMessage.Status.REFUSED: "danger",
    WebhookMessage.Status.FAILED: "danger",
    WebhookMessage.Status.DROPPED: "default",
}


@admin.register(WebhookMessage)
class WebhookMessageAdmin(VerbAdmin):
    list_display = ("created_at", "shown_status", "shown_kind", "customer", "answer_status", "attempts", "endpoint")
    list_select_related = ("endpoint", "customer")
    list_filter = (("status", ChoicesDropdownFilter), ("endpoint", RelatedDropdownFilter))
    list_filter_submit = True
    ordering = ("-pk",)
    paginator = InfinitePaginator
    show_full_result_count = False
    actions = None
    fields = (
        "endpoint", "shown_kind", "customer", "order", "status", "reason", "attempts", "due_at", "answer_status",
        "shown_answer", "shown_body", "webhook_id", "occurred_at", "created_at", "settled_at",
    )  # fmt: skip
    readonly_fields = fields
    change_form_outer_before_template = "crm/admin/webhook_message_panel.html"

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
    def shown_status(self, message: WebhookMessage) -> tuple[str, str]:
        return message.status, message.get_status_display()

    @display(description=_("event"))
    def shown_kind(self, message: WebhookMessage) -> str:
        return words(message.kind)

    @display(description=_("answer"))
    def shown_answer(self, message: WebhookMessage) -> str:
        return _code(message.answer) if message.answer else "—"

    @display(description=_("what goes out, as of now"))
    def shown_body(self, message: WebhookMessage) -> str:
        if message.customer and message.customer.erased_at:
            return gettext("Nothing: the customer's data was erased.")
        emails = emails_of([message.customer_id] if message.customer_id else [])
        body = json.loads(body_of(message, emails.get(message.customer_id or 0)))
        return _code(json.dumps(body, ensure_ascii=False, indent=2))


def _code(text: str) -> str:
    return format_html('<pre class="enc-code enc-break">{}</pre>', text)


def _again(request: HttpRequest, message: WebhookMessage, at: dt.datetime) -> str:
    if not try_again(WebhookMessage.objects.filter(pk=message.pk), at):
        raise ValueError(gettext("There is nothing left to send: it was answered, or it must not be sent."))
    return gettext("It is sent again at once.")
