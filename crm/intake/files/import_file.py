"""The import of one file, from the first byte to the commit.

1. The file streams through the parsers into temporary tables; cells that cannot be read become problems.
2. What the rows say together is checked in sets; more problems.
3. Unless there are problems (or the file may be imported without the rows concerned) everything is written in one
   transaction of seconds. A dry run does the same and rolls it back.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from django.db import IntegrityError, OperationalError, transaction

from crm.intake.files import entrants
from crm.intake.files.cells import ParseSettings
from crm.intake.files.full_names import split_names
from crm.intake.files.header import ATTRIBUTE, IGNORED, FileHeader, match_header, own_meanings
from crm.intake.files.kinds import KINDS, ImportKind
from crm.intake.files.numbers import DecimalMarks
from crm.intake.files.problems import Problem
from crm.intake.files.reading import open_file
from crm.intake.files.rejected_rows import write_rejected
from crm.intake.files.report import ImportCount, ImportReport
from crm.intake.files.staging import Cursor, StagingWriter, empty, staging_tables
from crm.models import Shop
from crm.timezones import shop_zone

Progress = Callable[[int, float], None]
PROBLEMS_SHOWN = 50
ATTEMPTS = 3


@dataclass(frozen=True)
class ImportOptions:
    """`rejected` names the file for refused rows; without it one problem refuses the whole file.

    `meanings` says what each column means (see `header`); without it they go by our own names for them, and the others
    are kept as attributes or not. `acts_on_days` lets chains act on orders placed in the last so many days.
    """

    encoding: str = "utf-8"
    is_dry_run: bool = False
    rejected: Path | None = None
    keeps_attributes: bool = False
    meanings: Sequence[str] | None = None
    decimal_mark: str = ""
    acts_on_days: int | None = None


class _DryRunOver(Exception):
    """Ends a dry run inside its transaction."""


def import_file(
    kind: str, path: Path, *, now: dt.datetime, options: ImportOptions | None = None, progress: Progress | None = None
) -> ImportReport:
    """Import a file of orders, customers or products. Raises FileError when it cannot be read at all."""
    options = options or ImportOptions()
    file_kind = KINDS[kind]
    marks = DecimalMarks(options.decimal_mark or None)
    with staging_tables(file_kind.tables) as cursor:
        parse_settings = _parse_settings(now, marks, file_kind, options)
        staged = _stage(kind, path, parse_settings, options, cursor, progress)
        if by_column := marks.to_read_again():
            empty(cursor, file_kind.tables)
            marks = DecimalMarks(options.decimal_mark or None, by_column)
            staged = _stage(kind, path, replace(parse_settings, decimal_marks=marks), options, cursor, progress)
        return _Run(file_kind, staged, path, options, cursor).apply_again_when_overtaken()


def _parse_settings(
    now: dt.datetime, marks: DecimalMarks, file_kind: ImportKind, options: ImportOptions
) -> ParseSettings:
    acts = file_kind.starts_chains and options.acts_on_days is not None
    acts_since = now - dt.timedelta(days=options.acts_on_days or 0) if acts else None
    return ParseSettings(now, shop_zone(), Shop.load().phone_country, marks, acts_since)


@dataclass(frozen=True)
class _Staged:
    """What stands in the staging tables: so many rows of a file with this header, told these columns."""

    count: int
    fields: list[str]
    header: FileHeader
    settings: ParseSettings


def _stage(
    kind: str,
    path: Path,
    parse_settings: ParseSettings,
    options: ImportOptions,
    cursor: Cursor,
    progress: Progress | None,
) -> _Staged:
    file_kind = KINDS[kind]
    with open_file(path, options.encoding) as opened:
        if opened.is_sheet:
            parse_settings.decimal_marks.are_of_sheet()
        header = match_header(
            opened.header, _meanings(kind, opened.header, options), file_kind.columns, file_kind.needed
        )
        row_writer = file_kind.row_writer(header, parse_settings, header.attributes)
        count = 0
        staging = StagingWriter(cursor, dict(row_writer.copies), file_kind.streamed)
        with staging.filling():
            for batch in split_names(opened.batches, header):
                row_writer.take(batch, staging)
                count += len(batch.rows)
                if progress:
                    progress(count, opened.share_read())
            row_writer.finish(staging)
    return _Staged(count, row_writer.fields, header, parse_settings)


def _meanings(kind: str, names: Sequence[str], options: ImportOptions) -> Sequence[str]:
    if options.meanings is not None:
        return options.meanings
    keeps = options.keeps_attributes and KINDS[kind].takes_attributes
    return own_meanings(names, kind, ATTRIBUTE if keeps else IGNORED)


@dataclass(frozen=True)
class _Run:
    file_kind: ImportKind
    staged: _Staged
    path: Path
    options: ImportOptions
    cursor: Cursor

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
        self.file_kind.check(self.cursor, self.staged.fields)
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
        would_enter: Mapping[str, int] = {}
        try:
            with transaction.atomic():
                counts = self.file_kind.apply(self.cursor, self.staged.fields, self.staged.settings)
                if self.options.is_dry_run:
                    would_enter = entrants.count(self.cursor, self.staged.settings)
                    raise _DryRunOver
        except _DryRunOver:
            pass
        return replace(self._report(counts, problems, total, rejected), would_enter=would_enter)

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
            rows=self.staged.count,
            counts=counts,
            problems=problems,
            problems_count=total,
            rejected_rows=rejected,
            ignored_columns=self.staged.header.ignored,
            is_applied=bool(counts) and not self.options.is_dry_run,
        )
