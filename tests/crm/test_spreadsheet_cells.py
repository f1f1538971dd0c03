import csv
import io

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from openpyxl import load_workbook

from crm.admin.export import CustomerResource
from crm.intake.files.import_file import ImportOptions, import_file
from crm.models import Customer
from crm.spreadsheet_cells import harmless, harmless_row, without_guard
from segments.models import Membership, Segment
from tests.conftest import NOW, make_customer

EVIL = [
    "=1+1",
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    " =1",
    "＝1+1",
    "Ann;=1+1",
    "Ann; @x",
    "Ann\n=1+1",
    "Ann\r\n-x",
    "Ann\t+x",
    'Ann";=1',
    "a|=1",
]


@pytest.mark.parametrize("text", EVIL)
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_no_cell_runs_whatever_parts_the_cells(text, delimiter):
    file = io.StringIO()
    csv.writer(file).writerow(["first", harmless(text), "last"])

    cells = [cell for row in csv.reader(file.getvalue().splitlines(), delimiter=delimiter) for cell in row]
    assert not [cell for cell in cells if cell.strip().startswith(("=", "+", "-", "@", "＝"))]


@pytest.mark.parametrize("text", [*EVIL, "Ann", "O'Neil", "'=1", "-5", "+442079460000", "a, -b", "a;'=b", "\tAnn"])
def test_an_import_reads_what_was_there_before(text):
    assert without_guard(harmless(text)) == text


@pytest.mark.parametrize("text", ["Ann", "-5", "+44 20 7946", "1;2", "5 - 3", "ann@example.com", "a=b", "Tea, -10%"])
def test_what_runs_nowhere_stays_as_it_is(text):
    assert harmless(text) == text


def test_what_no_spreadsheet_can_hold_is_left_out():
    assert harmless_row(["A\x00n\x0bn\x1f", "\ud800x", 5, None]) == ["Ann", "x", 5, None]


@pytest.fixture
def strange(db):
    return make_customer(external_id="7", first_name="An\x0bn\x01", last_name="Lee;=1+1", city="A\n@x")


@pytest.mark.parametrize("extension", ["csv", "xlsx"])
def test_members_are_written_without_formulas_and_unwritable_signs(client, strange, extension):
    client.force_login(User.objects.create_superuser("root"))
    segment = Segment.objects.create(name="All")
    Membership.objects.create(segment=segment, customer=strange, entered_at=NOW)

    answer = client.get(reverse("admin:segments_segment_file", args=[segment.pk, extension]))

    data = b"".join(answer.streaming_content)
    if extension == "xlsx":
        rows = [[cell.value for cell in row] for row in load_workbook(io.BytesIO(data)).active.iter_rows()]
    else:
        rows = list(csv.reader(io.StringIO(data.decode(), newline="")))
    told = dict(zip(*rows, strict=True))
    assert (told["first_name"], told["last_name"], told["city"]) == ("Ann", "Lee;'=1+1", "A\n'@x")


def test_an_export_with_unwritable_signs_can_be_made_and_imported(strange, tmp_path):
    from import_export.formats.base_formats import XLSX

    data = CustomerResource().export(Customer.objects.filter(pk=strange.pk))
    path = tmp_path / "file"
    path.write_bytes(XLSX().export_data(data))

    assert import_file("customers", path, now=NOW).problems == []
    strange.refresh_from_db()
    assert (strange.last_name, strange.city) == ("Lee;=1+1", "A\n@x")


def test_refused_rows_are_written_without_formulas(db, tmp_path):
    path, rejected = tmp_path / "file", tmp_path / "rejected"
    path.write_text("customer_id,email,first_name\n7,nonsense,=1+1;@x\n")

    import_file("customers", path, now=NOW, options=ImportOptions(rejected=rejected))

    row = next(csv.DictReader(io.StringIO(rejected.read_text())))
    assert (row["first_name"], row["email"]) == ("'=1+1;'@x", "nonsense")
