"""Files taken apart into rows, a piece at a time: what is in memory does not grow with the file."""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from django.utils.translation import gettext as _

from crm.intake.problems import FileTrouble, Unreadable
from crm.intake.sheets import sheet_rows

PIECE = 1 << 20
LONGEST_LINE = 4 << 20
LONGEST_CELL = 131_072
MOST_COLUMNS = 500
DELIMITERS = ",;\t"
XLSX_START = b"PK\x03\x04"

Row = tuple[int, list[str] | Unreadable]


@dataclass
class Table:
    """The header of a file and its rows, numbered by the line each begins on. `share_read` runs from 0 to 1."""

    header: list[str]
    rows: Iterator[Row]
    share_read: Callable[[], float] = field(default=lambda: 0.0)


@contextmanager
def open_table(path: Path, encoding: str = "utf-8") -> Iterator[Table]:
    """Read a CSV or XLSX file, gzipped or not; the name does not matter, the contents do. Raises FileTrouble."""
    _check_encoding(encoding)
    try:
        with path.open("rb", buffering=0) as raw, _unpacked(raw) as binary:
            size = max(path.stat().st_size, 1)
            start = binary.peek(4)[:4]
            rows = sheet_rows(binary) if start == XLSX_START else _csv_rows(_lines(binary, encoding))
            yield _table(rows, lambda: raw.tell() / size)
    except (gzip.BadGzipFile, zlib.error, EOFError) as error:
        raise FileTrouble(_("The file is damaged: it ends early or cannot be unpacked.")) from error
    except FileNotFoundError as error:
        raise FileTrouble(_("There is no file %(path)s.") % {"path": path}) from error
    except (IsADirectoryError, PermissionError) as error:
        raise FileTrouble(_("The file %(path)s cannot be opened.") % {"path": path}) from error


def _check_encoding(encoding: str) -> None:
    try:
        is_like_ascii = codecs.encode("a,\n", encoding) == b"a,\n"
    except LookupError:
        raise FileTrouble(_("There is no encoding “%(encoding)s”.") % {"encoding": encoding}) from None
    if not is_like_ascii:
        raise FileTrouble(_("Files in %(encoding)s are not read: save it as CSV UTF-8.") % {"encoding": encoding})


@contextmanager
def _unpacked(raw: io.FileIO) -> Iterator[io.BufferedReader[Any]]:
    is_packed = raw.read(2) == b"\x1f\x8b"
    raw.seek(0)
    if is_packed:
        with gzip.GzipFile(fileobj=raw) as plain, io.BufferedReader(plain, PIECE) as buffered:
            yield buffered
    else:
        yield io.BufferedReader(raw, PIECE)


def _table(rows: Iterator[Row], share_read: Callable[[], float]) -> Table:
    for line, header in rows:
        if isinstance(header, Unreadable):
            raise FileTrouble(
                _("Line %(line)s, the names of the columns: %(reason)s") % {"line": line, "reason": header}
            )
        if len(header) > MOST_COLUMNS:
            raise FileTrouble(
                _("The file has %(count)s columns; at most %(most)s are read.")
                % {"count": len(header), "most": MOST_COLUMNS}
            )
        return Table(header, rows, share_read)
    raise FileTrouble(_("The file is empty."))


def _lines(binary: IO[bytes], encoding: str) -> Iterator[str]:
    """Decoded lines. Whole lines are decoded at once, so that a broken byte can be named by its line."""
    done, rest, is_first = 0, b"", True
    while piece := binary.read(PIECE):
        block = rest + piece
        end = block.rfind(b"\n") + 1
        if is_first:
            block, end, is_first = _without_mark(block, end)
        block, rest = block[:end], block[end:]
        if len(rest) > LONGEST_LINE:
            raise FileTrouble(
                _("Line %(line)s does not end: is this a CSV file?") % {"line": done + block.count(b"\n") + 1}
            )
        yield from io.StringIO(_decoded(block, encoding, done), newline="\n")
        done += block.count(b"\n")
    if rest:
        yield from io.StringIO(_decoded(rest, encoding, done), newline="\n")


def _without_mark(block: bytes, end: int) -> tuple[bytes, int, bool]:
    if block.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise FileTrouble(_("The file is in UTF-16: save it as CSV UTF-8."))
    if block.startswith(codecs.BOM_UTF8):
        return block[3:], max(end - 3, 0), False
    return block, end, False


def _decoded(block: bytes, encoding: str, lines_before: int) -> str:
    try:
        return block.decode(encoding)
    except UnicodeDecodeError as error:
        raise FileTrouble(
            _("Line %(line)s holds bytes that are not %(encoding)s. Excel often writes cp1251 or cp1252.")
            % {"line": lines_before + block[: error.start].count(b"\n") + 1, "encoding": encoding.upper()}
        ) from error


def _csv_rows(lines: Iterator[str]) -> Iterator[Row]:
    first = next(lines, "")
    if not first.strip():
        return
    csv.field_size_limit(LONGEST_CELL)
    reader = csv.reader(_again(first, lines), delimiter=_delimiter(first), strict=True)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield line, Unreadable(_reason(error))
        else:
            if cells:
                yield line, cells


def _again(first: str, rest: Iterator[str]) -> Iterator[str]:
    yield first
    yield from rest


def _delimiter(header: str) -> str:
    """The one that parts the most names; names in quotes may hold the others."""
    bare = "".join(header.split('"')[::2])
    return max(DELIMITERS, key=bare.count)


def _reason(error: csv.Error) -> str:
    """The reader's complaint in our words."""
    text = str(error)
    if "field limit" in text:
        return _("a cell is longer than %(limit)s characters") % {"limit": LONGEST_CELL}
    if "end of data" in text:
        return _("a quotation mark is opened and never closed")
    if "new-line" in text:
        return _("the line holds a bare carriage return")
    return _("the quotation marks do not match")
