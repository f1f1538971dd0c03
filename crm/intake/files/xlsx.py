"""The first sheet of an XLSX file as rows of text."""

from __future__ import annotations

import datetime as dt
import zipfile
from collections.abc import Iterator
from typing import IO, Any
from xml.etree.ElementTree import ParseError

from django.utils.translation import gettext as _
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from crm.intake.files.problems import FileError

# An XLSX file is a packed folder: a few kilobytes may unpack to gigabytes.
MOST_UNPACKED = 1 << 30
# The texts of a sheet are kept in one part, which is read whole.
MOST_TEXTS = 256 << 20
TEXTS = "xl/sharedStrings.xml"


def sheet_rows(binary: IO[bytes]) -> Iterator[tuple[int, list[str]]]:
    """Rows of the first sheet, without the empty ones. Raises FileError."""
    try:
        _check_size(binary)
        book = load_workbook(binary, read_only=True, data_only=True, keep_links=False)
        sheet = book.worksheets[0]
        # The size a sheet claims to have is the writer's word; what is there is read.
        sheet.reset_dimensions()
        for number, cells in enumerate(sheet.iter_rows(values_only=True), start=1):
            texts = [_text(cell) for cell in cells]
            while texts and not texts[-1]:
                texts.pop()
            if texts:
                yield number, texts
    except (zipfile.BadZipFile, InvalidFileException, ParseError, KeyError, IndexError, ValueError, OSError) as error:
        raise FileError(_("The file is not a readable XLSX file.")) from error


def _check_size(binary: IO[bytes]) -> None:
    with zipfile.ZipFile(binary) as parts:
        sizes = {part.filename: part.file_size for part in parts.infolist()}
    if sum(sizes.values()) > MOST_UNPACKED or sizes.get(TEXTS, 0) > MOST_TEXTS:
        raise FileError(_("The XLSX file unpacks to more than Encore reads: save it as CSV."))
    binary.seek(0)


def _text(cell: Any) -> str:
    """As it would stand in a CSV file. A spreadsheet's number carries the noise of binary fractions past 15 digits."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else format(cell, ".15g")
    if isinstance(cell, dt.datetime | dt.date | dt.time):
        return cell.isoformat()
    return str(cell)
