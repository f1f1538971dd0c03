import io
from decimal import Decimal

import pytest
from openpyxl import Workbook

from crm.intake.files.import_file import ImportOptions, import_file
from crm.models import Order, OrderLine
from tests.conftest import NOW

pytestmark = pytest.mark.django_db

HEAD = "order_number;customer_id;placed_at;total"


@pytest.fixture
def load(tmp_path):
    def load(data, *, kind="orders", **options):
        path = tmp_path / "file"
        path.write_bytes(data.encode() if isinstance(data, str) else data)
        return import_file(kind, path, now=NOW, options=ImportOptions(**options))

    return load


def totals():
    return list(Order.objects.order_by("number").values_list("total", flat=True))


def orders_of(*amounts):
    return f"{HEAD}\n" + "".join(f"A-{number};1;2026-01-05;{amount}\n" for number, amount in enumerate(amounts))


@pytest.mark.parametrize(
    ("amounts", "read"),
    [
        pytest.param(["1,299", "12.50"], [1299, Decimal("12.50")], id="a point elsewhere makes the comma thousands"),
        pytest.param(["1.299", "12,50"], [1299, Decimal("12.50")], id="a comma elsewhere makes the point thousands"),
        pytest.param(["12,50", "1,290"], [Decimal("12.50"), Decimal("1.29")], id="a comma elsewhere is for decimals"),
        pytest.param(["1.290", "0.5"], [Decimal("1.29"), Decimal("0.5")], id="a point elsewhere is for decimals"),
        pytest.param(["1,299", "1,299.00"], [1299, 1299], id="both marks in one number tell"),
        pytest.param(["1.299.000", "1.299"], [1299000, 1299], id="thousands twice tell"),
        pytest.param(["1 299", "1 299,5"], [1299, Decimal("1299.5")], id="spaces part thousands"),
        pytest.param(["1'299.5"], [Decimal("1299.5")], id="so do apostrophes"),
    ],
)
def test_an_amount_of_two_meanings_is_settled_by_its_column(load, amounts, read):
    assert load(orders_of(*amounts)).problems == []

    assert totals() == read


@pytest.mark.parametrize(
    "amounts",
    [["1,299"], ["1.299"], ["1,299", "15"], ["12.50", "12,50", "1.299"], ["12.50", "1.299", "12,50"]],
)
def test_an_amount_of_two_meanings_is_asked_about_where_nothing_settles_it(load, amounts):
    report = load(orders_of(*amounts))

    assert report.is_refused
    [problem] = report.problems
    assert (problem.value[-3:], problem.reason) == (
        "299",
        "can be read in two ways: say whether decimals follow a point or a comma",
    )


def test_the_answer_settles_it(load):
    load(orders_of("1,299"), decimal_mark=".")

    assert totals() == [1299]


def test_each_column_is_settled_for_itself(load):
    text = "order_number;customer_id;placed_at;quantity;price\nA-1;1;2026-01-05;1.500;12,50\n"

    assert [problem.column for problem in load(text).problems] == ["quantity"]


def test_a_file_that_is_read_twice_is_imported_once(load):
    text = "order_number;customer_id;placed_at;sku;quantity;price\n" + "".join(
        f"A-{number // 2};1;2026-01-05;K{number};1;{price}\n" for number, price in enumerate(["1,299", "2.50"] * 400)
    )

    report = load(text)

    assert (report.problems, report.rows, report.counts["orders"].new) == ([], 800, 400)
    assert (OrderLine.objects.count(), totals()[0]) == (800, Decimal("1301.50"))


def test_the_line_excel_writes_for_itself_is_no_header(load):
    report = load(f"sep=;\r\n{HEAD}\r\nA-1;1;2026-01-05;5\r\nA-2;2;never;5\r\n")

    assert [problem.line for problem in report.problems] == [4]
    assert load(f"sep=|\n{HEAD.replace(';', '|')}\nA-1|1|2026-01-05|5\n").counts["orders"].new == 1


@pytest.mark.parametrize("nothing", ["0000-00-00", "0000-00-00 00:00:00", "00.00.0000", ""])
def test_a_date_of_noughts_is_none(load, nothing):
    load(f"{HEAD};paid_at\nA-1;1;2026-01-05;5;{nothing}\n")

    assert Order.objects.get().paid_at is None


def test_an_order_without_a_date_is_still_refused(load):
    assert "placed_at: is missing" in str(load(f"{HEAD}\nA-1;1;0000-00-00;5\n").problems[0])


@pytest.mark.parametrize(
    "moment", ["2026-01-05 13:00:00 +0300", "2026-01-05 10:00:00 UTC", "2026-01-05T10:00:00Z", "05.01.2026 10:00"]
)
def test_moments_of_other_programs_are_read(load, moment):
    load(f"{HEAD}\nA-1;1;{moment};5\n")

    assert Order.objects.get().placed_at.isoformat() == "2026-01-05T10:00:00+00:00"


def sheet(number, number_format="General", total=5):
    book = Workbook()
    book.active.append(["order_number", "customer_id", "placed_at", "total"])
    book.active.append([number, 1, "2026-01-05", total])
    book.active["A2"].number_format = number_format
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


@pytest.mark.parametrize(
    ("cell", "number_format", "number"),
    [("00123", "General", "00123"), ("00123", "@", "00123"), (123, "00000", "00123"), (123, "General", "123")],
)
def test_an_order_number_is_the_same_in_a_spreadsheet(load, cell, number_format, number):
    load(sheet(cell, number_format))
    load(f"{HEAD}\n{number};1;2026-01-05;5\n")

    assert Order.objects.get().number == number


def test_a_number_of_a_spreadsheet_has_one_meaning(load):
    book = Workbook()
    book.active.append(["order_number", "customer_id", "placed_at", "sku", "quantity", "price"])
    book.active.append(["A-1", 1, "2026-01-05", "K", 1, 1.299])
    file = io.BytesIO()
    book.save(file)

    load(file.getvalue())

    assert OrderLine.objects.get().price == Decimal("1.299")


AMOUNTS = {
    "orders": ("total", "discount", "quantity", "price", "cost", "returned_quantity", "refunded"),
    "products": ("price", "cost"),
}
WHOLE = {
    "orders": {"order_number": "A-1", "customer_id": "1", "placed_at": "2026-01-05", "sku": "K-1", "quantity": "2"}
    | {"returned_at": "2026-01-06", "price": "50"},
    "products": {"sku": "K-1"},
}


@pytest.mark.parametrize("text", ["1,299", "1.299"])
@pytest.mark.parametrize(("kind", "column"), [(kind, name) for kind, names in AMOUNTS.items() for name in names])
def test_every_amount_of_every_file_is_asked_about(load, kind, column, text):
    cells = WHOLE[kind] | {column: text}

    for data in (f"{';'.join(cells)}\n{';'.join(cells.values())}\n", sheet_of(cells)):
        problem = str(load(data, kind=kind).problems[0])
        assert f"column {column}, “{text}”: can be read in two ways" in problem


def test_the_numbers_of_a_spreadsheet_do_not_say_how_its_texts_are_written(load):
    book = Workbook()
    for row in (HEAD.split(";"), ["A-1", "1", "2026-01-05", 12.5], ["A-2", "1", "2026-01-05", "1,290"]):
        book.active.append(row)

    assert "can be read in two ways" in str(load(saved(book)).problems[0])
    book.active.append(["A-3", "1", "2026-01-05", "7,50"])
    assert load(saved(book)).problems == []
    assert totals() == [Decimal("12.50"), Decimal("1.29"), Decimal("7.50")]


def sheet_of(cells):
    book = Workbook()
    for row in (list(cells), list(cells.values())):
        book.active.append(row)
    return saved(book)


def saved(book):
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()
