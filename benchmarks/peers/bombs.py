"""Bombs, and what reads them: each maker returns a path or a text, each reader the words of the refusal."""

from __future__ import annotations

import gzip
import io
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from openpyxl import Workbook

SHEET = "xl/worksheets/sheet1.xml"
STRINGS = "xl/sharedStrings.xml"
TYPES = "[Content_Types].xml"
TEXTS_TYPE = (
    b'<Override PartName="/xl/sharedStrings.xml" ContentType='
    b'"application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/>'
)
STYLES = "xl/styles.xml"
MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
HEAD = '<row r="1"><c r="A1" t="inlineStr"><is><t>order_number</t></is></c></row>'
ORDER_HEADER = b"order_number,customer_id,placed_at,total\n"


def rows_of_file(path: Path) -> str:
    """Everything an import would read."""
    from crm.intake.files.problems import FileError
    from crm.intake.files.reading import open_file

    try:
        with open_file(path) as opened:
            count = sum(len(batch.rows) for batch in opened.batches)
    except FileError as error:
        return str(error)
    print(f"not refused: {count} rows")
    return ""


def xlsx(parts: dict[str, Iterable[bytes]], folder: Path) -> Path:
    """A workbook whose parts are replaced."""
    book = Workbook()
    book.active.append(["order_number", "total"])
    whole = io.BytesIO()
    book.save(whole)
    path = folder / "bomb.xlsx"
    with zipfile.ZipFile(whole) as real, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as file:
        whole_parts = {name: [real.read(name)] for name in real.namelist()}
        whole_parts[TYPES][0] = whole_parts[TYPES][0].replace(b"</Types>", TEXTS_TYPE + b"</Types>")
        for name, pieces in {STRINGS: strings(b"<si/>", 1), **whole_parts, **parts}.items():
            with file.open(name, "w", force_zip64=True) as out:
                for piece in pieces:
                    out.write(piece)
    return path


def sheet(*rows: bytes | Iterable[bytes], head: str = HEAD) -> Iterable[bytes]:
    yield f"<worksheet {MAIN}><sheetData>{head}".encode()
    for row in rows:
        yield from [row] if isinstance(row, bytes) else row
    yield b"</sheetData></worksheet>"


def repeated(piece: bytes, times: int) -> Iterable[bytes]:
    at_once = max((1 << 20) // len(piece), 1)
    whole, rest = divmod(times, at_once)
    for _turn in range(whole):
        yield piece * at_once
    yield piece * rest


def counted(form: str, times: int, first: int = 2) -> Iterable[bytes]:
    """No two alike, so that nothing packs it away."""
    for start in range(first, first + times, 1000):
        yield "".join(
            form.format(n=n, m=n * 7919 % 99991) for n in range(start, min(start + 1000, first + times))
        ).encode()


def text_file(pieces: Iterable[bytes], folder: Path, *, is_packed: bool = False) -> Path:
    path = folder / "bomb.csv"
    with gzip.open(path, "wb", 1) if is_packed else path.open("wb") as file:
        for piece in pieces:
            file.write(piece)
    return path


def of_sheet(*rows: Any, **more: Any) -> Callable[[Path], Path]:
    return lambda folder: xlsx({SHEET: sheet(*rows, **more)}, folder)


def of_part(name: str, pieces: Callable[[], Iterable[bytes]]) -> Callable[[Path], Path]:
    return lambda folder: xlsx({name: pieces()}, folder)


def strings(piece: bytes, times: int) -> Iterable[bytes]:
    yield f"<sst {MAIN}>".encode()
    yield from repeated(piece, times)
    yield b"</sst>"


def styles(piece: bytes, times: int) -> Iterable[bytes]:
    yield f"<styleSheet {MAIN}><cellXfs>".encode()
    yield from repeated(piece, times)
    yield b"</cellXfs></styleSheet>"


def entities() -> Iterable[bytes]:
    yield b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a0 "lol">'
    for level in range(1, 12):
        yield f'<!ENTITY a{level} "{f"&a{level - 1};" * 10}">'.encode()
    yield f"]><worksheet {MAIN}><sheetData><row><c><v>&a11;</v></c></row></sheetData></worksheet>".encode()


def many_parts(folder: Path) -> Path:
    path = folder / "bomb.xlsx"
    with zipfile.ZipFile(path, "w") as file:
        for number in range(300_000):
            file.writestr(f"{number}", b"")
    return path


XLSX: dict[str, Callable[[Path], Path]] = {
    "row of number 10^12": of_sheet(b'<row r="1000000000000"><c><v>1</v></c></row>'),
    "row of number 10^6 after the first": of_sheet(b'<row r="1048577"><c><v>1</v></c></row>'),
    "row of number 10^400": of_sheet(b'<row r="1' + b"0" * 400 + b'"><c><v>1</v></c></row>'),
    "row of number 1e12": of_sheet(b'<row r="1e12"><c><v>1</v></c></row>'),
    "row of a negative number": of_sheet(b'<row r="-5"><c><v>1</v></c></row>'),
    "3 million empty rows": of_sheet(repeated(b"<row/>", 3_000_000)),
    "1 million empty rows, counted": of_sheet(counted('<row r="{n}" s="{m}"/>', 1_040_000)),
    "5 million empty cells in one row": of_sheet(b"<row>", repeated(b"<c/>", 5_000_000), b"</row>"),
    "3 million empty cells, counted": of_sheet(
        counted('<row r="{n}" s="{m}">' + '<c s="1"/>' * 30 + "</row>", 100_000)
    ),
    "empty cells beside filled ones": of_sheet(
        counted('<row r="{n}" s="{m}"><c><v>{n}</v></c>' + '<c s="1"/>' * 9000 + "</row>", 1_000)
    ),
    "100,000 columns in one row": of_sheet(b"<row>", counted("<c><v>{m}</v></c>", 100_000), b"</row>"),
    "a cell in column XFD in every row": of_sheet(counted('<row r="{n}"><c r="XFD{n}"><v>{m}</v></c></row>', 100_000)),
    "a cell in column ZZZZZZ": of_sheet(b'<row r="2"><c r="ZZZZZZ2"><v>1</v></c></row>'),
    "400,000 formats": of_part(STYLES, lambda: styles(b"<xf/>", 400_000)),
    "20 million formats": of_part(STYLES, lambda: styles(b"<xf/>", 20_000_000)),
    "texts of 2 GB": of_part(STRINGS, lambda: strings(b"<si><t>" + b"a" * 1_000_000 + b"</t></si>", 2_000)),
    "one text of 300 MB": of_part(STRINGS, lambda: strings(b"a" * 1_000_000, 300)),
    "50 million empty texts": of_part(STRINGS, lambda: strings(b"<si/>", 50_000_000)),
    "3 million texts, counted": of_part(
        STRINGS, lambda: [f"<sst {MAIN}>".encode(), *counted("<si><t>{n}{m}</t></si>", 3_000_000), b"</sst>"]
    ),
    "a text of 100 KB in every cell": lambda folder: xlsx(
        {
            STRINGS: strings(b"<si><t>" + bytes(range(97, 122)) * 4000 + b"</t></si>", 1),
            SHEET: sheet(counted('<row r="{n}" s="{m}">' + '<c t="s"><v>0</v></c>' * 30 + "</row>", 30_000)),
        },
        folder,
    ),
    "entities within entities": of_part(SHEET, entities),
    "entities in the texts": of_part(STRINGS, entities),
    "elements within elements": of_sheet(
        b"<row><c>", repeated(b"<a>", 2_000_000), repeated(b"</a>", 2_000_000), b"</c></row>"
    ),
    "a cell of a million runs": of_sheet(
        b'<row><c t="inlineStr"><is>', repeated(b"<r><t>a</t></r>", 1_000_000), b"</is></c></row>"
    ),
    "an attribute of 100 MB": of_sheet(b'<row a="', repeated(b"a" * 1000, 100_000), b'"/>'),
    "300,000 parts": many_parts,
    "a sheet of 4 GB": of_sheet(repeated(b'<row r="2"><c r="A2"><v>1</v></c></row>', 110_000_000)),
    "columns without end": lambda folder: xlsx(
        {
            SHEET: [
                f"<worksheet {MAIN}><cols>".encode(),
                *repeated(b"<col/>", 5_000_000),
                b"</cols><sheetData/></worksheet>",
            ]
        },
        folder,
    ),
}


def of_text(*pieces: Iterable[bytes], is_packed: bool = False) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        return text_file((piece for several in pieces for piece in several), folder, is_packed=is_packed)

    return make


HEADER = [b"order_number,customer_id,placed_at,total\n"]
CSV: dict[str, Callable[[Path], Path]] = {
    "one line of 200 MB": of_text(repeated(b"a", 200_000_000)),
    "200 MB of commas": of_text(repeated(b",", 200_000_000)),
    "200 MB of commas in lines": of_text(HEADER, repeated(b",,,\n", 50_000_000)),
    "200 MB of line ends": of_text(HEADER, repeated(b"\n", 200_000_000)),
    "200 MB of spaces in lines": of_text(HEADER, repeated(b" , , , \n", 25_000_000)),
    "lines of 900,000 commas": of_text(HEADER, repeated(b"," * 900_000 + b"\n", 400)),
    "lines of 300,000 short cells": of_text(HEADER, repeated(b"ab," * 300_000 + b"\n", 400)),
    "a row that goes on for ever": of_text(HEADER, repeated(b'"a\n",', 30_000_000)),
    "a header of 300,000 names": of_text(counted("c{n},", 130_000)),
    "packed nothing": of_text(repeated(b"\0", 1_000_000_000), is_packed=True),
    "packed commas": of_text(HEADER, repeated(b",,,\n", 250_000_000), is_packed=True),
    "packed orders, all alike": of_text(HEADER, repeated(b"A-1,1,2026-01-05,30\n", 50_000_000), is_packed=True),
}

BOMBS: dict[str, tuple[Callable[[Path], Any], Callable[[Any], str]]] = {
    **{f"xlsx: {name}": (make, rows_of_file) for name, make in XLSX.items()},
    **{f"csv: {name}": (make, rows_of_file) for name, make in CSV.items()},
}
