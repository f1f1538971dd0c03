from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.intake.files.import_file import ImportOptions, import_file
from crm.intake.files.kinds import KINDS
from crm.intake.files.problems import FileError
from crm.intake.files.report import ImportReport

SECONDS_BETWEEN_LINES = 5.0
SECONDS_BETWEEN_REDRAWS = 0.2


class Command(BaseCommand):
    help = "Imports orders, customers or products from a CSV or XLSX file, gzipped or not. See docs/import.md."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("kind", choices=list(KINDS))
        parser.add_argument("file", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="Check everything and say what would change.")
        parser.add_argument(
            "--skip-errors",
            action="store_true",
            help="Import the good rows and write the others with their reasons to FILE.rejected.csv.",
        )
        parser.add_argument("--encoding", default="utf-8", help="Of a CSV file, e.g. cp1251. Default: utf-8.")
        parser.add_argument(
            "--unknown-columns",
            choices=["ignore", "attributes"],
            default="ignore",
            help="What becomes of columns Encore does not know. Default: ignore.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        rejected = path.with_name(f"{path.name}.rejected.csv")
        try:
            report = import_file(
                options["kind"],
                path,
                now=timezone.now(),
                options=ImportOptions(
                    encoding=options["encoding"],
                    is_dry_run=options["dry_run"],
                    rejected=rejected if options["skip_errors"] else None,
                    keeps_attributes=options["unknown_columns"] == "attributes",
                ),
                progress=self._progress(),
            )
        except FileError as trouble:
            raise CommandError(str(trouble)) from trouble
        self._tell(report, rejected)

    def _progress(self) -> Any:
        is_terminal = self.stderr.isatty()
        pause = SECONDS_BETWEEN_REDRAWS if is_terminal else SECONDS_BETWEEN_LINES
        told_at = time.monotonic() if not is_terminal else 0.0

        def progress(rows: int, share: float) -> None:
            nonlocal told_at
            if time.monotonic() - told_at < pause:
                return
            told_at = time.monotonic()
            line = _("%(rows)s rows read, %(percent)s %%") % {"rows": f"{rows:,}", "percent": round(share * 100)}
            self.stderr.write(f"\r{line} " if is_terminal else line, ending="" if is_terminal else "\n")

        return progress

    def _tell(self, report: ImportReport, rejected: Path) -> None:
        if self.stderr.isatty():
            self.stderr.write("")
        if report.ignored_columns:
            self.stdout.write(_("Columns not read: %(names)s") % {"names": ", ".join(report.ignored_columns)})
        for problem in report.problems:
            self.stderr.write(str(problem))
        if report.problems_count > len(report.problems):
            self.stderr.write(_("… and %(count)s more") % {"count": report.problems_count - len(report.problems)})
        if report.is_refused:
            raise CommandError(
                _("Nothing was imported: %(problems)s problems in %(rows)s rows. --skip-errors imports the rest.")
                % {"problems": report.problems_count, "rows": report.rows}
            )
        for name, count in report.counts.items():
            self.stdout.write(f"{name}: {count.new} new, {count.changed} changed, {count.unchanged} unchanged")
        if report.rejected_rows:
            self.stdout.write(
                _("%(count)s rows were refused; they are in %(path)s with the reasons.")
                % {"count": report.rejected_rows, "path": rejected}
            )
        if not report.is_applied:
            self.stdout.write(_("This was a dry run: nothing was changed."))
