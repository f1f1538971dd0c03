"""What the pages of an import lead to: a sample file, how far a file is read, throwing it away, what was refused."""

from __future__ import annotations

from pathlib import Path

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.utils.translation import gettext_lazy as _

from crm.admin.import_page import ImportPage
from crm.intake.files import progress, sample_file, uploads


class ImportSideViews(ImportPage):
    def sample(self, request: HttpRequest) -> HttpResponse:
        """With a mark in front, by which spreadsheets know UTF-8."""
        self._check_may_import(request)
        name = f"encore-{self.intake}.csv"
        return HttpResponse(
            sample_file.text(self.intake).encode("utf-8-sig"),
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )

    def cancel(self, request: HttpRequest) -> HttpResponse:
        """Forget the file; nothing of it was imported."""
        self._check_may_import(request)
        found = self._unsigned(request, request.POST.get("token", ""))
        if found:
            uploads.forget(found[0])
            messages.success(request, _("The file was thrown away. Nothing was imported."))
        return HttpResponseRedirect(self._address("import"))

    def progress(self, request: HttpRequest) -> JsonResponse:
        self._check_may_import(request)
        return JsonResponse(progress.look_up(request.GET.get("name", "")))

    def rejected_rows(self, request: HttpRequest) -> HttpResponse | FileResponse:
        """The refused rows with their reasons, to be corrected and imported."""
        self._check_may_import(request)
        found = self._unsigned(request, request.GET.get("token", ""))
        if found is None:
            messages.error(request, _("This file is no longer there: import the first one again."))
            return HttpResponseRedirect(self._address("import"))
        file, choices = found
        name = f"{Path(choices['name']).stem}.rejected.csv"
        return FileResponse(file.open("rb"), as_attachment=True, filename=name, content_type="text/csv")
