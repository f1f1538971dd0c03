"""The first sheet of an XLSX file as rows of text."""

from __future__ import annotations

import datetime as dt
import re
import zipfile
import zlib
from collections.abc import Iterator
from typing import IO, Any
from xml.etree.ElementTree import ParseError
from xml.parsers.expat import ExpatError

from django.utils.translation import gettext_lazy as _
from openpyxl.utils.escape import unescape
from openpyxl.utils.exceptions import InvalidFileException

from crm.intake.files.problems import FileError
from crm.intake.files.unseen import without_unseen
from crm.intake.files.xlsx_book import Book

NOUGHTS = re.compile(r"(?:\[[^\]]{0,40}\])?(0{1,255})(?:;.*)?")
THREE_DECIMALS = re.compile(r"\.\d{3}$")
READING_ERRORS = (
    zipfile.BadZipFile,
    zlib.error,
    InvalidFileException,
    ParseError,
    ExpatError,
    LookupError,
    ValueError,
    OSError,
)
OUT_OF_MEMORY = 1  # as expat numbers its errors


def sheet_rows(binary: IO[bytes]) -> Iterator[tuple[int, list[str]]]:
    """Rows of the first sheet, without the empty ones. Raises FileError."""
    try:
        for number, cells in Book(binary).rows():
            texts = [_text(cell) for cell in cells]
            while texts and not texts[-1]:
                texts.pop()
            if texts:
                yield number, texts
    except READING_ERRORS as error:
        if getattr(error, "code", 0) == OUT_OF_MEMORY:
            raise MemoryError from error
        raise FileError(_("The file is not a readable XLSX file.")) from error


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
