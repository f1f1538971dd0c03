"""What all pages of an import share: who may, the file between two of them, and the preview.

The preview is a dry run of the very import that the confirmation makes.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.forms import Media
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from import_export.admin import ImportMixin

from crm.admin.export import may_export
from crm.intake.files import progress, uploads
from crm.intake.files.import_file import ImportOptions, import_file
from crm.intake.files.kinds import KINDS
from crm.intake.files.reading import head
from crm.intake.files.report import ImportReport

SAMPLE_ROWS = 5
SAMPLE_COLUMNS = 25
OWN_VIEWS = ("columns", "sample", "progress", "cancel", "rejected")


class ImportPage(ImportMixin):  # type: ignore[misc]
    """`intake` names the kind of file."""

    intake: ClassVar[str]
    import_template_name = "crm/admin/import.html"

    def has_import_permission(self, request: HttpRequest) -> bool:
        """Files add and change facts by the thousand, which no form here does: a right of its own."""
        app, model = self.get_model_info()
        return request.user.has_perm(f"{app}.import_{model}")

    def has_export_permission(self, request: HttpRequest) -> bool:
        return may_export(request.user, self.model)

    def _preview(self, request: HttpRequest, file: Path, choices: dict[str, Any]) -> HttpResponse:
        """Raises FileError."""
        report = self._import(request, file, choices, is_dry_run=True, skips_errors=True)
        names, rows = head(file, choices["encoding"], SAMPLE_ROWS)
        token = self._signed(request, file, {**choices, "would_enter": report.would_enter})
        return self._page(
            request,
            report=report,
            sample=_sample(names, rows),
            token=token,
            choices=choices,
            file_name=choices["name"],
        )

    def _import(
        self, request: HttpRequest, file: Path, choices: dict[str, Any], *, is_dry_run: bool, skips_errors: bool
    ) -> ImportReport:
        options = ImportOptions(
            encoding=choices["encoding"],
            is_dry_run=is_dry_run,
            rejected=uploads.rejected(file) if skips_errors else None,
            keeps_attributes=bool(choices["keeps_attributes"]),
            meanings=choices.get("meanings"),
            decimal_mark=choices.get("decimal_mark", ""),
            acts_on_days=choices["acts_on_days"],
        )
        with progress.noted(request.POST.get("progress", "")) as note:
            return import_file(self.intake, file, now=timezone.now(), options=options, progress=note)

    def _check_may_import(self, request: HttpRequest) -> None:
        if not self.has_import_permission(request):
            raise PermissionDenied

    def _signed(self, request: HttpRequest, file: Path, choices: dict[str, Any]) -> str:
        return uploads.sign(staff_id(request), file, choices)

    def _unsigned(self, request: HttpRequest, token: str) -> tuple[Path, dict[str, Any]] | None:
        return uploads.unsign(staff_id(request), token)

    def _gone(self, request: HttpRequest) -> HttpResponse:
        messages.error(request, _("This preview is no longer there: choose the file again."))
        return HttpResponseRedirect(self._address("import"))

    def _page(self, request: HttpRequest, **shown: Any) -> TemplateResponse:
        kind = KINDS[self.intake]
        form = shown.get("form")
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Import"),
            "opts": self.opts,
            # The scripts of the admin's own forms want more than these pages have.
            "media": form.media if form else Media(),
            "columns": [column.name for column in kind.columns],
            "needed": [_alternatives(group) for group in kind.needed],
            "progress_name": progress.new_name(),
            "process_url": self._address("process_import"),
            "import_url": self._address("import"),
            "list_url": self._address("changelist"),
            **{f"{view}_url": self._address(f"import_{view}") for view in OWN_VIEWS},
            **shown,
        }
        return TemplateResponse(request, [self.import_template_name], context)

    def _address(self, view: str) -> str:
        return reverse("admin:{}_{}_{}".format(*self.get_model_info(), view))


def staff_id(request: HttpRequest) -> int:
    if request.user.pk is None:
        raise PermissionDenied
    return request.user.pk


def _alternatives(group: Any) -> str:
    return gettext(" or ").join(group)


def _sample(header: list[str], rows: list[list[str]]) -> dict[str, Any]:
    """The first rows as they stand in the file."""
    shown = [[cell[:80] for cell in cells[:SAMPLE_COLUMNS]] for cells in rows]
    return {"header": header[:SAMPLE_COLUMNS], "rows": shown, "columns": len(header)}
