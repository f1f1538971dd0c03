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
from typing import IO, Any

from django.utils.translation import gettext as _

from crm.intake.files.problems import FileError, UnreadableRow
from crm.intake.files.unseen import CONTROLS, without_unseen
from crm.intake.files.xlsx import sheet_rows

BLOCK = 1 << 20
ROWS_AT_ONCE = 250
LONGEST_LINE = 4 << 20
LONGEST_CELL = 131_072
MOST_COLUMNS = 500
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
        with path.open("rb", buffering=0) as raw, _unpacked(raw) as binary:
            size = max(path.stat().st_size, 1)
            start = binary.peek(4)[:4]
            lines = chain.from_iterable(_blocks(binary, encoding))
            is_sheet = start == XLSX_START
            batches = _sheet_batches(binary) if is_sheet else _csv_batches(lines)
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


@contextmanager
def _unpacked(raw: io.FileIO) -> Iterator[io.BufferedReader[Any]]:
    is_packed = raw.read(2) == b"\x1f\x8b"
    raw.seek(0)
    if is_packed:
        with gzip.GzipFile(fileobj=raw) as plain, io.BufferedReader(plain, BLOCK) as buffered:
            yield buffered
    else:
        yield io.BufferedReader(raw, BLOCK)


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
    return OpenedFile(header, batches, share_read, is_sheet)


def _sheet_batches(binary: IO[bytes]) -> Iterator[RowBatch]:
    """The header alone, then the rest; a sheet does not store the empty cells a row ends with."""
    width = 0
    rows = sheet_rows(binary)
    while found := list(islice(rows, ROWS_AT_ONCE if width else 1)):
        width = width or len(found[0][1])
        yield RowBatch(
            [line for line, _cells in found], [cells + [""] * (width - len(cells)) for _line, cells in found]
        )


def _blocks(binary: IO[bytes], encoding: str) -> Iterator[io.StringIO]:
    """Decoded blocks of lines. Whole lines are decoded at once, so that a broken byte can be named by its line."""
    done, rest, is_first = 0, b"", True
    while batch := binary.read(BLOCK):
        block = rest + batch
        end = block.rfind(b"\n") + 1
        if is_first:
            block, end, is_first = _without_mark(block, end)
        block, rest = block[:end], block[end:]
        if len(rest) > LONGEST_LINE:
            raise FileError(
                _("Line %(line)s does not end: is this a CSV file?") % {"line": done + block.count(b"\n") + 1}
            )
        yield io.StringIO(_decoded(block, encoding, done), newline="\n")
        done += block.count(b"\n")
    if rest:
        yield io.StringIO(_decoded(rest, encoding, done), newline="\n")


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


def _csv_batches(lines: Iterator[str]) -> Iterator[RowBatch]:
    line, first = 1, next(lines, "")
    named = SEPARATOR_LINE.fullmatch(first.rstrip("\r\n"))
    if named:
        line, first = 2, next(lines, "")
    if not first.strip():
        return
    csv.field_size_limit(LONGEST_CELL)
    delimiter = named[1] if named else _delimiter(first)
    reader = csv.reader(chain([first], lines), delimiter=delimiter, strict=True)
    lines_above, is_header = line - 1, True
    while True:
        rows: list[RowCells] = []
        try:
            # What was read before an error stays in the list.
            rows.extend(islice(reader, 1 if is_header else ROWS_AT_ONCE))
        except csv.Error as error:
            rows.append(UnreadableRow(_reason(error)))
        if not rows:
            return
        last = lines_above + reader.line_num
        yield _numbered(rows, line, last)
        line, is_header = last + 1, False


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
