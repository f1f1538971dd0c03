"""Files made to choke whoever reads them: refused in words, before they take the memory or the time."""

import gzip
import io
import zipfile
from itertools import chain

import pytest
from openpyxl import Workbook

from crm.intake.files import guessing, xlsx_batches
from crm.intake.files.cells import items, path
from crm.intake.files.import_file import import_file
from crm.intake.files.problems import FileError
from crm.intake.files.reading import open_file
from crm.limited_process import Limits
from tests.conftest import NOW

SHEET, STYLES, TEXTS = "xl/worksheets/sheet1.xml", "xl/styles.xml", "xl/sharedStrings.xml"
MAIN = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
HEAD = b'<row r="1"><c r="A1" t="inlineStr"><is><t>order_number</t></is></c></row>'
TEXTS_TYPE = (
    b'<Override PartName="/xl/sharedStrings.xml" ContentType='
    b'"application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/></Types>'
)
LINES = b"order_number,customer_id,placed_at,total\n"


def sheet(*rows):
    return b"<worksheet %b><sheetData>" % MAIN + HEAD + b"".join(rows) + b"</sheetData></worksheet>"


def counted(form, count):
    return b"".join(form.format(n=n, m=n * 7919 % 99991).encode() for n in range(2, count + 2))


def workbook(parts):
    """A real one, some of whose parts are replaced or added."""
    whole, made = io.BytesIO(), io.BytesIO()
    book = Workbook()
    book.active.append(["order_number"])
    book.save(whole)
    with zipfile.ZipFile(whole) as real, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as file:
        held = {name: real.read(name) for name in real.namelist()}
        held["[Content_Types].xml"] = held["[Content_Types].xml"].replace(b"</Types>", TEXTS_TYPE)
        for name, content in {TEXTS: b"<sst %b/>" % MAIN, **held, **parts}.items():
            file.writestr(name, content)
    return made.getvalue()


def entities(inside):
    told = b"".join(b'<!ENTITY a%d "%b">' % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 12))
    return b'<!DOCTYPE a [<!ENTITY a0 "ha">' + told + b"]>" + inside


@pytest.fixture
def rows_of(tmp_path):
    def rows_of(content):
        place = tmp_path / "file"
        place.write_bytes(content)
        with open_file(place) as opened:
            return [opened.header, *chain.from_iterable(batch.rows for batch in opened.batches)]

    return rows_of


BOMBS_OF_XLSX = {
    "row 10^12": ({SHEET: sheet(b'<row r="1000000000000"><c><v>1</v></c></row>')}, "After row 1 comes row 10000000000"),
    "row past the last": ({SHEET: sheet(b'<row r="1048577"><c><v>1</v></c></row>')}, "comes row 1048577"),
    "row of 400 digits": ({SHEET: sheet(b'<row r="%b"/>' % (b"9" * 400))}, "comes row 9{30},"),
    "rows that go back": ({SHEET: sheet(b'<row r="9"/><row r="8"/>')}, "After row 9 comes row 8"),
    "empty rows": ({SHEET: sheet(counted('<row r="{n}" s="{m}"/>', 210_000))}, "more than 200000 empty cells"),
    "empty cells": (
        {SHEET: sheet(counted('<row r="{n}" s="{m}">' + "<c/>" * 100 + "</row>", 2_100))},
        "Up to row 2002 there are more than 200000 empty cells",
    ),
    "empty cells behind filled ones": (
        {SHEET: sheet(counted('<row s="{m}"><c><v>{n}</v></c>' + "<c/>" * 16_000 + "</row>", 14))},
        "more than 200000 empty cells",
    ),
    "empty cells that pack well": ({SHEET: sheet(b"<row>", b"<c/>" * 3_000_000, b"</row>")}, "unpacks to more"),
    "100,000 columns": ({SHEET: sheet(b"<row>", counted("<c><v>{m}</v></c>", 100_000), b"</row>")}, "more than 16384"),
    "column XFD": ({SHEET: sheet(b'<row><c r="XFD2"><v>1</v></c></row>')}, "Row 2 goes as far as column XFD"),
    "no column": ({SHEET: sheet(b'<row><c r="ZZZZZZ2"><v>1</v></c></row>')}, "not a readable XLSX"),
    "formats": ({STYLES: b"<styleSheet %b><cellXfs>" % MAIN + b"<xf/>" * 500_000}, "unpacks to more"),
    "formats, counted": ({STYLES: counted('<xf id="{m}{n}"/>', 150_000)}, "unpacks to more"),
    "one text for all": ({TEXTS: b"<sst %b><si><t>" % MAIN + b"a" * 200_000_000}, "unpacks to more"),
    "a long text in each cell": (
        {
            TEXTS: b"<sst %b><si><t>" % MAIN + b"abc" * 40_000 + b"</t></si></sst>",
            SHEET: sheet(counted('<row s="{m}">' + '<c t="s"><v>0</v></c>' * 30 + "</row>", 9)),
        },
        "unpacks to more",
    ),
    "a cell without end": (
        {SHEET: sheet(b'<row><c t="inlineStr"><is><t>', counted("{n}{m}", 50_000), b"</t></is></c></row>")},
        "Row 2 is longer than 262144 characters",
    ),
    "a value without end": ({SHEET: sheet(b'<row a="', counted("{n}{m}", 400_000), b'"/>')}, "not a readable XLSX"),
    "entities in the sheet": ({SHEET: entities(sheet(b"<row><c><v>&a11;</v></c></row>"))}, "not a readable XLSX"),
    "entities in the texts": ({TEXTS: entities(b"<sst><si><t>&a11;</t></si></sst>")}, "not a readable XLSX"),
    "entities in the formats": ({STYLES: entities(b"<styleSheet>&a11;</styleSheet>")}, "not a readable XLSX"),
    "elements in elements": ({SHEET: sheet(b"<row><c>", b"<a>" * 2_000_000)}, "unpacks to more"),
    "many parts": ({str(number): b"" for number in range(6_000)}, "unpacks to more"),
}


@pytest.mark.parametrize(("parts", "told"), BOMBS_OF_XLSX.values(), ids=BOMBS_OF_XLSX)
def test_a_workbook_made_to_choke_is_refused_in_words(rows_of, parts, told):
    with pytest.raises(FileError, match=told):
        rows_of(workbook(parts))


def test_a_workbook_that_needs_more_memory_than_it_is_given_is_refused(rows_of, monkeypatch):
    monkeypatch.setattr(xlsx_batches, "LIMITS", Limits(megabytes=20))

    with pytest.raises(FileError, match="unpacks to more"):
        rows_of(workbook({TEXTS: b"<sst %b>" % MAIN + counted("<si><t>{n}{m}</t></si>", 300_000) + b"</sst>"}))


def test_a_packed_workbook_is_read_and_a_packed_bomb_is_not(rows_of):
    assert rows_of(gzip.compress(workbook({}))) == [["order_number"]]

    with pytest.raises(FileError, match="more than 100 times its size"):
        rows_of(gzip.compress(workbook({})[:4] + b"\0" * 30_000_000))


def test_what_real_workbooks_hold_is_read_as_before(rows_of):
    rows = (
        b'<row r="2.0" spans="1:3"><c t="s"><v>0</v></c><c r="C2" t="b"><v>1</v></c></row>'
        b'<row r="5"><c r="A5" s="1"/><c><f>1+1</f><v>2</v></c><c t="e"><v>#N/A</v></c><c t="str"><v>said</v></c></row>'
    )
    texts = b"<sst %b><si><r><t>A</t></r><r><t>-1</t></r><rPh><t>ei</t></rPh></si></sst>" % MAIN

    assert rows_of(workbook({SHEET: sheet(rows), TEXTS: texts}))[1:] == [["A-1", "", "yes"], ["", "2", "#N/A", "said"]]


BOMBS_OF_CSV = {
    "a line of commas": (b"," * 3_000_000, "Line 1 does not end"),
    "lines of commas": (LINES + b",,,\n" * 101_000, "more than 100000 empty rows"),
    "line ends": (LINES + b"\n" * 101_000, "more than 100000 empty rows"),
    "spaces": (LINES + b" , , , \n" * 101_000, "more than 100000 empty rows"),
    "a row of many cells": (LINES + b"," * 900_000 + b"\n", "a row has 900001 cells"),
    "a row that goes on": (LINES + b'"a\n",' * 1_000_000, "A row that begins before line .* does not end"),
    "names without end": (b"a" * 2_000 + b",b\n", "The name of a column is longer than 1000"),
    "packed nothing": (gzip.compress(b"\0" * 20_000_000), "more than 100 times its size"),
    "packed rows": (gzip.compress(LINES + b"A-1,1,2026-01-05,30\n" * 500_000), "more than 100 times its size"),
}


@pytest.mark.parametrize(("content", "told"), BOMBS_OF_CSV.values(), ids=BOMBS_OF_CSV)
def test_a_text_file_made_to_choke_is_refused_in_words(rows_of, content, told):
    with pytest.raises(FileError, match=told):
        rows_of(content)


def test_few_of_the_longest_rows_are_held_at_once(tmp_path):
    place = tmp_path / "file"
    place.write_bytes(LINES + (b"ab," * 16_000 + b"\n") * 300)

    with open_file(place) as opened:
        assert max(len(batch.rows) for batch in opened.batches) < 50


@pytest.mark.django_db
@pytest.mark.parametrize("row", [b"x\n", b'A-1,"1,2026-01-05,30\n'], ids=["too few cells", "open quotation marks"])
def test_a_file_of_nothing_but_broken_rows_is_refused(tmp_path, row):
    place = tmp_path / "file"
    place.write_bytes(LINES + row * 210_000)

    with pytest.raises(FileError, match="more than 100000 rows cannot be read"):
        import_file("orders", place, now=NOW)


@pytest.mark.parametrize(
    ("parse", "text", "told"),
    [
        (items, ";".join(map(str, range(1_001))), "holds more than 1000"),
        (path(100), " / ".join("a" * 21), "more than 20 parts"),
    ],
    ids=["tags without end", "categories without end"],
)
def test_a_cell_made_to_fill_the_database_is_refused(parse, text, told):
    with pytest.raises(ValueError, match=told):
        parse(text)


def test_what_a_column_means_is_guessed_from_the_beginning_of_endless_cells():
    slow = "a@" + "a." * 60_000 + "@"

    (column,) = guessing.guess("customers", ["what"], [[slow]] * 5)

    assert column.samples == [slow[:60]]
