"""The parts of an XLSX file that a table needs, read so far as a real one goes: openpyxl trusts what it opens."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from types import SimpleNamespace
from typing import IO, Any

from django.utils.translation import gettext_lazy as _
from openpyxl.cell.read_only import EMPTY_CELL, ReadOnlyCell
from openpyxl.reader.excel import ExcelReader
from openpyxl.styles.stylesheet import apply_stylesheet
from openpyxl.utils import column_index_from_string, get_column_letter
from openpyxl.utils.datetime import from_excel, from_ISO8601
from openpyxl.xml.constants import SHARED_STRINGS

from crm.intake.files import xlsx_xml
from crm.intake.files.packed import is_bomb
from crm.intake.files.problems import FileError
from crm.intake.files.xlsx_xml import WrittenCell

# Formats, names of sheets and what else is read whole.
MOST_READ_WHOLE = 2 << 20
# The texts of all cells are kept, in about three times the memory.
MOST_TEXTS = 64 << 20
# What a spreadsheet itself can hold.
MOST_ROWS = 1_048_576
MOST_COLUMNS = 500
# Somebody drew frames around nothing.
MOST_EMPTY_CELLS = 200_000
DIGITS = "0123456789"

# As the format of ZIP has it: the end of the list of parts, behind which only a comment of 64 KB may stand.
DIRECTORY_END, MOST_END = b"PK\x05\x06", 65_557
MOST_DIRECTORY = 1 << 18

TOO_LARGE = _("The XLSX file unpacks to more than Encore reads: save it as CSV.")


class Book(ExcelReader):  # type: ignore[misc]
    """The texts of the cells, their formats, and the first sheet."""

    def __init__(self, binary: IO[bytes]) -> None:
        parts = _Parts(binary)
        super().__init__(binary, read_only=True, data_only=True, keep_links=False)
        self.archive = parts
        self.read_manifest()
        self.read_strings()
        self.read_workbook()
        apply_stylesheet(self.archive, self.wb)
        self._sheet = SimpleNamespace(parent=self.wb)
        self._left_empty = MOST_EMPTY_CELLS

    def read_strings(self) -> None:
        told = self.package.find(SHARED_STRINGS)
        if told is not None:
            name = told.PartName[1:]
            if self.archive.getinfo(name).file_size > MOST_TEXTS:
                raise FileError(TOO_LARGE)
            with self.archive.open(name) as part:
                self.shared_strings = xlsx_xml.texts(part)

    def rows(self) -> Iterator[tuple[int, list[Any]]]:
        """The number and the cells of each row that holds anything."""
        before = 0
        with self.archive.open(self._first_sheet()) as part:
            for written, cells in xlsx_xml.rows(part):
                number = _row_number(written, before)
                before = number
                filled = self._filled(cells)
                self._count_empty(number, len(cells) or 1, is_filled=bool(filled))
                if filled:
                    yield number, self._placed(number, filled)

    def _first_sheet(self) -> str:
        places = [place for _sheet, place in self.parser.find_sheets() if "chartsheet" not in place.Type]
        return [str(place.target) for place in places if place.target in self.valid_files][0]

    def _filled(self, cells: list[WrittenCell]) -> dict[int, WrittenCell]:
        """By their columns; those without a place follow the one before."""
        filled, column = {}, 0
        for cell in cells:
            column = column_index_from_string(cell.place.rstrip(DIGITS)) if cell.place else column + 1
            if cell.pieces:
                filled[column] = cell
        return filled

    def _count_empty(self, number: int, count: int, *, is_filled: bool) -> None:
        self._left_empty -= max(count - MOST_COLUMNS, 0) if is_filled else count
        if self._left_empty < 0:
            raise FileError(
                _("Up to row %(row)s there are more than %(most)s empty cells: delete them, or save the sheet as CSV."),
                row=number,
                most=MOST_EMPTY_CELLS,
            )

    def _placed(self, number: int, filled: dict[int, WrittenCell]) -> list[Any]:
        width = max(filled)
        if width > MOST_COLUMNS:
            raise FileError(
                _("Row %(row)s goes as far as column %(column)s; at most %(most)s columns are read."),
                row=number,
                column=get_column_letter(width),
                most=MOST_COLUMNS,
            )
        row = [EMPTY_CELL] * width
        for column, cell in filled.items():
            value, kind = self._value(cell)
            row[column - 1] = ReadOnlyCell(self._sheet, number, column, value, kind, cell.style)
        return row

    def _value(self, cell: WrittenCell) -> tuple[Any, str]:
        """What the cell holds and its kind, as openpyxl tells them."""
        match cell.kind:
            case "n":
                return self._number(cell)
            case "s":
                return self.shared_strings[int(cell.text)], "s"
            case "b":
                return bool(int(cell.text)), "b"
            case "d":
                return from_ISO8601(cell.text), "d"
            case "e":
                return cell.text, "e"
        return cell.text, "s"

    def _number(self, cell: WrittenCell) -> tuple[Any, str]:
        text = cell.text
        value = float(text) if any(mark in text for mark in ".eE") else int(text)
        if cell.style not in self.wb._date_formats:
            return value, "n"
        try:
            return from_excel(value, self.wb.epoch, timedelta=cell.style in self.wb._timedelta_formats), "d"
        except (OverflowError, ValueError):
            return "#VALUE!", "e"


def _row_number(written: str, before: int) -> int:
    """Some programs write 2.0, others nothing."""
    number = float(written) if written else before + 1
    if not before < number <= MOST_ROWS:
        raise FileError(
            _("After row %(before)s comes row %(row)s, which no sheet has there."), before=before, row=written[:30]
        )
    return int(number)


class _Parts(zipfile.ZipFile):
    """Opens what a real file might hold. A part cannot unpack to more than the file says."""

    def __init__(self, binary: IO[bytes]) -> None:
        _check_directory(binary)
        super().__init__(binary)

    def open(self, name: Any, *args: Any, **options: Any) -> IO[bytes]:
        part = self.getinfo(name) if isinstance(name, str) else name
        if is_bomb(part.compress_size, part.file_size):
            raise FileError(TOO_LARGE)
        return super().open(name, *args, **options)

    def read(self, name: Any, pwd: bytes | None = None) -> bytes:
        if self.getinfo(name).file_size > MOST_READ_WHOLE:
            raise FileError(TOO_LARGE)
        return super().read(name, pwd)


def _check_directory(binary: IO[bytes]) -> None:
    """The list of parts stands at the end, behind its length."""
    size = binary.seek(0, io.SEEK_END)
    binary.seek(max(size - MOST_END, 0))
    end = binary.read()
    place = end.rfind(DIRECTORY_END)
    length = int.from_bytes(end[place + 12 : place + 16], "little")
    if place >= 0 and length > MOST_DIRECTORY:
        raise FileError(TOO_LARGE)
