import datetime as dt
import gzip
import io

import pytest
from openpyxl import Workbook

from crm.intake.files.import_file import ImportOptions, import_file
from crm.models import Customer, Order, OrderLine, Product, ProductRelation
from tests.conftest import NOW

pytestmark = pytest.mark.django_db

HEAD = "order_number,customer_id,email,phone,first_name,placed_at,total"


@pytest.fixture
def load(tmp_path):
    def load(data, *, kind="orders", **options):
        path = tmp_path / "file"
        path.write_bytes(data.encode() if isinstance(data, str) else data)
        return import_file(kind, path, now=NOW, options=ImportOptions(**options))

    return load


def sheet(*rows):
    book, file = Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(file)
    return file.getvalue()


def addresses():
    return [sorted(one.contacts.values_list("address", flat=True)) for one in Customer.objects.order_by("pk")]


@pytest.mark.parametrize("nobody", ["0", "-1", "guest", "null", "n/a", "#N/A", "#ССЫЛКА!", "гость", "—"])
@pytest.mark.parametrize("as_file", [lambda *rows: "\n".join(map(",".join, rows)), sheet])
def test_strangers_with_an_id_of_nobody_stay_strangers(load, nobody, as_file):
    rows = [(f"W-{n}", nobody, f"{name}@example.com", nobody, name, "2026-01-05", "30") for n, name in enumerate("abc")]

    report = load(as_file(HEAD.split(","), *rows))

    assert (report.problems, report.counts["customers"].new) == ([], 3)
    assert addresses() == [["a@example.com"], ["b@example.com"], ["c@example.com"]]
    assert not Customer.objects.exclude(external_id=None).exists()


def test_a_number_of_a_spreadsheet_that_is_nobodys_id_is_not_told(load):
    rows = [
        ("W-1", 0, "a@example.com", 0, "Ann", "2026-01-05", 30),
        ("W-2", 0.0, "b@example.com", 0, "Bo", "2026-01-05", 3),
    ]

    load(sheet(HEAD.split(","), *rows))

    assert addresses() == [["a@example.com"], ["b@example.com"]]


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("W-1,0,,,Ann,2026-01-05,30", "column customer_id, “0”: stands for nobody, and nothing else"),
        ("W-1,,none@none.com,000000,Ann,2026-01-05,30", "column email, “none@none.com”: stands for nobody"),
        ("W-1,,,,Ann,2026-01-05,30", "line 2: names no customer"),
        ("#REF!,7,,,Ann,2026-01-05,30", "column order_number, “#REF!”: is an error of the spreadsheet"),
        ("0,7,,,Ann,2026-01-05,30", "column order_number, “0”: stands where there is none"),
        ("W-1,7,,,Ann,#N/A,30", "column placed_at, “#N/A”: is an error of the spreadsheet"),
        ("W-1,7,,,Ann,1970-01-01T00:00:00Z,30", "column placed_at, “1970-01-01T00:00:00Z”: stands where"),
        ("W-1,7,,,Ann,2026-01-05,#VALUE!", "column total, “#VALUE!”: is an error of the spreadsheet"),
        ("4.60701E+12,7,,,Ann,2026-01-05,30", "column order_number, “4.60701E+12”: was shortened"),
        ("W-1,\"4,60701E+12\",,,Ann,2026-01-05,30", "column customer_id, “4,60701E+12”: was shortened"),
        ("W-1,,,7.91235E+10,Ann,2026-01-05,30", "column phone, “7.91235E+10”: was shortened"),
    ],
)  # fmt: skip
def test_what_is_needed_and_not_told_is_refused_by_its_value(load, row, told):
    report = load(f"{HEAD}\n{row}\n")

    assert told in str(report.problems[0])
    assert (len(report.problems), Customer.objects.count(), Order.objects.count()) == (1, 0, 0)


def test_errors_in_cells_that_may_be_empty_are_empty(load):
    head = f"{HEAD},last_name,city,paid_at,cancelled_at,coupon,sku,product,category,quantity,price,cost,external_id"
    row = "W-1,7,,,#N/A,2026-01-05,30,Null,#REF!,#N/A,#N/A,#N/A,#N/A,Kettle,#N/A,1,30,#VALUE!,#N/A"

    assert load(f"{head}\n{row}\n").problems == []

    ann, order, product = Customer.objects.get(), Order.objects.get(), Product.objects.get()
    assert (ann.first_name, ann.last_name, ann.city) == ("", "Null", "")
    assert (order.paid_at, order.cancelled_at, order.coupon_code, order.external_id) == (None, None, "", None)
    assert (product.sku, product.name, product.category, product.cost) == ("Kettle", "Kettle", None, None)


def test_an_error_is_neither_a_whole_name_nor_an_attribute(load):
    names = ["order_number", "email", "who", "placed_at", "total", "Colour"]
    meanings = ["order_number", "email", "first_last", "placed_at", "total", "@attribute"]
    rows = [names, ["W-1", "a@example.com", "#N/A", "2026-01-05", "30", "#N/A"]]

    load("\n".join(map(",".join, rows)), meanings=meanings)

    ann = Customer.objects.get()
    assert (ann.first_name, ann.last_name, ann.attributes) == ("", "", {})


@pytest.mark.parametrize("sku", ["0", "-", "#N/A", "null"])
def test_goods_with_a_sku_of_nothing_are_no_one_product(load, sku):
    head = "order_number,customer_id,placed_at,sku,product,quantity,price"
    load(
        f"{head}\nW-1,1,2026-01-05,{sku},Kettle,1,30\nW-2,2,2026-01-05,{sku},Sofa,1,900\nW-3,3,2026-01-05,{sku},,1,5\n"
    )

    lines = OrderLine.objects.order_by("order__number").values_list("order__number", "product__sku")
    assert list(lines) == [("W-1", "Kettle"), ("W-2", "Sofa")]
    assert list(Order.objects.order_by("number").values_list("total", flat=True)) == [30, 900, 5]


def test_a_product_needs_a_sku_of_its_own(load):
    report = load("sku,name,accessories\n0,Kettle,\n#REF!,Lid,\nK-1,Pot,K-2;0;#N/A\nK-2,Cup,\n", kind="products")
    assert [str(problem).partition(": ")[0] for problem in report.problems] == [
        "line 2, column sku, “0”",
        "line 3, column sku, “#REF!”",
    ]

    load("sku,accessories\nK-1,K-2;0;#N/A\nK-2,\n", kind="products")
    assert ProductRelation.objects.get().related.sku == "K-2"


def test_customers_of_a_file_are_read_the_same(load):
    head = "customer_id,email,phone,first_name,birth_date,tags"
    rows = (
        "0,a@example.com,+7 999 999 99 99,Ann,1900-01-01,vip;#N/A",
        "0,b@example.com,нет,Null,0000-00-00,",
        "0,none@none.com,000,Carl,,",
        ",d@example.com,,Dora,1970-01-01,",
        ",e@example.com,,Eve,1970-01-01T03:00:00+03:00,",
    )
    report = load("\n".join([head, *rows]), kind="customers")
    assert [str(one) for one in report.problems] == [
        "line 4, column customer_id, “0”: stands for nobody, and nothing else in the row names a customer"
    ]

    load("\n".join([head, *rows[:2], *rows[3:]]), kind="customers")
    people = Customer.objects.order_by("pk").values_list("external_id", "first_name", "born_on", "tags")
    assert list(people) == [
        (None, "Ann", None, ["vip"]),
        (None, "Null", None, []),
        (None, "Dora", dt.date(1970, 1, 1), []),
        (None, "Eve", None, []),
    ]


@pytest.mark.parametrize("nothing", ["1970-01-01T00:00:00Z", "01.01.0001 00:00:00", "1899-12-30", "#N/A", "1900-01-00"])
def test_a_moment_that_never_was_did_not_happen(load, nothing):
    assert load(f"{HEAD},paid_at\nW-1,7,,,Ann,2026-01-05,30,{nothing}\n").problems == []

    assert Order.objects.get().paid_at is None


@pytest.mark.parametrize("number", ["00123", "'00123", '="00123"', '"=""00123"""', "\u200b00123", "00\ufeff123"])
def test_an_order_number_is_the_same_however_it_is_kept_from_being_a_number(load, number):
    load(f"order_number,customer_id,placed_at,total\n{number},1,2026-01-05,5\n")

    assert Order.objects.get().number == "00123"


@pytest.mark.parametrize("number_format", ["00000", "00000;-00000", "[$-419]00000"])
@pytest.mark.parametrize(
    ("kind", "field"), [("orders", "order_number"), ("customers", "customer_id"), ("products", "sku")]
)
def test_a_number_shown_with_noughts_keeps_them_in_every_kind_of_file(load, kind, field, number_format):
    book, file = Workbook(), io.BytesIO()
    book.active.append([field, "customer_id", "placed_at", "total"][: 4 if kind == "orders" else 1])
    book.active.append([123, 1, "2026-01-05", 5][: 4 if kind == "orders" else 1])
    book.active["A2"].number_format = number_format
    book.save(file)

    load(file.getvalue(), kind=kind)

    found = {"orders": Order.objects, "customers": Customer.objects, "products": Product.objects}[kind].get()
    assert (getattr(found, "number", "") or getattr(found, "external_id", "") or found.sku) == "00123"


@pytest.mark.parametrize(("kind", "head", "row"), [
    ("orders", "order_number;customer_id;placed_at;total;Note;Note", "A-1;1;2026-01-05;5;a;b"),
    ("customers", "customer_id;birth_date;Note;Note", "1;0000-00-00;a;b"),
    ("products", "sku;name;Note;Note", "K-1;Kettle;a;b"),
])  # fmt: skip
@pytest.mark.parametrize("first", ["sep=;\n", '"sep=;"\r\n', "sep=;;;\n", ""])
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_what_is_no_trouble_refuses_no_kind_of_file(load, kind, head, row, first, pack):
    report = load(pack(b"\xef\xbb\xbf" + f"{first}{head}\n{row}\n".encode()), kind=kind)

    assert (report.problems, report.counts[kind].new) == ([], 1)


UNSEEN = ["\u200b", "\ufeff", "\u202e", "\u2066", "\x01", "\x1f", "\x7f", "\u00ad", "\u2060"]


@pytest.mark.parametrize("sign", UNSEEN)
def test_what_nobody_sees_is_taken_out(load, sign):
    cells = [f"W{sign}-1", f"{sign}7", f"ann{sign}@example.com", "", f"A{sign}nn", "2026-01-05", f"3{sign}0"]
    load("\n".join((HEAD.replace("first", f"fir{sign}st"), ",".join(cells))))

    order = Order.objects.get()
    assert (order.number, order.total, order.customer.external_id, order.customer.first_name) == ("W-1", 30, "7", "Ann")
    assert addresses() == [["ann@example.com"]]


def test_what_nobody_sees_is_taken_out_of_a_spreadsheet(load):
    told = ("W\u200b-1", "7", "an\ufeffn@example.com", None, "A_x0001_nn\u202e_xD83D_", "2026-01-05", "30")
    load(sheet(HEAD.split(","), told))

    assert (Order.objects.get().number, Customer.objects.get().first_name) == ("W-1", "Ann")
    assert addresses() == [["ann@example.com"]]


@pytest.mark.parametrize("line_break", ["\x0b", "\x0c", "\u2028", "\x85"])
def test_a_break_inside_a_cell_parts_words(load, line_break):
    load(f"{HEAD}\nW-1,7,,,Ann{line_break}Mary,2026-01-05,30\n")

    assert Customer.objects.get().first_name == "Ann Mary"


def test_a_nul_is_refused_in_words(load):
    report = load(f"{HEAD}\nW-1,7,,,A\0nn,2026-01-05,30\n")

    assert "column first_name, “A␀nn”: contains a NUL byte" in str(report.problems[0])


@pytest.mark.parametrize("family", ["\U0001f468\u200d\U0001f469\u200d\U0001f467", "می\u200cخواهم"])
def test_what_joins_letters_stays(load, family):
    load(f"{HEAD}\nW-1,7,,,{family},2026-01-05,30\n")

    assert Customer.objects.get().first_name == family


@pytest.mark.parametrize("kind", ["orders", "customers", "products"])
def test_a_header_alone_and_people_without_a_name_are_no_trouble(load, kind):
    head = {"orders": f"{HEAD}\n", "customers": "customer_id,first_name\n", "products": "sku,name\n"}[kind]

    assert (load(head, kind=kind).problems, load(head, kind=kind).rows) == ([], 0)
    assert load("customer_id,first_name\n7,\n", kind="customers").counts["customers"].new == 1
