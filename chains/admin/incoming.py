"""Letters that came in: a log, where a person says whom a letter is from when Encore could not."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrPromise
from unfold.contrib.filters.admin import ChoicesDropdownFilter, DropdownFilter
from unfold.decorators import display
from unfold.paginator import InfinitePaginator

from chains.channels.email.record_mail import assign, set_aside
from chains.models import IncomingMail
from crm.admin.verb_buttons import Verb, VerbAdmin
from crm.models import Customer

TONES = {"reply": "success", "stranger": "danger", "unreadable": "danger", "flood": "warning", "stop": "warning"}


class UnplacedFilter(DropdownFilter):  # type: ignore[misc]
    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str | StrPromise]]:
        return [("unplaced", _("from nobody known, waits for a person"))]

    def queryset(self, request: HttpRequest, letters: QuerySet[IncomingMail]) -> QuerySet[IncomingMail]:
        return letters & IncomingMail.objects.unplaced() if self.value() == "unplaced" else letters


@admin.register(IncomingMail)
class IncomingMailAdmin(VerbAdmin):
    list_display = ("subject_or_none", "shown_kind", "sender", "customer", "received_at")
    list_display_links = ("subject_or_none",)
    list_select_related = ("customer",)
    list_filter = (
        UnplacedFilter,
        ("kind", ChoicesDropdownFilter),
    )
    list_filter_submit = True
    list_per_page = 50
    paginator = InfinitePaginator
    show_full_result_count = False
    search_fields = ("sender__startswith",)
    search_help_text = _("Address of the sender")
    ordering = ("-received_at", "-pk")
    autocomplete_fields = ("customer",)
    fields = ("kind", "sender", "subject", "text", "detail", "received_at", "touch", "case", "customer")
    actions = ("set_all_aside",)
    change_form_outer_before_template = "chains/admin/incoming_panel.html"

    def verbs(self) -> dict[str, Verb]:
        return {"set_aside": _set_aside}

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> tuple[str, ...]:
        is_open = isinstance(obj, IncomingMail) and obj.waits_for_a_person
        return self.fields[:-1] if is_open else self.fields

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if field is not None:
            field.queryset = Customer.objects.current()
            field.help_text = _("Say whom it is from, and it becomes a case of theirs.")
        return field

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: IncomingMail, form: Any, change: bool) -> None:
        """Whom it is from is all that can be changed."""
        if obj.customer:
            assign(obj, obj.customer, timezone.now())

    @admin.action(description=_("Set aside: needs no answer"), permissions=["change"])
    def set_all_aside(self, request: HttpRequest, letters: QuerySet[IncomingMail]) -> None:
        count = set_aside(letters)
        words = ngettext("%(count)d letter is set aside.", "%(count)d letters are set aside.", count)
        self.message_user(request, words % {"count": count})

    @display(description=_("subject"), ordering="subject")
    def subject_or_none(self, mail: IncomingMail) -> str:
        return mail.subject or "—"

    @display(description=_("what it is"), ordering="kind", label=TONES)
    def shown_kind(self, mail: IncomingMail) -> tuple[str, str]:
        return mail.kind, mail.get_kind_display()

    @display(description=_("case"))
    def case(self, mail: IncomingMail) -> str:
        if mail.message is None:
            return "—"
        address = reverse("admin:crm_case_change", args=[mail.message.case_id])
        return format_html('<a class="enc-link" href="{}">{}</a>', address, mail.message.case)


def _set_aside(request: HttpRequest, mail: IncomingMail, at: dt.datetime) -> str:
    if not set_aside(IncomingMail.objects.filter(pk=mail.pk)):
        raise ValueError(gettext("This letter does not wait for anybody."))
    return gettext("Set aside: it waits in the queue no more.")
