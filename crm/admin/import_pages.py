"""Import with a preview, and export, on the lists of customers, orders and products.

django-import-export gives the addresses, permissions and export; the import itself is that of `manage.py import_data`.
The preview is a dry run of the very import that the confirmation makes.
"""

from __future__ import annotations

from itertools import chain, islice
from pathlib import Path
from typing import Any, ClassVar

from django.contrib import messages
from django.contrib.admin.models import ADDITION, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from import_export.admin import ExportMixin, ImportMixin
from unfold.contrib.import_export.forms import ExportForm

from crm.admin.export import FORMATS
from crm.admin.upload_form import UploadForm
from crm.intake.files import uploads
from crm.intake.files.import_file import ImportOptions, import_file
from crm.intake.files.kinds import KINDS
from crm.intake.files.problems import FileError
from crm.intake.files.reading import open_file
from crm.intake.files.report import ImportReport

SAMPLE_ROWS = 5
SAMPLE_COLUMNS = 25


class IntakeMixin(ImportMixin, ExportMixin):  # type: ignore[misc]
    """For a ModelAdmin: `intake` names the kind of file, `resource_classes` what is exported."""

    intake: ClassVar[str]
    import_export_change_list_template = "admin/import_export/change_list_import_export.html"
    import_template_name = "crm/admin/import.html"
    export_form_class = ExportForm
    formats = FORMATS

    def get_urls(self) -> list[URLPattern]:
        name = "{}_{}_import_rejected".format(*self.get_model_info())
        view = self.admin_site.admin_view(self.rejected_rows)
        return [path("import/rejected/", view, name=name), *super().get_urls()]

    def has_import_permission(self, request: HttpRequest) -> bool:
        """Files add and change facts by the thousand, which no form here does: only for who may do both."""
        app, model = self.get_model_info()
        return request.user.has_perms([f"{app}.add_{model}", f"{app}.change_{model}"])

    def has_export_permission(self, request: HttpRequest) -> bool:
        """Carrying everybody's data away asks for as much as bringing it in."""
        return self.has_import_permission(request)

    def import_action(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Take a file and show what its import would do."""
        if not self.has_import_permission(request):
            raise PermissionDenied
        form = UploadForm(request.POST or None, request.FILES or None)
        if not KINDS[self.intake].takes_attributes:
            del form.fields["keeps_attributes"]
        if request.method != "POST" or not form.is_valid():
            return self._page(request, form=form)
        choices = {
            "name": form.cleaned_data["file"].name,
            "encoding": form.cleaned_data["encoding"],
            "keeps_attributes": form.cleaned_data.get("keeps_attributes", False),
        }
        file = uploads.store(form.cleaned_data["file"])
        try:
            report = self._import(file, choices, is_dry_run=True, skips_errors=True)
            sample = _sample(file, choices["encoding"])
        except FileError as trouble:
            file.unlink()
            form.add_error("file", str(trouble))
            return self._page(request, form=form)
        token = uploads.sign(_staff(request), file, choices)
        return self._page(request, report=report, sample=sample, token=token, file_name=choices["name"])

    def process_import(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Make the import that was previewed."""
        if not self.has_import_permission(request):
            raise PermissionDenied
        found = uploads.unsign(_staff(request), request.POST.get("token", "")) if request.method == "POST" else None
        if found:
            file, choices = found
            with uploads.locked_upload(file) as locked:
                if locked:
                    return self._imported(request, file, locked, choices)
        messages.error(request, _("This preview is no longer there: choose the file again."))
        return HttpResponseRedirect(self._address("import"))

    def _imported(self, request: HttpRequest, file: Path, locked: Path, choices: dict[str, Any]) -> HttpResponse:
        report = self._import(locked, choices, is_dry_run=False, skips_errors="skip" in request.POST)
        if report.is_refused:
            token = uploads.sign(_staff(request), file, choices)
            return self._page(request, report=report, token=token, file_name=choices["name"])
        locked.unlink()
        self._show_result(request, report, choices["name"])
        if report.rejected_rows:
            token = uploads.sign(_staff(request), uploads.rejected(locked), choices)
            return self._page(request, report=report, rejected_token=token, file_name=choices["name"])
        return HttpResponseRedirect(self._address("changelist"))

    def rejected_rows(self, request: HttpRequest) -> HttpResponse | FileResponse:
        """The refused rows with their reasons, to be corrected and imported."""
        if not self.has_import_permission(request):
            raise PermissionDenied
        found = uploads.unsign(_staff(request), request.GET.get("token", ""))
        if found is None:
            messages.error(request, _("This file is no longer there: import the first one again."))
            return HttpResponseRedirect(self._address("import"))
        file, choices = found
        name = f"{Path(choices['name']).stem}.rejected.csv"
        return FileResponse(file.open("rb"), as_attachment=True, filename=name, content_type="text/csv")

    def _import(self, file: Path, choices: dict[str, Any], *, is_dry_run: bool, skips_errors: bool) -> ImportReport:
        options = ImportOptions(
            encoding=choices["encoding"],
            is_dry_run=is_dry_run,
            rejected=uploads.rejected(file) if skips_errors else None,
            keeps_attributes=choices["keeps_attributes"],
        )
        return import_file(self.intake, file, now=timezone.now(), options=options)

    def _page(self, request: HttpRequest, **shown: Any) -> TemplateResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Import"),
            "opts": self.opts,
            "media": self.media,
            "columns": [column.name for column in KINDS[self.intake].columns],
            "needed": [_alternatives(group) for group in KINDS[self.intake].needed],
            "process_url": self._address("process_import"),
            "import_url": self._address("import"),
            "list_url": self._address("changelist"),
            "rejected_url": self._address("import_rejected"),
            **shown,
        }
        return TemplateResponse(request, [self.import_template_name], context)

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
            user_id=_staff(request),
            content_type=ContentType.objects.get_for_model(self.model),
            object_repr=file_name[:200],
            action_flag=ADDITION,
            change_message=gettext("Imported a file of %(rows)s rows.") % {"rows": report.rows},
        )

    def _address(self, view: str) -> str:
        return reverse("admin:{}_{}_{}".format(*self.get_model_info(), view))


KIND_NAMES = {
    "orders": _("orders"),
    "customers": _("customers"),
    "products": _("products"),
    "consents": _("consents"),
}


def _staff(request: HttpRequest) -> int:
    if request.user.pk is None:
        raise PermissionDenied
    return request.user.pk


def _alternatives(group: Any) -> str:
    return gettext(" or ").join(group)


def _sample(file: Path, encoding: str) -> dict[str, Any]:
    """The first rows as they stand in the file."""
    with open_file(file, encoding) as opened:
        rows = [
            [cell[:80] for cell in cells[:SAMPLE_COLUMNS]]
            for cells in islice(chain.from_iterable(batch.rows for batch in opened.batches), SAMPLE_ROWS)
            if isinstance(cells, list)
        ]
        return {"header": opened.header[:SAMPLE_COLUMNS], "rows": rows}
