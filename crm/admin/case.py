from __future__ import annotations

from io import BytesIO
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Model, QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display

from crm.admin.case_answering import change_files
from crm.admin.case_bulk import BULK_ACTIONS, BulkForm
from crm.admin.case_conversation import conversation
from crm.admin.case_correction import consequence_of, correctable
from crm.admin.case_desk import beside_conversation
from crm.admin.case_desk_verbs import DESK_VERBS
from crm.admin.case_state_filter import CaseStateFilter
from crm.admin.case_verbs import VERBS
from crm.admin.complaint_form import OrderField
from crm.admin.refused import keep_refused
from crm.admin.verb_buttons import Verb, VerbAdmin, colleagues
from crm.models import Case, CaseAttachment
from crm.models.case_order import MOST_URGENT_FIRST
from crm.service.case_corrections import correct

TONES = {
    "overdue": "danger",
    "unanswered": "danger",
    "opened": "warning",
    "acknowledged": "warning",
    "answered": "info",
    "done": "success",
}


@admin.register(Case)
class CaseAdmin(VerbAdmin):
    list_display = (
        "subject",
        "standing",
        "kind_label",
        "severity_label",
        "customer",
        "promised_at",
        "owner",
        "opened_at",
    )
    list_select_related = ("customer", "owner")
    list_filter = (CaseStateFilter, ("kind", ChoicesDropdownFilter), ("severity", ChoicesDropdownFilter))
    list_filter_submit = True
    list_per_page = 50
    show_full_result_count = False
    search_fields = ("subject__istartswith", "order__number__startswith", "customer__last_name__istartswith")
    search_help_text = _("Subject, last name or order number")
    ordering = MOST_URGENT_FIRST
    readonly_fields = ("channel", "opened_at")
    fields = ("kind", "severity", "order", "owner", "promised_at", "channel", "opened_at")
    change_form_outer_before_template = "crm/admin/case_panel.html"
    actions = BULK_ACTIONS
    action_form = BulkForm

    def verbs(self) -> dict[str, Verb]:
        return VERBS | DESK_VERBS

    def get_urls(self) -> list[URLPattern]:
        file = path(
            "<int:case_id>/file/<int:file_id>/", self.admin_site.admin_view(self.file_view), name="crm_case_file"
        )
        files = path(
            "<int:case_id>/answer-files/",
            self.admin_site.admin_view(self.answer_files_view),
            name="crm_case_answer_files",
        )
        return [file, files, *super().get_urls()]

    def answer_files_view(self, request: HttpRequest, case_id: int) -> HttpResponse:
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        case = get_object_or_404(Case, pk=case_id)
        if not self.has_change_permission(request, case):
            raise PermissionDenied
        return change_files(request, case, back=self.page_of(case))

    def file_view(self, request: HttpRequest, case_id: int, file_id: int) -> FileResponse:
        """A file of a stranger: to be saved, never shown by the browser in our name."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        file = get_object_or_404(CaseAttachment, pk=file_id, message__case=case_id, content__isnull=False)
        return FileResponse(
            BytesIO(file.content or b""),
            as_attachment=True,
            filename=file.name,
            content_type="application/octet-stream",
        )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Case]:
        return super().get_queryset(request).select_related("customer", "order", "owner", "follows", "merged_into")  # type: ignore[no-any-return]

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "order":
            kwargs["form_class"] = OrderField
        return super().formfield_for_foreignkey(db_field, request, **colleagues(db_field), **kwargs)

    def get_form(self, request: HttpRequest, obj: Case | None = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change, **kwargs)
        if obj and "order" in form.base_fields:
            correctable(form.base_fields["order"], obj)
        return form

    def save_model(self, request: HttpRequest, obj: Case, form: Any, change: bool) -> None:
        """What it is changes by its own verb, for marketing follows it; the rest is noted as it was typed."""
        case, told = Case.objects.get(pk=obj.pk), form.cleaned_data
        kind_was = case.kind
        with transaction.atomic():
            correct(case, kind=told["kind"], severity=told["severity"], order=told["order"], at=timezone.now())
            obj.promised_at = told["promised_at"] if "promised_at" in form.changed_data else case.promised_at
            obj.save(update_fields=["owner", "promised_at"])
        if kind_was != case.kind and not case.resolved_at:
            messages.info(request, consequence_of(case))

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, object] | None = None,
    ) -> HttpResponse:
        shown = conversation(request, object_id)
        extra = {
            "now": timezone.now(),
            **shown,
            **beside_conversation(request, object_id, shown),
            "show_save_and_continue": False,
            **(extra_context or {}),
        }
        return super().changeform_view(request, object_id, form_url, extra)  # type: ignore[no-any-return]

    def refuse(self, request: HttpRequest, subject: Model, name: str, why: str) -> None:
        """What was to be told to the customer is not lost."""
        super().refuse(request, subject, name, why)
        if name in {"write", "answer", "offer", "goodwill", "note", "hand_over"}:
            keep_refused(request, subject, name, why)

    def get_readonly_fields(self, request: HttpRequest, obj: Case | None = None) -> tuple[str, ...]:
        """One that was merged is corrected where it went."""
        return self.fields if obj and obj.merged_into_id else self.readonly_fields

    def has_add_permission(self, request: HttpRequest) -> bool:
        """A case is logged on its customer's page."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    @display(
        description=_("stage"),
        label=TONES,
    )
    def standing(self, case: Case) -> tuple[str, object]:
        now = timezone.now()
        if case.is_overdue(now):
            return "overdue", gettext("overdue")
        if case.unanswered_at and not case.resolved_at:
            return "unanswered", gettext("waits for us")
        if case.held_at or case.awaits_customer_at:
            return "answered", gettext("on hold") if case.held_at else gettext("waits for the customer")
        if case.ending:
            return "done", case.get_ending_display()
        return ("done" if case.resolved_at else case.stage.value), case.stage.label

    @display(description=_("kind"), ordering="kind", label={"complaint": "danger", "question": "default"})
    def kind_label(self, case: Case) -> tuple[str, str]:
        return case.kind, case.get_kind_display()

    @display(description=_("severity"), label={"high": "danger", "normal": "default", "low": "default"})
    def severity_label(self, case: Case) -> tuple[str, str]:
        return case.severity, case.get_severity_display()
