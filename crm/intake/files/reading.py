"""Files read into rows, a batch at a time: what is in memory does not grow with the file."""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import re
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import accumulate, chain, islice
from pathlib import Path
from typing import IO

from django.utils.translation import gettext as _

from crm.intake.files.packed import unpacked
from crm.intake.files.problems import FileError, UnreadableRow
from crm.intake.files.unseen import CONTROLS, without_unseen
from crm.intake.files.xlsx_batches import sheet_batches
from crm.intake.files.xlsx_book import MOST_COLUMNS
from crm.intake.files.xlsx_xml import MOST_CELLS

BLOCK = 1 << 20
ROWS_AT_ONCE = 250
LONGEST_LINE = 1 << 20
LONGEST_CELL = 131_072
LONGEST_NAME = 1_000
# A row may go on over many lines, but not for ever.
MOST_BLOCKS_OF_A_ROW = 3
MOST_EMPTY_ROWS = 100_000
DELIMITERS = ",;\t"
# Above the header, Excel tells itself what parts the cells.
SEPARATOR_LINE = re.compile(r'"?sep=([,;\t|])"?[,;\t|]*', re.IGNORECASE)
XLSX_START = b"PK\x03\x04"

RowCells = list[str] | UnreadableRow


@dataclass(frozen=True)
class RowBatch:
    """Some rows, and the line each begins on. They are few: objects that die young cost Python least."""

    lines: Sequence[int]
    rows: list[RowCells]


@dataclass
class OpenedFile:
    """The header of a file and its rows. `share_read` goes from 0 to 1."""

    header: list[str]
    batches: Iterator[RowBatch]
    share_read: Callable[[], float] = field(default=lambda: 0.0)
    is_sheet: bool = False


@contextmanager
def open_file(path: Path, encoding: str = "utf-8") -> Iterator[OpenedFile]:
    """Read a CSV or XLSX file, gzipped or not; the name does not matter, the contents do. Raises FileError."""
    _check_encoding(encoding)
    try:
        with path.open("rb", buffering=0) as raw, unpacked(raw) as binary:
            size = max(path.stat().st_size, 1)
            start = binary.peek(4)[:4]
            is_sheet = start == XLSX_START
            batches = _sheet_batches(path, raw) if is_sheet else _csv_batches(_Lines(binary, encoding))
            yield _opened(batches, lambda: raw.tell() / size, is_sheet=is_sheet)
    except (gzip.BadGzipFile, zlib.error, EOFError) as error:
        raise FileError(_("The file is damaged: it ends early or cannot be unpacked.")) from error
    except FileNotFoundError as error:
        raise FileError(_("There is no file %(path)s.") % {"path": path}) from error
    except (IsADirectoryError, PermissionError) as error:
        raise FileError(_("The file %(path)s cannot be opened.") % {"path": path}) from error


def head(path: Path, encoding: str, count: int) -> tuple[list[str], list[list[str]]]:
    """The header and the first rows that can be read. Raises FileError."""
    with open_file(path, encoding) as opened:
        rows = islice(chain.from_iterable(batch.rows for batch in opened.batches), count)
        return opened.header, [cells for cells in rows if isinstance(cells, list)]


def _check_encoding(encoding: str) -> None:
    try:
        is_like_ascii = codecs.encode("a,\n", encoding) == b"a,\n"
    except LookupError:
        raise FileError(_("There is no encoding “%(encoding)s”.") % {"encoding": encoding}) from None
    if not is_like_ascii:
        raise FileError(_("Files in %(encoding)s are not read: save it as CSV UTF-8.") % {"encoding": encoding})


def _opened(batches: Iterator[RowBatch], share_read: Callable[[], float], *, is_sheet: bool) -> OpenedFile:
    first = next(batches, None)
    if first is None:
        raise FileError(_("The file is empty."))
    line, header = first.lines[0], first.rows[0]
    if isinstance(header, UnreadableRow):
        raise FileError(_("Line %(line)s, the names of the columns: %(reason)s") % {"line": line, "reason": header})
    if len(header) > MOST_COLUMNS:
        raise FileError(
            _("The file has %(count)s columns; at most %(most)s are read.")
            % {"count": len(header), "most": MOST_COLUMNS}
        )
    if max(map(len, header)) > LONGEST_NAME:
        raise FileError(_("The name of a column is longer than %(most)s characters.") % {"most": LONGEST_NAME})
    return OpenedFile(header, batches, share_read, is_sheet)


def _sheet_batches(path: Path, raw: io.FileIO) -> Iterator[RowBatch]:
    """A sheet does not store the empty cells a row ends with."""
    width = 0
    for place, rows in sheet_batches(path):
        raw.seek(place)  # read elsewhere, but the share read is asked of this file
        width = width or len(rows[0][1])
        yield RowBatch([line for line, _cells in rows], [cells + [""] * (width - len(cells)) for _line, cells in rows])


class _Lines:
    """The lines of a CSV file. `blocks_taken` is how many blocks were read since somebody set it to nought."""

    def __init__(self, binary: IO[bytes], encoding: str) -> None:
        self._binary, self._encoding = binary, encoding
        self._lines_before = 0
        self.blocks_taken = 0

    def __iter__(self) -> Iterator[str]:
        return chain.from_iterable(self._blocks())

    def _blocks(self) -> Iterator[io.StringIO]:
        """Decoded blocks of lines. Whole lines are decoded at once, so that a broken byte can be named by its line."""
        rest, is_first = b"", True
        while batch := self._binary.read(BLOCK):
            block = rest + batch
            end = block.rfind(b"\n") + 1
            if is_first:
                block, end, is_first = _without_mark(block, end)
            block, rest = block[:end], block[end:]
            self._check_it_ends(block, rest)
            yield self._decoded(block)
        if rest:
            yield self._decoded(rest)

    def _check_it_ends(self, block: bytes, rest: bytes) -> None:
        self.blocks_taken += 1
        if len(rest) > LONGEST_LINE:
            line = self._lines_before + block.count(b"\n") + 1
            raise FileError(_("Line %(line)s does not end: is this a CSV file?") % {"line": line})
        if self.blocks_taken > MOST_BLOCKS_OF_A_ROW:
            raise FileError(
                _("A row that begins before line %(line)s does not end: is a quotation mark never closed?")
                % {"line": self._lines_before + 1}
            )

    def _decoded(self, block: bytes) -> io.StringIO:
        text = _decoded(block, self._encoding, self._lines_before)
        self._lines_before += block.count(b"\n")
        return io.StringIO(text, newline="\n")


def _without_mark(block: bytes, end: int) -> tuple[bytes, int, bool]:
    if block.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise FileError(_("The file is in UTF-16: save it as CSV UTF-8."))
    if block.startswith(codecs.BOM_UTF8):
        return block[3:], max(end - 3, 0), False
    return block, end, False


def _decoded(block: bytes, encoding: str, lines_before: int) -> str:
    block = block.translate(*CONTROLS)
    try:
        text = block.decode(encoding)
    except UnicodeDecodeError as error:
        raise FileError(
            _("Line %(line)s holds bytes that are not %(encoding)s. Excel often writes cp1251 or cp1252.")
            % {"line": lines_before + block[: error.start].count(b"\n") + 1, "encoding": encoding.upper()}
        ) from error
    return text if text.isascii() else without_unseen(text)


def _csv_batches(lines: _Lines) -> Iterator[RowBatch]:
    texts = iter(lines)
    line, first = 1, next(texts, "")
    named = SEPARATOR_LINE.fullmatch(first.rstrip("\r\n"))
    if named:
        line, first = 2, next(texts, "")
    if not first.strip():
        return
    csv.field_size_limit(LONGEST_CELL)
    delimiter = named[1] if named else _delimiter(first)
    reader = csv.reader(chain([first], texts), delimiter=delimiter, strict=True)
    lines_above, is_header, empty = line - 1, True, 0
    while rows := _some_rows(reader, lines, 1 if is_header else ROWS_AT_ONCE):
        last = lines_above + reader.line_num
        _check_width(rows, last)
        empty += sum(not any(map(str.strip, cells)) for cells in rows)
        if empty > MOST_EMPTY_ROWS:
            raise FileError(
                _("Up to line %(line)s there are more than %(most)s empty rows.")
                % {"line": last, "most": MOST_EMPTY_ROWS}
            )
        yield _numbered(rows, line, last)
        line, is_header = last + 1, False


def _check_width(rows: list[RowCells], last: int) -> None:
    """Of an unreadable row the length of its reason is taken, which is short."""
    most = max(map(len, rows))
    if most > MOST_CELLS:
        raise FileError(
            _("Up to line %(line)s a row has %(count)s cells: is this a CSV file?") % {"line": last, "count": most}
        )


def _some_rows(reader: Iterator[list[str]], lines: _Lines, most: int) -> list[RowCells]:
    """No more than so many, and none after the block in which they begin, for rows may be as long as blocks."""
    rows: list[RowCells] = []
    lines.blocks_taken = 0
    try:
        for cells in islice(reader, most):
            rows.append(cells)
            if lines.blocks_taken:
                break
    except csv.Error as error:
        rows.append(UnreadableRow(_reason(error)))
    return rows


def _numbered(rows: list[RowCells], first: int, last: int) -> RowBatch:
    """The rows with the line each begins on, which is mere counting unless cells hold line ends."""
    if last - first + 1 == len(rows):
        return RowBatch(range(first, last + 1), rows)
    spans = [1 + sum(cell.count("\n") for cell in row) for row in rows[:-1]]
    return RowBatch(list(accumulate(spans, initial=first)), rows)


def _delimiter(header: str) -> str:
    """The one that separates the most names; the others may stand inside quoted names."""
    bare = "".join(header.split('"')[::2])
    return max(DELIMITERS, key=bare.count)


def _reason(error: csv.Error) -> str:
    text = str(error)
    if "field limit" in text:
        return _("a cell is longer than %(limit)s characters") % {"limit": LONGEST_CELL}
    if "end of data" in text:
        return _("a quotation mark is opened and never closed")
    if "new-line" in text:
        return _("the line holds a bare carriage return")
    return _("the quotation marks do not match")
