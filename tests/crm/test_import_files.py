import codecs
import datetime as dt
import gzip
import io
import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from openpyxl import Workbook

from crm.intake.files.import_file import ImportOptions, import_file
from crm.intake.files.problems import FileError
from crm.intake.files.report import ImportCount
from crm.models import Category, ConsentRecord, Contact, Customer, Event, Order, Product
from tests.conftest import NOW, make_customer, make_product

pytestmark = pytest.mark.django_db

ORDERS = "order_number,customer_id,first_name,placed_at,total\nA-1,1,Анна,2026-01-05,30\n"


@pytest.fixture
def load(tmp_path):
    def load(data, *, kind="orders", **options):
        path = tmp_path / "file"
        path.write_bytes(data.encode() if isinstance(data, str) else data)
        return import_file(kind, path, now=NOW, options=ImportOptions(**options))

    return load


def sheet(*rows):
    book = Workbook()
    for row in rows:
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        pytest.param(ORDERS.encode(), "utf-8", id="utf-8"),
        pytest.param(codecs.BOM_UTF8 + ORDERS.encode(), "utf-8", id="byte order mark"),
        pytest.param(ORDERS.encode("cp1251"), "cp1251", id="cp1251"),
        pytest.param(ORDERS.replace(",", ";").encode(), "utf-8", id="semicolons"),
        pytest.param(ORDERS.replace(",", "\t").encode(), "utf-8", id="tabs"),
        pytest.param(ORDERS.replace("\n", "\r\n").encode(), "utf-8", id="windows line ends"),
        pytest.param(ORDERS.rstrip().encode(), "utf-8", id="no line end at the end"),
        pytest.param((ORDERS + "\n,,,,\n\n").encode(), "utf-8", id="empty rows at the end"),
        pytest.param(
            ORDERS.replace("order_number", " Order Number ").encode(), "utf-8", id="header as people write it"
        ),
        pytest.param(gzip.compress(ORDERS.encode()), "utf-8", id="gzip"),
        pytest.param(
            sheet(
                ["order_number", "customer_id", "first_name", "placed_at", "total"],
                ["A-1", 1.0, "Анна", dt.datetime.fromisoformat("2026-01-05"), 30],
                [None, "", None],
            ),
            "utf-8",
            id="xlsx",
        ),
    ],
)
def test_reads_files_as_people_save_them(load, data, encoding):
    report = load(data, encoding=encoding)

    assert report.counts["orders"] == ImportCount(1, 0, 0)
    order = Order.objects.select_related("customer").get()
    assert (order.customer.external_id, order.customer.first_name) == ("1", "Анна")
    assert (order.placed_at, order.total) == (dt.datetime(2026, 1, 5, tzinfo=dt.UTC), 30)


@pytest.mark.parametrize(
    ("data", "told"),
    [
        pytest.param(b"", "The file is empty", id="empty"),
        pytest.param(b"\n\n", "The file is empty", id="blank lines"),
        pytest.param(ORDERS.encode("utf-16"), "UTF-16", id="utf-16"),
        pytest.param(ORDERS.encode("cp1251"), "Line 2 holds bytes that are not UTF-8", id="broken bytes"),
        pytest.param(ORDERS.replace("\n", "\r").encode(), "Line 1, the names of the columns", id="old mac"),
        pytest.param(gzip.compress(ORDERS.encode() * 99)[:-9], "The file is damaged", id="cut gzip"),
        pytest.param(b"\x1f\x8bnot gzip at all", "The file is damaged", id="false gzip"),
        pytest.param(b"PK\x03\x04 not a sheet", "not a readable XLSX", id="false xlsx"),
        pytest.param(b"total,Total\n", "The column total is there twice", id="double column"),
        pytest.param(b"a\n", "The file lacks columns: order_number", id="no known column"),
        pytest.param(",".join(f"c{n}" for n in range(501)).encode(), "501 columns", id="501 columns"),
        pytest.param(b"x" * (5 << 20), "Line 1 does not end", id="one endless line"),
    ],
)
def test_says_in_words_why_a_file_cannot_be_read(load, data, told):
    with pytest.raises(FileError, match=told):
        load(data)

    assert not Order.objects.exists()


def test_unknown_encoding_is_said(load):
    with pytest.raises(FileError, match="no encoding “klingon”"):
        load(ORDERS, encoding="klingon")


def test_header_alone_imports_nothing(load):
    assert load(ORDERS.splitlines()[0]).rows == 0


def test_fifty_columns_are_read_and_the_unknown_told(load):
    names = ORDERS.splitlines()[0].split(",") + [f"extra {n}" for n in range(45)]

    report = load(",".join(names) + "\nA-1,1,Ann,2026-01-05,30" + ",x" * 45 + "\n")

    assert report.counts["orders"] == ImportCount(1, 0, 0)
    assert len(report.ignored_columns) == 45


def test_lines_are_counted_where_cells_hold_line_ends(load):
    report = load(ORDERS + 'A-2,2,"two\nlines",2026-01-05,30\nA-3,3,Bob,never,30\n')

    assert [problem.line for problem in report.problems] == [5]


def test_broken_byte_far_inside_is_named_by_its_line(load):
    rows = b"".join(b"A-%d,1,Ann,2026-01-05,30\n" % n for n in range(60_000))

    with pytest.raises(FileError, match="Line 60002 holds bytes"):
        load(ORDERS.splitlines()[0].encode() + b"\n" + rows + b"A-x,1,\xff,2026-01-05,30\n")


CUSTOMERS = (
    "customer_id,email,phone,first_name,birth_date,city,language,time_zone,source,tags,"
    "marketing_consent,consent_wording,consent_at\n"
)


def test_customers_come_with_profile_tags_and_consent(load):
    text = (
        CUSTOMERS + "7,Ann@example.com,+442079460000,Ann,17.05.1990,Leeds,en,Europe/London,fair,vip; tea ;vip,"
        "yes,Write to me,2025-02-03 10:00\n"
    )
    report = load(text, kind="customers")

    assert report.counts == {"customers": ImportCount(1, 0, 0), "consents": ImportCount(2, 0, 0)}
    ann = Customer.objects.get()
    assert (ann.born_on, ann.tags, ann.time_zone) == (dt.date(1990, 5, 17), ["vip", "tea"], "Europe/London")
    assert set(Contact.objects.values_list("marketing_consent", flat=True)) == {"granted"}
    record = ConsentRecord.objects.get(channel="email")
    assert (record.wording, record.source) == ("Write to me", "import")
    assert record.occurred_at == dt.datetime(2025, 2, 3, 10, tzinfo=dt.UTC)
    assert Event.objects.filter(kind="consent.changed", is_historic=True).count() == 2

    assert load(text, kind="customers").counts == {"customers": ImportCount(0, 0, 1), "consents": ImportCount(0, 0, 1)}


def test_customer_file_updates_profiles_and_leaves_what_it_does_not_tell(load):
    known = make_customer(external_id="7", first_name="Ann", city="Leeds", tags=["tea"])

    report = load("customer_id,first_name,city,tags\n7,Anna,,vip\n", kind="customers")

    known.refresh_from_db()
    assert report.counts["customers"] == ImportCount(0, 1, 0)
    assert (known.first_name, known.city, known.tags) == ("Anna", "Leeds", ["tea", "vip"])


def test_undated_yes_never_overrules_a_withdrawal(load):
    from crm import consent

    known = make_customer(email="ann@example.com")
    consent.withdraw(
        known, channel="email", address="ann@example.com", purpose="marketing", at=NOW, source="preference page"
    )

    report = load("email,marketing_consent\nann@example.com,yes\n", kind="customers")

    assert report.counts["consents"].new == 0
    assert Contact.objects.get().marketing_consent == "withdrawn"


def test_older_dated_consent_is_recorded_but_does_not_overrule_a_later_one(load):
    from crm import consent

    known = make_customer(email="ann@example.com")
    consent.withdraw(
        known, channel="email", address="ann@example.com", purpose="marketing", at=NOW, source="preference page"
    )

    report = load(
        "email,marketing_consent,consent_at\nann@example.com,yes,2025-12-01\n",
        kind="customers",
    )

    assert report.counts["consents"].new == 1
    assert Contact.objects.get().marketing_consent == "withdrawn"


def test_undated_no_withdraws(load):
    make_customer(email="ann@example.com")

    load("email,marketing_consent\nann@example.com,нет\n", kind="customers")

    assert Contact.objects.get().marketing_consent == "withdrawn"


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("7,not an address,,,,,,,,,,,", "column email, “not an address”"),
        ("7,,12,,,,,,,,,,", "column phone, “12”"),
        ("7,,,,1890-01-01,,,,,,,,", "birth date of someone alive"),
        ("7,,,,,,Klingon!,,,,,,", "is not a language"),
        ("7,,,,,,,Mars/Base,,,,,", "is not a time zone"),
        ("7,a@example.com,,,,,,,,,maybe,,", "must be yes or no"),
        ("7,,,,,,,,,,yes,,", "without the email or phone"),
        (",,,Ann,,,,,,,,,", "names no customer"),
    ],
)
def test_bad_customers_are_named_in_words(load, row, told):
    report = load(CUSTOMERS + row + "\n", kind="customers")

    assert report.is_refused
    assert told in str(report.problems[0])
    assert not Customer.objects.exists()


def test_products_come_with_their_categories_and_are_updated(load):
    make_product(sku="K-1", name="Old", price=10)
    text = (
        "sku,name,category,kind,price_tier,complexity,warranty_months,repurchase_days,instructions_url,price,cost,"
        "in_stock\n"
        'K-1,"Kettle, red",Kitchen / Kettles,goods,premium,complex,24,,https://example.com/k,"1 299,50",700,no\n'
        "F-1,Filter,Kitchen,goods,,,,60,,5,,yes\n"
    )
    report = load(text, kind="products")

    assert report.counts == {"products": ImportCount(1, 1, 0), "categories": ImportCount(2, 0, 0)}
    kettle = Product.objects.get(sku="K-1")
    assert (kettle.name, kettle.price, kettle.warranty_months, kettle.is_in_stock) == ("Kettle, red", 1299.5, 24, False)
    assert set(Category.objects.values_list("name", "parent__name")) == {("Kitchen", None), ("Kettles", "Kitchen")}
    assert load(text, kind="products").counts == {"products": ImportCount(0, 0, 2)}


def test_link_of_a_product_must_be_a_web_address(load):
    report = load("sku,instructions_url\nK-1,javascript:alert(1)\n", kind="products")

    assert "is not a web address" in str(report.problems[0])


def test_command_tells_counts_problems_and_where_rejects_are(tmp_path, capsys):
    path = tmp_path / "orders.csv"
    path.write_text(ORDERS + "A-2,2,Bob,never,30\n")

    with pytest.raises(CommandError, match="Nothing was imported: 1 problems in 2 rows"):
        call_command("import_data", "orders", str(path))
    assert "line 3, column placed_at, “never”" in capsys.readouterr().err

    call_command("import_data", "orders", str(path), "--skip-errors")
    out = capsys.readouterr().out
    assert "orders: 1 new, 0 changed, 0 unchanged" in out
    assert "1 rows were refused" in out
    assert (tmp_path / "orders.csv.rejected.csv").read_text().count("\n") == 2


def test_command_says_what_is_wrong_with_a_file(tmp_path):
    with pytest.raises(CommandError, match="There is no file"):
        call_command("import_data", "orders", str(tmp_path / "nowhere.csv"))


READ = """
import resource, sys
from pathlib import Path
import django; django.setup()
from crm.intake.files.import_file import ImportOptions, import_file
from django.utils import timezone
from django.db import connection
connection.settings_dict["NAME"] = sys.argv[2]
import_file("orders", Path(sys.argv[1]), now=timezone.now(), options=ImportOptions(is_dry_run=True))
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


def peak_megabytes(tmp_path, rows):
    """Of a process of its own that reads so many rows, no two alike, and refuses them at the end."""
    from django.db import connection

    path = tmp_path / f"{rows}.csv"
    with path.open("w") as file:
        file.write("order_number,customer_id,placed_at,sku,product,quantity,price\n")
        file.writelines(f"A-{n},C-{n},2026-01-05,SKU-{n},{'Kettle' * 8} {n},1,{n}\n" for n in range(rows))
        file.write("A-0,1,never,K,K,1,1\n")
    done = subprocess.run(
        [sys.executable, "-c", READ, str(path), str(connection.settings_dict["NAME"])],
        capture_output=True,
        text=True,
        check=False,
        cwd=settings.BASE_DIR,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings"},
    )
    assert done.returncode == 0, done.stderr
    return int(done.stdout)


def test_memory_does_not_grow_with_the_file(tmp_path):
    """What is remembered is bounded; past that bound three times the rows take no more."""
    small = peak_megabytes(tmp_path, 60_000)

    assert peak_megabytes(tmp_path, 180_000) < small + 30
