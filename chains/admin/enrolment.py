from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import admin
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html_join
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RelatedDropdownFilter
from unfold.decorators import display
from unfold.paginator import InfinitePaginator

from chains import program, settling
from chains.models import Enrolment
from chains.step_wording import event_words
from chains.way import turns
from crm.admin.verbs import ReadOnlyAdmin

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest


@admin.register(Enrolment)
class EnrolmentAdmin(ReadOnlyAdmin):
    list_display = ("customer", "chain", "shown_status", "where", "due_at", "order", "entered_at")
    list_select_related = ("customer", "chain", "order")
    list_filter = (
        ("status", ChoicesDropdownFilter),
        ("ending", ChoicesDropdownFilter),
        ("awaits", ChoicesDropdownFilter),
        ("chain", RelatedDropdownFilter),
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
        "shown_status",
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
        """The step it stands at, or why it ended."""
        if enrolment.status != Enrolment.Status.ACTIVE:
            return enrolment.get_ending_display()
        if enrolment.awaits:
            kind = enrolment.awaited_event
            what = event_words(kind) if kind else enrolment.get_awaits_display()
            return str(_("waits for: %(what)s") % {"what": what})
        plan = program.load([enrolment.version_id])[enrolment.version_id]
        step = plan.step(enrolment.step_key)
        return str(_("step %(number)s") % {"number": step.number}) if step else ""

    @display(description=_("decisions on the way"))
    def shown_way(self, enrolment: Enrolment) -> str:
        lines = (
            (turn.number, turn.step, turn.words, date_format(localtime(turn.at), "SHORT_DATETIME_FORMAT"))
            for turn in turns(enrolment)
        )
        return format_html_join("", "<p>{}. {} {} <span class='enc-faint'>({})</span></p>", lines) or "—"

    @admin.action(description=_("Take out of the chain"), permissions=["take_out"])
    def take_out(self, request: HttpRequest, enrolments: QuerySet[Enrolment]) -> None:
        count = settling.take_out(enrolments, timezone.now())
        text = ngettext("%(count)d customer taken out.", "%(count)d customers taken out.", count)
        self.message_user(request, text % {"count": count})
