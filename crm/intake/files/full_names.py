"""Whole names in one cell, taken apart at the first space: one word on one side, the rest on the other."""

from __future__ import annotations

from collections.abc import Iterator

from crm.intake.files.header import FileHeader, FullName
from crm.intake.files.header_words import LAST_FIRST
from crm.intake.files.plain_rows import wrong_width
from crm.intake.files.problems import UnreadableRow
from crm.intake.files.reading import RowBatch, RowCells


def split_names(batches: Iterator[RowBatch], header: FileHeader) -> Iterator[RowBatch]:
    """The rows with first and last name behind their cells, where the file has whole names."""
    if header.full_name is None:
        yield from batches
        return
    width = header.width - 2
    for batch in batches:
        yield RowBatch(batch.lines, [_with_names(cells, width, header.full_name) for cells in batch.rows])


def first_and_last(name: str, order: str) -> list[str]:
    """`Ann Mary Lee` is Ann, and Mary Lee; with the last name first `Иванов Иван Иванович` is Иван Иванович, Иванов."""
    words = name.split()
    if len(words) < 2:
        return [*words, "", ""][:2]
    start, rest = words[0], " ".join(words[1:])
    return [rest, start] if order == LAST_FIRST else [start, rest]


def _with_names(cells: RowCells, width: int, full_name: FullName) -> RowCells:
    if isinstance(cells, UnreadableRow):
        return cells
    if len(cells) != width:
        is_empty = not any(map(str.strip, cells))
        return [""] * (width + 2) if is_empty else UnreadableRow(wrong_width(len(cells), width))
    return [*cells, *first_and_last(cells[full_name.position], full_name.order)]
