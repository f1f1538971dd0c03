"""Rows of a file that tell one thing each: a customer, a product."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from crm.intake.files.cells import Ground
from crm.intake.files.columns import Column, Header
from crm.intake.files.problems import Problem, Unreadable
from crm.intake.files.reading import Piece
from crm.intake.files.row_fields import RowFields, WrongCells
from crm.intake.files.staging import Stager


class PlainRows:
    """Stages every readable row in one table, with the line it stands on."""

    def __init__(
        self, table: str, columns: Sequence[Column], header: Header, ground: Ground, attributes: dict[str, int]
    ) -> None:
        self._table = table
        self._width = header.width
        self._row = RowFields(header.present(columns), header, ground, attributes)

    @property
    def fields(self) -> list[str]:
        return self._row.columns

    @property
    def copies(self) -> dict[str, list[str]]:
        return {self._table: ["line", *self._row.columns]}

    def take(self, piece: Piece, stager: Stager) -> None:
        texts = []
        for line, cells in zip(piece.lines, piece.rows, strict=True):
            if isinstance(cells, Unreadable):
                stager.add_problem(Problem(line, "", "", cells))
                continue
            if not any(map(str.strip, cells)):
                continue
            if len(cells) != self._width:
                stager.add_problem(Problem(line, "", "", wrong_width(len(cells), self._width)))
                continue
            try:
                parsed = self._row.parse(self._row.pick(cells))
            except WrongCells as error:
                for column, value, reason in error.wrong:
                    stager.add_problem(Problem(line, column, value, reason))
            else:
                texts.append("\t".join((str(line), *parsed)) + "\n")
        stager.add(self._table, texts)

    def finish(self, stager: Stager) -> None:
        """Nothing is held back."""


def wrong_width(count: int, width: int) -> str:
    return _("has %(count)s cells where the header has %(width)s") % {"count": count, "width": width}
