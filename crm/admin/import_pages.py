"""Import with a preview, and export, on the lists of customers, orders and products.

django-import-export gives the addresses, permissions and export; the import itself is that of `manage.py import_data`.
The preview is a dry run of the very import that the confirmation makes.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.contrib import messages
from django.contrib.admin.models import ADDITION, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from import_export.admin import ExportMixin
from unfold.contrib.import_export.forms import ExportForm

from crm.admin.export import FORMATS
from crm.admin.import_page import staff_id
from crm.admin.import_side_views import ImportSideViews
from crm.admin.mapping_pages import MappingPages
from crm.admin.upload_form import UploadForm
from crm.intake.files import uploads
from crm.intake.files.kinds import KINDS
from crm.intake.files.problems import FileError
from crm.intake.files.report import ImportReport


class IntakeMixin(MappingPages, ImportSideViews, ExportMixin):  # type: ignore[misc]
    """For a ModelAdmin: `intake` names the kind of file, `resource_classes` what is exported."""

    import_export_change_list_template = "admin/import_export/change_list_import_export.html"
    export_form_class = ExportForm
    formats = FORMATS

    def get_urls(self) -> list[URLPattern]:
        views = {
            "columns": self.columns,
            "sample": self.sample,
            "progress": self.progress,
            "cancel": self.cancel,
            "rejected": self.rejected_rows,
        }
        name = "{}_{}_import_{{}}".format(*self.get_model_info())
        own = [
            path(f"import/{view}/", self.admin_site.admin_view(method), name=name.format(view))
            for view, method in views.items()
        ]
        return [*own, *super().get_urls()]

    def import_action(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Take a file; ask what its columns mean where that is not known, then show what its import would do."""
        self._check_may_import(request)
        form = UploadForm(request.POST or None, request.FILES or None)
        if not KINDS[self.intake].takes_attributes:
            del form.fields["keeps_attributes"]
        if not KINDS[self.intake].starts_chains:
            del form.fields["acts"], form.fields["acts_on_days"]
        if request.method != "POST" or not form.is_valid():
            return self._page(request, form=form)
        told = form.cleaned_data
        choices = {"name": told["file"].name, "encoding": told["encoding"]} | {
            name: told.get(name) for name in ("keeps_attributes", "acts_on_days")
        }
        file = uploads.store(told["file"])
        try:
            return self._ask_or_preview(request, file, choices)
        except FileError as trouble:
            uploads.forget(file)
            form.add_error("file", str(trouble))
            return self._page(request, form=form)

    def process_import(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Make the import that was previewed."""
        self._check_may_import(request)
        found = self._unsigned(request, request.POST.get("token", "")) if request.method == "POST" else None
        if found:
            file, choices = found
            if choices.get("would_enter") and "confirmed" not in request.POST:
                return self._confirmation(request, choices)
            with uploads.locked_upload(file) as locked:
                if locked:
                    return self._imported(request, file, locked, choices)
        return self._gone(request)

    def _confirmation(self, request: HttpRequest, choices: dict[str, Any]) -> HttpResponse:
        return self._page(
            request,
            confirming=choices["would_enter"],
            token=request.POST["token"],
            skip="skip" in request.POST,
            file_name=choices["name"],
        )

    def _imported(self, request: HttpRequest, file: Path, locked: Path, choices: dict[str, Any]) -> HttpResponse:
        report = self._import(request, locked, choices, is_dry_run=False, skips_errors="skip" in request.POST)
        if report.is_refused:
            token = self._signed(request, file, choices)
            return self._page(request, report=report, token=token, choices=choices, file_name=choices["name"])
        locked.unlink()
        self._show_result(request, report, choices["name"])
        if report.rejected_rows:
            token = self._signed(request, uploads.rejected(locked), choices)
            return self._page(request, report=report, rejected_token=token, file_name=choices["name"])
        return HttpResponseRedirect(self._address("changelist"))

    def _show_result(self, request: HttpRequest, report: ImportReport, file_name: str) -> None:
        for name, count in report.counts.items():
            text = gettext("%(what)s: %(new)s new, %(changed)s changed, %(unchanged)s as they were") % {
                "what": KIND_NAMES[name],
                "new": count.new,
                "changed": count.changed,
                "unchanged": count.unchanged,
            }
            messages.success(request, text)
        LogEntry.objects.create(
            user_id=staff_id(request),
            content_type=ContentType.objects.get_for_model(self.model),
            object_repr=file_name[:200],
            action_flag=ADDITION,
            change_message=gettext("Imported a file of %(rows)s rows.") % {"rows": report.rows},
        )


KIND_NAMES = {
    "orders": _("orders"),
    "customers": _("customers"),
    "products": _("products"),
    "consents": _("consents"),
    "categories": _("categories"),
    "relations": _("related products"),
}
