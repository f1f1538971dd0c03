"""Files with one customer or one product in each row."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from crm.intake.files.cells import ParseSettings
from crm.intake.files.columns import Column
from crm.intake.files.header import FileHeader
from crm.intake.files.problems import Problem, UnreadableRow
from crm.intake.files.reading import RowBatch
from crm.intake.files.row_fields import CellErrors, RowParser
from crm.intake.files.staging import StagingWriter
from crm.intake.files.untold_identity import COPIES, UntoldIdentity


class PlainRows:
    """Stages every readable row in one table, with the line it stands on."""

    def __init__(
        self,
        table: str,
        columns: Sequence[Column],
        header: FileHeader,
        settings: ParseSettings,
        attributes: dict[str, int],
    ) -> None:
        self._table = table
        self._width = header.width
        self._row = RowParser(header.present(columns), header, settings, attributes)
        self._untold = UntoldIdentity(self._row.columns)

    @property
    def fields(self) -> list[str]:
        return self._row.columns

    @property
    def copies(self) -> dict[str, list[str]]:
        return {self._table: ["line", *self._row.columns], **COPIES}

    def take(self, batch: RowBatch, staging: StagingWriter) -> None:
        texts = []
        for line, cells in zip(batch.lines, batch.rows, strict=True):
            if isinstance(cells, UnreadableRow):
                staging.add_problem(Problem(line, "", "", cells))
                continue
            if not any(map(str.strip, cells)):
                continue
            if len(cells) != self._width:
                staging.add_problem(Problem(line, "", "", wrong_width(len(cells), self._width)))
                continue
            try:
                own = self._row.pick(cells)
                parsed = self._row.parse(own)
            except CellErrors as error:
                for column, value, reason in error.errors:
                    staging.add_problem(Problem(line, column, value, reason))
            else:
                self._untold.note(line, own, parsed, staging)
                texts.append("\t".join((str(line), *parsed)) + "\n")
        staging.add(self._table, texts)

    def finish(self, staging: StagingWriter) -> None:
        """Nothing is held back."""


def wrong_width(count: int, width: int) -> str:
    return _("has %(count)s cells where the header has %(width)s") % {"count": count, "width": width}
