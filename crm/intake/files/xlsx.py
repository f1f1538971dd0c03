"""The first sheet of an XLSX file as rows of text."""

from __future__ import annotations

import datetime as dt
import re
import zipfile
from collections.abc import Iterator
from typing import IO, Any
from xml.etree.ElementTree import ParseError

from django.utils.translation import gettext as _
from openpyxl import load_workbook
from openpyxl.utils.escape import unescape
from openpyxl.utils.exceptions import InvalidFileException

from crm.intake.files.problems import FileError
from crm.intake.files.unseen import without_unseen

# An XLSX file is a packed folder: a few kilobytes may unpack to gigabytes.
MOST_UNPACKED = 1 << 30
# The texts of a sheet are kept in one part, which is read whole.
MOST_TEXTS = 256 << 20
TEXTS = "xl/sharedStrings.xml"
NOUGHTS = re.compile(r"(?:\[[^\]]*\])?(0+)(?:;.*)?")
THREE_DECIMALS = re.compile(r"\.\d{3}$")


def sheet_rows(binary: IO[bytes]) -> Iterator[tuple[int, list[str]]]:
    """Rows of the first sheet, without the empty ones. Raises FileError."""
    try:
        _check_size(binary)
        book = load_workbook(binary, read_only=True, data_only=True, keep_links=False)
        sheet = book.worksheets[0]
        # The size a sheet claims to have is the writer's word; what is there is read.
        sheet.reset_dimensions()
        for number, cells in enumerate(sheet.iter_rows(), start=1):
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
    """As it would stand in a CSV file."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return _number(value, cell.number_format)
    if isinstance(value, dt.datetime | dt.date | dt.time):
        return value.isoformat()
    return without_unseen(unescape(str(value)))


def _number(value: float, number_format: str | None) -> str:
    """A spreadsheet's number carries the noise of binary fractions past 15 digits. A format of noughts shows them."""
    if isinstance(value, int) or (value.is_integer() and abs(value) < 1e15):
        noughts = NOUGHTS.fullmatch(number_format or "")
        return str(int(value)).zfill(len(noughts[1]) if noughts else 0)
    text = format(value, ".15g")
    # Read as text, three digits after the point might be thousands. In a spreadsheet they are decimals.
    return f"{text}0" if THREE_DECIMALS.search(text) else text
