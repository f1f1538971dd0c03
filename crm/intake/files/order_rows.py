"""Rows of an order file, sorted into orders, lines and products on their way to the staging tables.

Neighbouring rows that say the same about their order make one *run*, named by its first line. Usually an order is
one run, so of orders far less is staged, compared and merged than there are rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from itertools import groupby
from typing import cast

from django.utils.translation import gettext as _

from crm.intake.files.cells import ParseSettings
from crm.intake.files.columns import LINE, ORDER
from crm.intake.files.entrants import RUNG
from crm.intake.files.header import FileHeader
from crm.intake.files.line_cells import LineParser
from crm.intake.files.plain_rows import wrong_width
from crm.intake.files.problems import Problem, UnreadableRow, shorten
from crm.intake.files.reading import RowBatch, RowCells
from crm.intake.files.row_fields import CellErrors, RowParser
from crm.intake.files.staging import StagingTable, StagingWriter
from crm.intake.files.untold_identity import COPIES, UNTOLD, UntoldIdentity

RUNS = StagingTable(
    "import_run",
    [
        ("head", "integer"),
        ("last", "integer"),
        ("number", "text"),
        *((column.name, column.type) for column in ORDER[1:]),
        ("attributes", "jsonb"),
        ("goods", "numeric"),
        ("lines", "integer"),
        ("incomplete", "integer"),
    ],
)
# The very types of the order line: converting is done while the file is read, not while locks are held.
LINES = StagingTable(
    "import_line",
    [
        ("head", "integer"),
        ("sku", "text"),
        ("quantity", "numeric(12, 3)"),
        ("price", "numeric(14, 4)"),
        ("cost", "numeric(14, 4)"),
        ("returned_quantity", "numeric(12, 3)"),
    ],
)
PRODUCTS = StagingTable(
    "import_product",
    [("line", "integer"), *((name, "text") for name in ("sku", "name", "category"))]
    + [("price", "numeric"), ("cost", "numeric")],
)
TABLES = (RUNS, LINES, PRODUCTS, RUNG, UNTOLD)


class OrderRows:
    """Takes the rows of a file in their order and stages them."""

    def __init__(self, header: FileHeader, settings: ParseSettings, attributes: dict[str, int]) -> None:
        self._width = header.width
        self._number_at = header.positions["order_number"]
        self._order = RowParser(header.present(ORDER), header, settings, attributes)
        self._line = RowParser(header.present(LINE), header, settings)
        self._products: list[str] = []
        self._runs: list[str] = []
        self._untold = UntoldIdentity(self._order.columns)
        self._goods = LineParser(self._line, self._products.append)
        self._own: tuple[str, ...] | None = None
        self._head, self._last, self._text = 0, 0, ""
        self._lines: list[str] = []
        self._amount, self._count, self._incomplete = Decimal(0), 0, 0

    @property
    def fields(self) -> list[str]:
        """What of an order and its lines this file tells."""
        return [*self._order.columns, *self._line.columns]

    @property
    def copies(self) -> dict[str, list[str]]:
        """The staging columns this file fills."""
        names = ["number" if name == "order_number" else name for name in self._order.columns]
        return {
            RUNS.name: ["head", "last", *names, "goods", "lines", "incomplete"],
            LINES.name: ["head", *self._goods.columns],
            PRODUCTS.name: [name for name, _type in PRODUCTS.columns],
            **COPIES,
        }

    def take(self, batch: RowBatch, staging: StagingWriter) -> None:
        """Rows of one order go through together, so that most of the work is done by built-in loops."""
        rows = batch.rows
        if type(rows[-1]) is list and all(map(self._width.__eq__, map(len, rows))):
            at = 0
            for own, group in groupby(cast("list[list[str]]", rows), self._order.pick):
                cells = list(group)
                self._take_alike(own, batch.lines[at : at + len(cells)], cells, staging)
                at += len(cells)
        else:
            self._take_singly(batch, staging)
        self._flush(staging)

    def _take_singly(self, batch: RowBatch, staging: StagingWriter) -> None:
        for line, cells in zip(batch.lines, batch.rows, strict=True):
            if isinstance(cells, UnreadableRow) or len(cells) != self._width:
                self._refuse(line, cells, staging)
            else:
                self._take_alike(self._order.pick(cells), [line], [cells], staging)

    def _take_alike(
        self, own: tuple[str, ...], lines: Sequence[int], rows: list[list[str]], staging: StagingWriter
    ) -> None:
        """Rows that say the same about their order."""
        if own != self._own and not self._begin_run(lines[0], own, rows[0], staging):
            return
        self._last = lines[-1]
        if not self._line.names:
            return
        try:
            found = list(map(self._goods.__getitem__, map(self._line.pick, rows)))
        except CellErrors:
            found = self._readable(lines, rows, staging)
        texts = [text for text, _amount in found if text]
        amounts = [amount for text, amount in found if text and amount is not None]
        if texts:
            head = f"{self._head}\t"
            self._lines.append(head + head.join(texts))
        self._count += len(texts)
        self._incomplete += len(texts) - len(amounts)
        self._amount = sum(amounts, self._amount)

    def _readable(
        self, lines: Sequence[int], rows: list[list[str]], staging: StagingWriter
    ) -> list[tuple[str, Decimal | None]]:
        found = []
        for line, cells in zip(lines, rows, strict=True):
            try:
                found.append(self._goods[self._line.pick(cells)])
            except CellErrors as error:
                self._note_problems(line, error, cells, staging)
        return found

    def finish(self, staging: StagingWriter) -> None:
        self._end_run()
        self._flush(staging)

    def _begin_run(self, line: int, own: tuple[str, ...], cells: list[str], staging: StagingWriter) -> bool:
        """False for a row without a single filled cell, as spreadsheets leave them at the end."""
        if not any(map(str.strip, cells)):
            return False
        self._end_run()
        self._own, self._head, self._last = own, line, line
        try:
            parsed = self._order.parse(own)
        except CellErrors as error:
            self._note_problems(line, error, cells, staging)
            parsed = self._order.parse_readable(own)
        self._untold.note(line, own, parsed, staging)
        if not cells[self._number_at].strip():
            staging.add_problem(Problem(line, "order_number", "", _("is missing")))
        self._text = "\t".join(parsed)
        return True

    def _end_run(self) -> None:
        if self._own is not None:
            figures = f"{self._amount}\t{self._count}\t{self._incomplete}"
            self._runs.append(f"{self._head}\t{self._last}\t{self._text}\t{figures}\n")
        self._own = None
        self._amount, self._count, self._incomplete = Decimal(0), 0, 0

    def _flush(self, staging: StagingWriter) -> None:
        staging.add(LINES.name, self._lines)
        staging.add(RUNS.name, self._runs)
        staging.add(PRODUCTS.name, self._products)
        self._lines.clear()
        self._runs.clear()
        self._products.clear()

    def _refuse(self, line: int, cells: RowCells, staging: StagingWriter) -> None:
        if isinstance(cells, UnreadableRow):
            staging.add_problem(Problem(line, "", "", cells))
        elif any(map(str.strip, cells)):
            reason = wrong_width(len(cells), self._width)
            staging.add_problem(Problem(line, "", "", reason), self._number(cells))

    def _note_problems(self, line: int, error: CellErrors, cells: list[str], staging: StagingWriter) -> None:
        for column, value, reason in error.errors:
            staging.add_problem(Problem(line, column, value, reason), self._number(cells))

    def _number(self, cells: list[str]) -> str:
        """The order a row is of, as it was staged."""
        return shorten(cells[self._number_at], 100) if len(cells) > self._number_at else ""
