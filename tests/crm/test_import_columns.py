import pytest
from django.core.management import CommandError, call_command
from django.utils import translation

from crm.intake.files import header_words, mappings, sample_file
from crm.intake.files.full_names import first_and_last
from crm.intake.files.guessing import guess
from crm.intake.files.import_file import ImportOptions, import_file
from crm.intake.files.kinds import KINDS
from crm.intake.files.problems import FileError
from crm.models import Customer, Order
from tests.conftest import NOW

SHOPIFY = ["Name", "Email", "Financial Status", "Paid at", "Currency", "Total", "Discount Code", "Discount Amount"] + [
    "Created at",
    "Lineitem quantity",
    "Lineitem name",
    "Lineitem price",
    "Lineitem sku",
    "Billing Name",
    "Vendor",
]
SHOPIFY_ROW = ["#1001", "ann@example.com", "paid", "2026-01-05 10:00:00 +0300", "EUR", "59.99", "WELCOME", "5.00"] + [
    "2026-01-05 09:59:00 +0300",
    "1",
    "Kettle",
    "64.99",
    "K-1",
    "Ann Mary Lee",
    "Acme",
]
INSALES = ["№ заказа", "Дата", "ФИО", "Телефон", "E-mail", "Артикул", "Товар", "Кол-во", "Цена", "Сумма", "Комментарий"]
INSALES_ROW = ["1042", "05.01.2026 10:00", "Иванов Иван Иванович", "+7 (912) 345-67-89", "ivan@example.com", "Ч-1"] + [
    "Чайник",
    "1",
    "2 990,00",
    "2 990,00",
    "позвонить",
]


def meanings(kind, names, *rows):
    return [column.meaning for column in guess(kind, names, rows)]


@pytest.fixture
def load(db, tmp_path):
    def load(rows, *, kind="orders", **options):
        path = tmp_path / "file.csv"
        path.write_text("\n".join(";".join(row) for row in rows))
        return import_file(kind, path, now=NOW, options=ImportOptions(**options))

    return load


def test_headers_of_shopify_are_guessed():
    assert meanings("orders", SHOPIFY, SHOPIFY_ROW) == [
        *["order_number", "email", "status", "paid_at", "currency", "total", "coupon", "discount"],
        *["placed_at", "quantity", "product", "price", "sku", "first_last", ""],
    ]


def test_headers_of_a_russian_shop_are_guessed():
    assert meanings("orders", INSALES, INSALES_ROW) == [
        *["order_number", "placed_at", "last_first", "phone", "email", "sku", "product", "quantity", "price", "total"],
        "",
    ]


def test_one_word_means_what_its_values_are():
    assert meanings("orders", ["Name"], ["#1001"]) == ["order_number"]
    assert meanings("orders", ["Name"], ["Ann Lee"]) == ["first_last"]
    assert meanings("customers", ["Name"], ["Ann Lee"]) == ["first_last"]


def test_values_alone_tell_addresses_moments_and_amounts():
    row = ["ann@example.com", "+44 20 7946 0000", "2026-01-05 10:00", "1 299,50", "red"]

    columns = guess("orders", ["c1", "c2", "c3", "c4", "c5"], [row])

    assert [column.meaning for column in columns] == ["email", "phone", "placed_at", "total", ""]
    assert [column.is_by_values for column in columns] == [True, True, True, True, False]
    assert columns[0].samples == ["ann@example.com"]


def test_a_header_that_its_values_contradict_is_not_believed():
    assert meanings("orders", ["Date", "Contact email", "Grand total"], ["red", "none", "many"]) == ["", "", ""]


def test_no_column_of_ours_is_guessed_twice():
    found = meanings("orders", ["Total", "Amount", "Sum"], ["1.50", "2.50", "3.50"])

    assert found == ["total", "", ""]


@pytest.mark.parametrize(
    ("name", "order", "parts"),
    [
        ("Ann Mary Lee", "first_last", ["Ann", "Mary Lee"]),
        ("Иванов Иван Иванович", "last_first", ["Иван Иванович", "Иванов"]),
        ("  Ann  ", "last_first", ["Ann", ""]),
        ("", "first_last", ["", ""]),
    ],
)
def test_a_whole_name_is_taken_apart_at_its_first_space(name, order, parts):
    assert first_and_last(name, order) == parts


def test_a_file_is_read_by_what_its_columns_are_said_to_mean(load):
    found = meanings("orders", INSALES, INSALES_ROW)

    report = load([INSALES, INSALES_ROW], meanings=[*found[:-1], "@attribute"])

    assert report.problems == []
    order = Order.objects.select_related("customer").get()
    assert (order.number, order.total) == ("1042", 2990)
    assert (order.customer.first_name, order.customer.last_name) == ("Иван Иванович", "Иванов")
    assert order.customer.attributes == {"Комментарий": "позвонить"}


def test_rows_of_a_wrong_width_are_refused_where_names_are_taken_apart_too(load):
    rows = [["email", "ФИО"], ["a@example.com", "Ли Анна", "x", "y"], ["", "", ""], ["b@example.com", "Ли Анна"]]

    report = load(rows, kind="customers")

    assert [str(problem) for problem in report.problems] == ["line 2: has 4 cells where the header has 2"]


def test_titles_of_every_language_are_read_without_asking(load):
    rows = [["Номер заказа", "Эл. почта", "Placed at", "Сумма"], ["1", "a@example.com", "2026-01-05", "5"]]

    assert load(rows).counts["orders"].new == 1


def test_a_column_of_one_name_twice_does_not_refuse_the_file_unless_it_is_ours(load):
    rows = [["email", "Note", "Note"], ["a@example.com", "x", "y"]]

    assert load(rows, kind="customers").ignored_columns == ["Note", "Note"]
    load(rows, kind="customers", keeps_attributes=True)
    assert Customer.objects.get().attributes == {"Note": "x", "Note (2)": "y"}
    with pytest.raises(FileError, match="The column email is there twice"):
        load([["email", "Email"], ["a@example.com", "b@example.com"]], kind="customers")


@pytest.mark.django_db
def test_a_mapping_is_remembered_by_the_shape_of_the_header():
    mappings.remember("orders", SHOPIFY, ["order_number"], ",", NOW)

    assert mappings.remembered("orders", [name.upper() for name in SHOPIFY]).meanings == ["order_number"]
    assert mappings.remembered("orders", [*SHOPIFY, "rejected_line", "rejected_reason"]).decimal_mark == ","
    assert mappings.remembered("orders", SHOPIFY[:-1]) is None
    assert mappings.remembered("customers", SHOPIFY) is None


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize("kind", list(KINDS))
@pytest.mark.django_db
def test_a_sample_file_can_be_imported_as_it_is(kind, language, tmp_path):
    path = tmp_path / "sample.csv"
    with translation.override(language):
        path.write_bytes(sample_file.text(kind).encode("utf-8-sig"))

    report = import_file(kind, path, now=NOW)

    assert (report.problems, report.ignored_columns) == ([], [])
    assert report.counts[kind].new == {"orders": 1, "customers": 2, "products": 2}[kind]


@pytest.mark.parametrize("kind", list(KINDS))
def test_every_column_has_a_title(kind):
    for column in KINDS[kind].columns:
        assert header_words.title(kind, column.name)


@pytest.mark.django_db
def test_the_command_line_takes_a_mapping(tmp_path, capsys):
    path = tmp_path / "file.csv"
    path.write_text("Invoice;Who;When;Sum\n7;a@example.com;2026-01-05;1,299\n")
    told = ["--map", "invoice=order_number", "--map", "Who=email", "--map", "When=placed_at", "--map", "Sum=total"]

    with pytest.raises(CommandError, match="The file lacks columns: order_number"):
        call_command("import_data", "orders", str(path))
    with pytest.raises(CommandError, match="the file has no such column"):
        call_command("import_data", "orders", str(path), "--map", "Total=total")
    with pytest.raises(CommandError, match="write one of order_number, customer_id"):
        call_command("import_data", "orders", str(path), "--map", "Sum=sum")
    with pytest.raises(CommandError, match="1 problems in 1 rows"):
        call_command("import_data", "orders", str(path), *told)
    call_command("import_data", "orders", str(path), *told, "--decimals", "point")

    assert Order.objects.get().total == 1299
    assert "orders: 1 new" in capsys.readouterr().out


@pytest.mark.django_db
def test_the_command_line_knows_what_was_said_on_the_page(tmp_path):
    path = tmp_path / "file.csv"
    path.write_text("Invoice;Who;When;Sum\n7;a@example.com;2026-01-05;1,299\n")
    names = ["Invoice", "Who", "When", "Sum"]
    mappings.remember("orders", names, ["order_number", "email", "placed_at", "total"], ".", NOW)

    call_command("import_data", "orders", str(path))

    assert (Order.objects.get().number, Order.objects.get().total) == ("7", 1299)
