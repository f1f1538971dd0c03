"""The rows an import refused, written to a file of their own with the reasons."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from django.db import connection

from crm.intake.files.problems import UnreadableRow
from crm.intake.files.reading import open_file
from crm.spreadsheet_cells import harmless_row

END = (sys.maxsize, "")
LINE, REASON = "rejected_line", "rejected_reason"


def write_rejected(source: Path, encoding: str, query: str, params: dict[str, str], target: Path) -> int:
    """Go through the file once more and copy what was refused. The corrected copy can be imported as it is.

    Neither the file nor the refusals are held in memory. Returns how many rows.
    """
    written = 0
    with open_file(source, encoding) as opened, target.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(harmless_row([*opened.header, LINE, REASON]))
        width = len(opened.header)
        refused = _refused(query, params)
        line, reason = next(refused, END)
        for at, cells in chain.from_iterable(zip(batch.lines, batch.rows, strict=True) for batch in opened.batches):
            # A run of refused lines also counts those on which a cell merely goes on.
            while line < at:
                line, reason = next(refused, END)
            if at == line:
                row = [] if isinstance(cells, UnreadableRow) else cells
                out.writerow(harmless_row([*row, *[""] * (width - len(row)), line, reason]))
                written += 1
    return written


def _refused(query: str, params: dict[str, str]) -> Iterator[tuple[int, str]]:
    with connection.chunked_cursor() as cursor:
        cursor.execute(query, params)
        while batch := cursor.fetchmany(2_000):
            yield from batch
