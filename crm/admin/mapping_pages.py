"""The page between a file and its preview: what its columns mean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext

from crm.admin.import_page import ImportPage
from crm.admin.mapping_form import MappingForm
from crm.intake.files import guessing, mappings, uploads
from crm.intake.files.guessing import ColumnGuess
from crm.intake.files.header import ATTRIBUTE, IGNORED, missing, own_meanings
from crm.intake.files.kinds import KINDS
from crm.intake.files.problems import FileError
from crm.intake.files.reading import head

ROWS_LOOKED_AT = 200


class MappingPages(ImportPage):
    def columns(self, request: HttpRequest) -> HttpResponse:
        """Show what the columns are taken for, or keep what was chosen and go on to the preview."""
        self._check_may_import(request)
        sent = request.POST if request.method == "POST" else request.GET
        found = self._unsigned(request, sent.get("token", ""))
        if found is None:
            return self._gone(request)
        file, choices = found
        names, rows = head(file, choices["encoding"], ROWS_LOOKED_AT)
        form = self._mapping_form(names, rows, choices, request.POST if request.method == "POST" else None)
        if not form.is_valid():
            return self._mapping_page(request, file, choices, form)
        chosen = {"meanings": form.cleaned_data["meanings"], "decimal_mark": form.cleaned_data["decimal_mark"]}
        mappings.remember(self.intake, names, **chosen, now=timezone.now())
        try:
            return self._preview(request, file, {**choices, **chosen})
        except FileError as trouble:
            uploads.forget(file)
            messages.error(request, str(trouble))
            return HttpResponseRedirect(self._address("import"))

    def _ask_or_preview(self, request: HttpRequest, file: Path, choices: dict[str, Any]) -> HttpResponse:
        """Nobody is asked about a file of a shape that is remembered, or under our own names. Raises FileError."""
        names, rows = head(file, choices["encoding"], ROWS_LOOKED_AT)
        known = mappings.remembered(self.intake, names)
        if known:
            chosen = {"meanings": known.meanings, "decimal_mark": known.decimal_mark, "is_remembered": True}
            return self._preview(request, file, {**choices, **chosen})
        if self._is_ours(names, rows):
            return self._preview(request, file, choices)
        return self._mapping_page(request, file, choices, self._mapping_form(names, rows, choices))

    def _is_ours(self, names: Sequence[str], rows: Sequence[Sequence[str]]) -> bool:
        meanings = own_meanings(names, self.intake)
        guessed = [column.meaning for column in guessing.guess(self.intake, names, rows)]
        return not missing(meanings, KINDS[self.intake].needed) and guessed == meanings

    def _mapping_form(
        self,
        names: Sequence[str],
        rows: Sequence[Sequence[str]],
        choices: dict[str, Any],
        sent: Mapping[str, Any] | None = None,
    ) -> MappingForm:
        columns = guessing.guess(self.intake, names, rows)
        if told := choices.get("meanings"):
            padded = [*told, *[IGNORED] * (len(columns) - len(told))]
            columns = [
                ColumnGuess(column.name, column.samples, meaning)
                for column, meaning in zip(columns, padded, strict=False)
            ]
        elif choices.get("keeps_attributes"):
            columns = [
                ColumnGuess(column.name, column.samples, column.meaning or ATTRIBUTE, column.is_by_values)
                for column in columns
            ]
        return MappingForm(self.intake, columns, sent, initial={"decimal_mark": choices.get("decimal_mark", "")})

    def _mapping_page(
        self, request: HttpRequest, file: Path, choices: dict[str, Any], form: MappingForm
    ) -> HttpResponse:
        token = self._signed(request, file, choices)
        title = gettext("What the columns mean")
        return self._page(request, mapping=form, token=token, file_name=choices["name"], title=title)
