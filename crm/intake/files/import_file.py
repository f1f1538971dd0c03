"""The import of one file, from the first byte to the commit.

1. The file streams through the parsers into temporary tables; cells that cannot be read become problems.
2. What the rows say together is checked in sets; more problems.
3. Unless there are problems (or the file may be imported without the rows concerned) everything is written in one
   transaction of seconds. A dry run does the same and rolls it back.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import IntegrityError, OperationalError, transaction

from crm.intake.files.cells import ParseSettings
from crm.intake.files.columns import FileHeader, match_header
from crm.intake.files.kinds import KINDS, ImportKind, RowWriter
from crm.intake.files.problems import Problem
from crm.intake.files.reading import OpenedFile, open_file
from crm.intake.files.rejected_rows import write_rejected
from crm.intake.files.report import ImportCount, ImportReport
from crm.intake.files.staging import Cursor, StagingWriter, staging_tables
from crm.models import Shop
from crm.timezones import shop_zone

Progress = Callable[[int, float], None]
PROBLEMS_SHOWN = 50
ATTEMPTS = 3


@dataclass(frozen=True)
class ImportOptions:
    """`rejected` names the file for refused rows; without it one problem refuses the whole file."""

    encoding: str = "utf-8"
    is_dry_run: bool = False
    rejected: Path | None = None
    keeps_attributes: bool = False


class _DryRunOver(Exception):
    """Ends a dry run inside its transaction."""


def import_file(
    kind: str, path: Path, *, now: dt.datetime, options: ImportOptions | None = None, progress: Progress | None = None
) -> ImportReport:
    """Import a file of orders, customers or products. Raises FileError when it cannot be read at all."""
    options = options or ImportOptions()
    file_kind = KINDS[kind]
    with open_file(path, options.encoding) as opened, staging_tables(file_kind.tables) as cursor:
        header = match_header(opened.header, file_kind.columns, file_kind.needed)
        attributes = header.unknown if options.keeps_attributes and file_kind.takes_attributes else {}
        row_writer = file_kind.row_writer(header, _parse_settings(now), attributes)
        count = _stage(file_kind, row_writer, opened, cursor, progress)
        run = _Run(file_kind, row_writer, path, options, _parse_settings(now), cursor, count, header, attributes)
        return run.apply_again_when_overtaken()


def _parse_settings(now: dt.datetime) -> ParseSettings:
    return ParseSettings(now, shop_zone(), Shop.load().phone_country, settings.CURRENCY)


def _stage(
    file_kind: ImportKind, row_writer: RowWriter, opened: OpenedFile, cursor: Cursor, progress: Progress | None
) -> int:
    count = 0
    staging = StagingWriter(cursor, dict(row_writer.copies), file_kind.streamed)
    with staging.filling():
        for batch in opened.batches:
            row_writer.take(batch, staging)
            count += len(batch.rows)
            if progress:
                progress(count, opened.share_read())
        row_writer.finish(staging)
    return count


@dataclass(frozen=True)
class _Run:
    file_kind: ImportKind
    row_writer: RowWriter
    path: Path
    options: ImportOptions
    settings: ParseSettings
    cursor: Cursor
    count: int
    header: FileHeader
    attributes: dict[str, int]

    def apply_again_when_overtaken(self) -> ImportReport:
        """The shop goes on selling: an order recorded live between check and lock makes the attempt worthless."""
        for attempt in range(1, ATTEMPTS + 1):
            try:
                with transaction.atomic():
                    return self._check_and_apply()
            except (IntegrityError, OperationalError):
                if attempt == ATTEMPTS:
                    raise
        raise AssertionError

    def _check_and_apply(self) -> ImportReport:
        self.file_kind.check(self.cursor, self.row_writer.fields)
        problems, total = self._problems()
        rejected = 0
        if problems and self.options.rejected is None:
            return self._report({}, problems, total, rejected)
        if problems and self.options.rejected:
            rejected = write_rejected(
                self.path, self.options.encoding, *self.file_kind.refused(), self.options.rejected
            )
            self.file_kind.drop_refused(self.cursor)
        counts: dict[str, ImportCount] = {}
        try:
            with transaction.atomic():
                counts = self.file_kind.apply(self.cursor, self.row_writer.fields, self.settings)
                if self.options.is_dry_run:
                    raise _DryRunOver
        except _DryRunOver:
            pass
        return self._report(counts, problems, total, rejected)

    def _problems(self) -> tuple[list[Problem], int]:
        self.cursor.execute("SELECT count(*) FROM import_problem")
        total = self.cursor.fetchone()[0]
        self.cursor.execute(
            "SELECT line, field, value, reason FROM import_problem ORDER BY line, field LIMIT %s", [PROBLEMS_SHOWN]
        )
        return [Problem(*row) for row in self.cursor.fetchall()], total

    def _report(
        self, counts: dict[str, ImportCount], problems: list[Problem], total: int, rejected: int
    ) -> ImportReport:
        return ImportReport(
            rows=self.count,
            counts=counts,
            problems=problems,
            problems_count=total,
            rejected_rows=rejected,
            ignored_columns=[name for name in self.header.unknown if name not in self.attributes],
            is_applied=bool(counts) and not self.options.is_dry_run,
        )
