from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html_join
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RelatedDropdownFilter
from unfold.decorators import display
from unfold.paginator import InfinitePaginator

from chains.admin import why
from chains.admin.touch import StepFilter
from chains.engine.advance.take_out import take_out
from chains.explain.decisions import decisions
from chains.explain.outlook import outlooks
from chains.models import Enrolment
from crm.admin.verb_buttons import ReadOnlyAdmin


@admin.register(Enrolment)
class EnrolmentAdmin(ReadOnlyAdmin):
    list_display = ("customer", "chain", "shown_status", "where", "due_at", "order", "entered_at")
    list_select_related = ("customer", "chain", "order", "version")
    list_filter = (
        ("status", ChoicesDropdownFilter),
        ("ending", ChoicesDropdownFilter),
        ("awaits", ChoicesDropdownFilter),
        ("chain", RelatedDropdownFilter),
        StepFilter,
    )
    list_filter_submit = True
    list_per_page = 50
    paginator = InfinitePaginator
    show_full_result_count = False
    search_fields = ("customer__last_name__istartswith", "order__number__startswith")
    search_help_text = _("Last name or order number")
    ordering = ("-entered_at",)
    actions = ("take_out",)
    fields = (
        "customer",
        "chain",
        "version",
        "order",
        "status",
        "where",
        "shown_way",
        "triggered_at",
        "entered_at",
        "due_at",
        "awaits",
        "ended_at",
        "ending",
    )

    def get_readonly_fields(self, request: HttpRequest, obj: object = None) -> tuple[str, ...]:
        return self.fields

    def has_take_out_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("chains.change_chain")

    @display(
        description=_("status"),
        ordering="status",
        label={"active": "info", "finished": "success", "left": "warning"},
    )
    def shown_status(self, enrolment: Enrolment) -> tuple[str, str]:
        return enrolment.status, enrolment.get_status_display()

    @display(description=_("stands at"))
    def where(self, enrolment: Enrolment) -> str:
        """Where it waits and until when, or why it ended."""
        known = getattr(enrolment, "outlook", None) or outlooks([enrolment], timezone.now())[enrolment.pk]
        return str(known.stands)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        page: HttpResponse = super().changelist_view(request, extra_context)
        changes = getattr(page, "context_data", {}).get("cl")
        if changes is not None:
            # Read once for the whole list, not for each of its rows.
            ahead = outlooks(list(changes.result_list), timezone.now())
            for enrolment in changes.result_list:
                enrolment.outlook = ahead[enrolment.pk]
        return page

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("why/<int:chain_id>/", wrap(why.chain_why_view), name="chains_chain_why"),
            path("of/<int:customer_id>/", wrap(why.customer_chains_view), name="chains_customer_chains"),
            *super().get_urls(),
        ]

    @display(description=_("decisions on the way"))
    def shown_way(self, enrolment: Enrolment) -> str:
        lines = (
            (turn.number, turn.step, turn.words, date_format(localtime(turn.at), "SHORT_DATETIME_FORMAT"))
            for turn in decisions(enrolment)
        )
        return format_html_join("", "<p>{}. {} {} <span class='enc-faint'>({})</span></p>", lines) or "—"

    @admin.action(description=_("Take out of the chain"), permissions=["take_out"])
    def take_out(self, request: HttpRequest, enrolments: QuerySet[Enrolment]) -> None:
        count = take_out(enrolments, timezone.now())
        text = ngettext("%(count)d customer taken out.", "%(count)d customers taken out.", count)
        self.message_user(request, text % {"count": count})
