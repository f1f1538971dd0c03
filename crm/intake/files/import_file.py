"""The import of one file, from the first byte to the commit.

1. The file streams through the parsers into temporary tables; cells that cannot be read become problems.
2. What the rows say together is checked in sets; more problems.
3. Unless there are problems (or the file may be imported without the rows concerned) everything is written in one
   transaction of seconds. A dry run does the same and takes it back.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import IntegrityError, OperationalError, transaction

from crm.intake.files.cells import Ground
from crm.intake.files.columns import Header, match
from crm.intake.files.kinds import KINDS, ImportKind, Rows
from crm.intake.files.problems import Problem
from crm.intake.files.reading import Table, open_table
from crm.intake.files.rejected_rows import write_rejected
from crm.intake.files.report import Count, Report
from crm.intake.files.staging import Cursor, Stager, staging_tables
from crm.models import Shop
from crm.timezones import zone_of

Progress = Callable[[int, float], None]
PROBLEMS_SHOWN = 50
ATTEMPTS = 3


@dataclass(frozen=True)
class Options:
    """`rejected` names the file for refused rows; without it one problem refuses the whole file."""

    encoding: str = "utf-8"
    is_dry_run: bool = False
    rejected: Path | None = None
    keeps_attributes: bool = False


class _TakeBack(Exception):
    """Ends a dry run inside its transaction."""


def import_file(
    kind: str, path: Path, *, now: dt.datetime, options: Options | None = None, progress: Progress | None = None
) -> Report:
    """Import a file of orders, customers or products. Raises FileTrouble when it cannot be read at all."""
    options = options or Options()
    how = KINDS[kind]
    with open_table(path, options.encoding) as table, staging_tables(how.tables) as cursor:
        header = match(table.header, how.columns, how.needed)
        attributes = header.unknown if options.keeps_attributes and how.takes_attributes else {}
        rows = how.rows(header, _ground(now), attributes)
        count = _stage(how, rows, table, cursor, progress)
        run = _Run(how, rows, path, options, _ground(now), cursor, count, header, attributes)
        return run.apply_again_when_overtaken()


def _ground(now: dt.datetime) -> Ground:
    return Ground(now, zone_of(""), Shop.load().phone_country, settings.CURRENCY)


def _stage(how: ImportKind, rows: Rows, table: Table, cursor: Cursor, progress: Progress | None) -> int:
    count = 0
    stager = Stager(cursor, dict(rows.copies), how.streamed)
    with stager.filling():
        for piece in table.pieces:
            rows.take(piece, stager)
            count += len(piece.rows)
            if progress:
                progress(count, table.share_read())
        rows.finish(stager)
    return count


@dataclass(frozen=True)
class _Run:
    how: ImportKind
    rows: Rows
    path: Path
    options: Options
    ground: Ground
    cursor: Cursor
    count: int
    header: Header
    attributes: dict[str, int]

    def apply_again_when_overtaken(self) -> Report:
        """The shop goes on selling: an order recorded live between check and lock makes the attempt worthless."""
        for attempt in range(1, ATTEMPTS + 1):
            try:
                with transaction.atomic():
                    return self._check_and_apply()
            except (IntegrityError, OperationalError):
                if attempt == ATTEMPTS:
                    raise
        raise AssertionError

    def _check_and_apply(self) -> Report:
        self.how.check(self.cursor, self.rows.fields)
        problems, total = self._problems()
        rejected = 0
        if problems and self.options.rejected is None:
            return self._report({}, problems, total, rejected)
        if problems and self.options.rejected:
            rejected = write_rejected(self.path, self.options.encoding, *self.how.refused(), self.options.rejected)
            self.how.drop_refused(self.cursor)
        counts: dict[str, Count] = {}
        try:
            with transaction.atomic():
                counts = self.how.apply(self.cursor, self.rows.fields, self.ground)
                if self.options.is_dry_run:
                    raise _TakeBack
        except _TakeBack:
            pass
        return self._report(counts, problems, total, rejected)

    def _problems(self) -> tuple[list[Problem], int]:
        self.cursor.execute("SELECT count(*) FROM import_problem")
        total = self.cursor.fetchone()[0]
        self.cursor.execute(
            "SELECT line, field, value, reason FROM import_problem ORDER BY line, field LIMIT %s", [PROBLEMS_SHOWN]
        )
        return [Problem(*row) for row in self.cursor.fetchall()], total

    def _report(self, counts: dict[str, Count], problems: list[Problem], total: int, rejected: int) -> Report:
        return Report(
            rows=self.count,
            counts=counts,
            problems=problems,
            problems_count=total,
            rejected_rows=rejected,
            ignored_columns=[name for name in self.header.unknown if name not in self.attributes],
            is_applied=bool(counts) and not self.options.is_dry_run,
        )
