"""An XLSX file read in a process of its own, which may fail of it: openpyxl holds more than it hands out."""

from __future__ import annotations

import io
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

from crm import limited_process
from crm.intake.files.packed import unpacked
from crm.intake.files.problems import FileError
from crm.intake.files.xlsx import sheet_rows
from crm.intake.files.xlsx_book import TOO_LARGE
from crm.intake.files.xlsx_xml import LONGEST_ROW
from crm.limited_process import Limits, OverLimit

LIMITS = Limits(megabytes=200, seconds=30)
ROWS_AT_ONCE = 250
CHARACTERS_AT_ONCE = 1 << 20
# A text that stands in the file once may be named by every cell.
MOST_CHARACTERS = 1 << 30

SheetRow = tuple[int, list[str]]


def sheet_batches(path: Path) -> Iterator[tuple[int, list[SheetRow]]]:
    """Rows with their numbers, the first alone, and how many bytes of the file were read for them. Raises FileError."""
    try:
        yield from limited_process.answers(LIMITS, _batches, path)
    except OverLimit:
        raise FileError(TOO_LARGE) from None


def _batches(path: Path) -> Iterator[tuple[int, list[SheetRow]]]:
    with path.open("rb", buffering=0) as raw, _seekable(raw) as binary:
        batch: list[SheetRow] = []
        characters, left, most = 0, MOST_CHARACTERS, 1
        for number, cells in sheet_rows(binary):
            length = sum(map(len, cells))
            if length > LONGEST_ROW:  # of texts that stand elsewhere
                raise FileError(TOO_LARGE)
            batch.append((number, cells))
            characters, left = characters + length, left - length
            if left < 0:
                raise FileError(TOO_LARGE)
            if len(batch) >= most or characters >= CHARACTERS_AT_ONCE:
                yield raw.tell(), batch
                batch, characters, most = [], 0, ROWS_AT_ONCE
        if batch:
            yield raw.tell(), batch


@contextmanager
def _seekable(raw: io.FileIO) -> Iterator[IO[bytes]]:
    """The file, or a copy of what is packed in it: going back in a packed file means unpacking it again."""
    with unpacked(raw) as plain:
        if plain.raw is raw:
            yield plain
            return
        with TemporaryFile() as copy:
            shutil.copyfileobj(plain, copy)
            yield copy
