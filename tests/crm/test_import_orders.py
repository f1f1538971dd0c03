import datetime as dt
import gzip
from decimal import Decimal

import psycopg
import pytest
from django.db import connection
from django.db.models import Sum

from crm.intake.files.import_file import ImportOptions, import_file
from crm.intake.files.problems import FileError
from crm.intake.files.report import ImportCount
from crm.models import Contact, Customer, CustomerStats, Event, EventInbox, MergeProposal, Order, OrderLine, Product
from crm.orders import orders
from tests.conftest import NOW, make_customer, make_order
from tests.order_files import order_file, reference

pytestmark = pytest.mark.django_db

HEAD = "order_number,customer_id,placed_at,sku,product,quantity,price"


@pytest.fixture
def load(tmp_path):
    """Import a text as a file; options by name."""

    def load(text, *, kind="orders", name="orders.csv", now=NOW, data=None, **options):
        path = tmp_path / name
        path.write_bytes(data if data is not None else text.encode())
        return import_file(kind, path, now=now, options=ImportOptions(**options))

    return load


def reasons(report):
    return [str(problem) for problem in report.problems]


def test_writes_order_with_lines_customer_product_and_historic_events(load):
    report = load(
        "order_number,customer_id,email,phone,first_name,city,placed_at,paid_at,delivered_at,currency,discount,"
        "sku,product,category,quantity,price,cost\n"
        "A-1,77,Ann@Example.com,+442079460000,Ann,Leeds,2026-01-05 10:00,2026-01-05T10:01:00Z,2026-01-08,GBP,5,"
        "K-1,Kettle,Kitchen / Kettles,2,30.00,12.5\n"
        "A-1,77,Ann@Example.com,+442079460000,Ann,Leeds,2026-01-05 10:00,2026-01-05T10:01:00Z,2026-01-08,GBP,5,"
        "F-1,Filter,,1,4.99,\n"
    )

    assert report.is_applied
    assert report.counts == {
        "orders": ImportCount(1, 0, 0),
        "customers": ImportCount(1, 0, 0),
        "products": ImportCount(2, 0, 0),
        "categories": ImportCount(2, 0, 0),
    }
    order = Order.objects.get()
    assert (order.number, order.currency, order.total, order.discount) == ("A-1", "GBP", Decimal("59.99"), Decimal(5))
    assert order.placed_at == dt.datetime(2026, 1, 5, 10, tzinfo=dt.UTC)
    assert order.delivered_at == dt.datetime(2026, 1, 8, tzinfo=dt.UTC)
    customer = Customer.objects.get()
    assert (customer.external_id, customer.first_name, customer.city) == ("77", "Ann", "Leeds")
    assert set(Contact.objects.values_list("channel", "address")) == {
        ("email", "ann@example.com"),
        ("sms", "+442079460000"),
    }
    kettle = Product.objects.get(sku="K-1")
    assert (kettle.name, str(kettle.category), str(kettle.category.parent)) == ("Kettle", "Kettles", "Kitchen")
    assert sorted(OrderLine.objects.values_list("product__sku", "quantity", "price", "cost")) == [
        ("F-1", Decimal(1), Decimal("4.99"), None),
        ("K-1", Decimal(2), Decimal(30), Decimal("12.5")),
    ]
    assert set(Event.objects.values_list("kind", "key", "is_historic")) == {
        ("order.placed", "order:A-1:placed", True),
        ("order.paid", "order:A-1:paid", True),
        ("order.delivered", "order:A-1:delivered", True),
    }
    assert not EventInbox.objects.exists()
    assert CustomerStats.objects.get().revenue == Decimal("59.99")


def test_same_file_twice_changes_nothing(load):
    text = f"{HEAD}\nA-1,1,2026-01-05,K,Kettle,1,30\nA-1,1,2026-01-05,K,Kettle,1,30\nA-2,2,2026-01-06,K,Kettle,3,30\n"
    load(text)
    before = list(OrderLine.objects.order_by("pk").values()), list(Order.objects.order_by("pk").values())

    report = load(text)

    assert report.counts == {
        "orders": ImportCount(0, 0, 2),
        "customers": ImportCount(0, 0, 2),
        "products": ImportCount(0, 0, 1),
    }
    assert before == (list(OrderLine.objects.order_by("pk").values()), list(Order.objects.order_by("pk").values()))
    assert Event.objects.count() == 2


def test_keeps_identical_lines_of_one_order(load):
    load(f"{HEAD}\nA-1,1,2026-01-05,K,Kettle,1,30\nA-1,1,2026-01-05,K,Kettle,1,30\n")

    assert OrderLine.objects.count() == 2
    assert Order.objects.get().total == 60


def test_rows_of_one_order_need_not_be_neighbours(load):
    load(f"{HEAD}\nA-1,1,2026-01-05,K,,1,30\nA-2,1,2026-01-06,K,,1,30\nA-1,1,2026-01-05,F,,2,5\n")

    assert dict(Order.objects.values_list("number", "total")) == {"A-1": 40, "A-2": 30}


def test_order_fields_may_be_left_out_after_the_first_row(load):
    load(f"{HEAD}\nA-1,1,2026-01-05,K,,1,30\nA-1,,,F,,2,5\n")

    assert Order.objects.get().total == 40


def test_later_file_adds_what_happened_since(load):
    head = "order_number,customer_id,placed_at,delivered_at,total\n"
    load(f"{head}A-1,1,2026-01-05,,30\nA-2,1,2026-01-06,,40\n")

    report = load(f"{head}A-1,1,2026-01-05,2026-01-09,30\nA-2,1,2026-01-06,,40\n")

    assert report.counts["orders"] == ImportCount(0, 1, 1)
    assert Order.objects.get(number="A-1").delivered_at == dt.datetime(2026, 1, 9, tzinfo=dt.UTC)
    assert Event.objects.filter(kind="order.delivered", is_historic=True).count() == 1


def test_empty_cells_do_not_erase_what_is_known(load):
    order = make_order(number="A-1", customer=make_customer(external_id="1"), total=30, paid_at=NOW)

    load(f"order_number,customer_id,placed_at,paid_at,total\nA-1,1,{NOW:%Y-%m-%dT%H:%M:%SZ},,30\n")

    order.refresh_from_db()
    assert order.paid_at == NOW


def test_changed_lines_replace_only_what_differs(load):
    load(f"{HEAD}\nA-1,1,2026-01-05,K,,1,30\nA-1,1,2026-01-05,F,,2,5\n")
    kept = OrderLine.objects.get(product__sku="K").pk

    report = load(f"{HEAD}\nA-1,1,2026-01-05,K,,1,30\nA-1,1,2026-01-05,F,,3,5\n")

    assert report.counts["orders"] == ImportCount(0, 1, 0)
    assert OrderLine.objects.get(product__sku="K").pk == kept
    assert OrderLine.objects.get(product__sku="F").quantity == 3
    assert CustomerStats.objects.get().revenue == 45


def test_contradicting_rows_of_one_order_are_named_with_both_lines(load):
    report = load(f"{HEAD}\nA-1,1,2026-01-05,K,,1,30\nA-2,1,2026-01-05,K,,1,30\nA-1,2,2026-01-05,F,,2,5\n")

    assert report.is_refused
    assert reasons(report) == ["line 4, column customer_id, “2”: the same order has “1” on line 2"]
    assert not Order.objects.exists()
    assert not Customer.objects.exists()


def test_cancelled_order_does_not_count(load):
    load("order_number,customer_id,placed_at,status,total\nA-1,1,2026-01-05,Cancelled,30\nA-2,1,2026-01-06,paid,40\n")

    assert Order.objects.get(number="A-1").cancelled_at == dt.datetime(2026, 1, 5, tzinfo=dt.UTC)
    assert Order.objects.get(number="A-2").paid_at is None
    assert CustomerStats.objects.get().revenue == 40


def test_returned_order_is_refunded_whole_and_once(load):
    text = "order_number,customer_id,placed_at,returned_at,sku,quantity,price\nA-1,1,2026-01-05,2026-01-09,K,2,30\n"
    load(text)

    assert load(text).counts["orders"] == ImportCount(0, 0, 1)
    order = Order.objects.get()
    assert (order.refunded, order.lines.get().returned_quantity) == (60, 2)
    assert Event.objects.get(kind="order.returned").properties == {"number": "A-1", "amount": "60.00"}
    assert CustomerStats.objects.get().revenue == 0
    # The verb recognises the return by the same key.
    assert orders.return_goods(order, at=NOW).refunded == 60


def test_price_follows_from_the_total_when_one_line_lacks_it(load):
    load("order_number,customer_id,placed_at,total,sku\nA-1,1,2026-01-05,30,K\n")

    line = OrderLine.objects.get()
    assert (line.quantity, line.price) == (1, 30)


def test_total_is_rounded_once_an_order(load):
    load("order_number,customer_id,placed_at,sku,quantity,price\n" + "A-1,1,2026-01-05,K,1,0.335\n" * 3)

    assert Order.objects.get().total == Decimal("1.01")


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("A-1,1,yesterday,K,,1,30", "line 2, column placed_at, “yesterday”: is not a moment"),
        ("A-1,1,03/04/2026,K,,1,30", "line 2, column placed_at, “03/04/2026”: is not a moment"),
        ("A-1,1,0000-01-01,K,,1,30", "line 2, column placed_at, “0000-01-01”: is not a moment"),
        ("A-1,1,0001-01-01,K,,1,30", "line 2, column placed_at, “0001-01-01”: lies before 1970"),
        ("A-1,1,2026-02-30,K,,1,30", "line 2, column placed_at, “2026-02-30”: is not a moment"),
        ("A-1,1,9999-12-31,K,,1,30", "line 2, column placed_at, “9999-12-31”: lies in the future"),
        ("A-1,1,infinity,K,,1,30", "line 2, column placed_at, “infinity”: is not a moment"),
        ("A-1,1,,K,,1,30", "line 2, column placed_at: is missing"),
        (",1,2026-01-05,K,,1,30", "line 2, column order_number: is missing"),
        ("A-1,,2026-01-05,K,,1,30", "line 2: names no customer"),
        ("A-1,1,2026-01-05,K,,1e400,30", "line 2, column quantity, “1e400”: is not a number"),
        ("A-1,1,2026-01-05,K,,NaN,30", "line 2, column quantity, “NaN”: is not a number"),
        ("A-1,1,2026-01-05,K,,-1,30", "line 2, column quantity, “-1”: must be more than 0"),
        ("A-1,1,2026-01-05,K,,0,30", "line 2, column quantity, “0”: must be more than 0"),
        ("A-1,1,2026-01-05,K,,1,-30", "line 2, column price, “-30”: must not be less than 0"),
        ("A-1,1,2026-01-05,K,,1,30.12345", "line 2, column price, “30.12345”: has more than 4 digits"),
        ("A-1,1,2026-01-05,K,,1," + "9" * 40, "line 2, column price, “" + "9" * 40 + "”: is too large"),
        ("A-1,1,2026-01-05,K,,,30", "line 2: needs a total, or quantity and price"),
        ("A-1,1,2026-01-05,K,,1", "line 2: has 6 cells where the header has 7"),
        ("A-1,1,2026-01-05,K,,1,30,more", "line 2: has 8 cells where the header has 7"),
        ("A\x001,1,2026-01-05,K,,1,30", "line 2, column order_number, “A␀1”: contains a NUL byte"),
        ('A-1,1,2026-01-05,K,"ket"tle,1,30', "line 2: the quotation marks do not match"),
        ('A-1,1,2026-01-05,K,"kettle,1,30', "line 2: a quotation mark is opened and never closed"),
        (f"A-1,1,2026-01-05,K,{'x' * 1_000_000},1,30", "line 2: a cell is longer than 131072 characters"),
        (f"A-1,1,2026-01-05,K,{'x' * 400},1,30", "is longer than 300 characters"),
    ],
)
def test_bad_rows_are_named_in_words_and_nothing_is_imported(load, row, told):
    report = load(f"{HEAD}\n{row}\nA-9,9,2026-01-05,K,,1,30\n")

    assert report.is_refused
    assert told in reasons(report)[0]
    assert not Order.objects.exists()
    assert not Product.objects.exists()


def test_every_problem_is_counted_and_the_first_fifty_told(load):
    report = load(f"{HEAD}\n" + "".join(f"A-{n},1,never,K,,x,30\n" for n in range(70)))

    assert report.problems_count == 140
    assert len(report.problems) == 50


def test_skipping_errors_leaves_out_whole_orders_and_writes_them_down(load, tmp_path):
    rejected = tmp_path / "out.csv"

    report = load(
        f"{HEAD}\nA-1,1,2026-01-05,K,,1,30\nA-1,1,2026-01-05,F,,x,5\nA-2,2,2026-01-05,K,,1,30\nA-3,2\n",
        rejected=rejected,
    )

    assert report.is_applied
    assert (report.rejected_rows, report.problems_count) == (3, 2)
    assert list(Order.objects.values_list("number", flat=True)) == ["A-2"]
    assert Customer.objects.count() == 1
    assert rejected.read_text(encoding="utf-8").splitlines() == [
        f"{HEAD},rejected_line,rejected_reason",
        "A-1,1,2026-01-05,K,,1,30,2,another row of this order was refused",
        "A-1,1,2026-01-05,F,,x,5,3,quantity: is not a number",
        "A-3,2,,,,,,5,has 2 cells where the header has 7",
    ]


def test_corrected_rejects_can_be_imported_as_they_are(load, tmp_path):
    rejected = tmp_path / "out.csv"
    load(f"{HEAD}\nA-1,1,2026-01-05,K,,x,30\n", rejected=rejected)

    report = load(rejected.read_text().replace(",x,", ",1,"))

    assert report.counts["orders"] == ImportCount(1, 0, 0)
    assert report.ignored_columns == ["rejected_line", "rejected_reason"]


def test_dry_run_counts_and_changes_nothing(load):
    report = load(f"{HEAD}\nA-1,1,2026-01-05,K,,1,30\n", is_dry_run=True)

    assert report.counts["orders"] == ImportCount(1, 0, 0)
    assert not report.is_applied
    assert not any(model.objects.exists() for model in (Order, Customer, Product, Event))


def test_order_of_another_customer_is_refused(load):
    make_order(number="A-1", customer=make_customer(external_id="1"), total=30)

    report = load("order_number,customer_id,placed_at,total\nA-1,2,2026-01-05,30\n")

    assert reasons(report) == ["line 2: is already known as an order of another customer"]


def test_total_below_the_refund_is_refused(load):
    order = make_order(number="A-1", customer=make_customer(external_id="1"), total=30)
    orders.return_goods(order, at=NOW, amount=Decimal(20))

    report = load("order_number,customer_id,placed_at,total\nA-1,1,2026-01-05,10\n")

    assert reasons(report) == ["line 2, column total, “10”: is less than what was already refunded"]


def test_unknown_columns_are_named_and_become_attributes_only_when_asked(load):
    text = "order_number,customer_id,placed_at,total,Country,shoe size\nA-1,1,2026-01-05,30,UK,\n"

    assert load(text).ignored_columns == ["Country", "shoe size"]
    assert Customer.objects.get().attributes == {}
    assert load(text, keeps_attributes=True).ignored_columns == []
    assert Customer.objects.get().attributes == {"Country": "UK"}
    assert load(text, keeps_attributes=True).counts["customers"] == ImportCount(0, 0, 1)


def test_order_file_fills_gaps_of_a_profile_and_never_overwrites_it(load):
    customer = make_customer(external_id="1", first_name="Ann", city="")

    load("order_number,customer_id,first_name,city,placed_at,total\nA-1,1,Annie,Leeds,2026-01-05,30\n")

    customer.refresh_from_db()
    assert (customer.first_name, customer.city) == ("Ann", "Leeds")


def test_customer_is_known_by_id_then_email_then_phone(load):
    by_email = make_customer(email="ann@example.com")
    by_phone = make_customer(email="", phone="+442079460001")

    load(
        "order_number,customer_id,email,phone,placed_at,total\n"
        "A-1,,ANN@example.com,,2026-01-05,1\n"
        "A-2,,,+44 20 7946 0001,2026-01-05,1\n"
        "A-3,7,new@example.com,,2026-01-05,1\n"
        "A-4,,new@example.com,+44 20 7946 0002,2026-01-06,1\n"
        "A-5,,,+44 20 7946 0002,2026-01-07,1\n"
        "A-6,8,new@example.com,,2026-01-07,1\n"
    )

    owner = dict(Order.objects.values_list("number", "customer"))
    assert (owner["A-1"], owner["A-2"]) == (by_email.pk, by_phone.pk)
    assert owner["A-3"] == owner["A-4"] == owner["A-5"]
    assert owner["A-6"] not in (owner["A-3"], by_email.pk)
    assert Customer.objects.count() == 4


def test_id_of_the_shop_is_learned_for_somebody_known_by_email(load):
    known = make_customer(email="ann@example.com")

    load("order_number,customer_id,email,placed_at,total\nA-1,7,ann@example.com,2026-01-05,1\n")

    known.refresh_from_db()
    assert known.external_id == "7"
    assert Order.objects.get().customer == known


def test_customers_of_two_ids_with_one_address_are_proposed_as_duplicates(load):
    text = "order_number,customer_id,email,placed_at,total\n" + "".join(
        f"{n},{n},{address}@example.com,2026-01-05,1\n"
        for n, address in enumerate(["ann", "ann", "bob", *["desk"] * 6], start=1)
    )
    load(text)
    load(text)

    proposal = MergeProposal.objects.get()
    assert (proposal.keeper.external_id, proposal.duplicate.external_id) == ("1", "2")


def test_live_order_told_again_by_a_file_keeps_its_events(load):
    make_order(number="A-1", customer=make_customer(external_id="1"), total=30, placed_at=NOW, delivered_at=NOW)
    before = set(Event.objects.values_list("pk", "is_historic"))

    load(f"order_number,customer_id,placed_at,delivered_at,total\nA-1,1,{NOW.isoformat()},{NOW.isoformat()},30\n")

    assert set(Event.objects.values_list("pk", "is_historic")) == before


def test_without_the_right_to_it_each_reference_is_checked_by_itself(load, django_db_blocker):
    with connection.cursor() as cursor:
        cursor.execute("CREATE ROLE importer")
        cursor.execute("GRANT ALL ON ALL TABLES IN SCHEMA public TO importer")
        cursor.execute("GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO importer")
        cursor.execute(f"GRANT TEMPORARY ON DATABASE {connection.settings_dict['NAME']} TO importer")
        cursor.execute("ALTER TABLE crm_orderline OWNER TO importer")
        cursor.execute("SET LOCAL ROLE importer")

        report = load(f"{HEAD}\nA-1,1,2026-01-05,K,,1,30\n")

        cursor.execute("RESET ROLE")
    assert report.counts["orders"] == ImportCount(1, 0, 0)
    assert OrderLine.objects.count() == 1


def indexes_of_lines():
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE tablename = 'crm_orderline' ORDER BY 1")
        return cursor.fetchall()


def test_first_lines_leave_every_index_in_place(load):
    before = indexes_of_lines()

    load(f"{HEAD}\nA-1,1,2026-01-05,K,Kettle,1,30\n")
    load(f"{HEAD}\nA-2,1,2026-01-05,K,Kettle,1,30\n")

    assert indexes_of_lines() == before
    assert OrderLine.objects.count() == 2


def test_lines_go_in_beside_somebody_who_reads_them(load):
    before = indexes_of_lines()

    with psycopg.connect(**connection.get_connection_params()) as reader:
        reader.execute("SELECT count(*) FROM crm_orderline")
        load(f"{HEAD}\nA-1,1,2026-01-05,K,Kettle,1,30\n")

    assert OrderLine.objects.count() == 1
    assert indexes_of_lines() == before


@pytest.mark.parametrize(
    ("name", "currency"),
    [
        ("cdnow_sample_orders", "USD"),
        pytest.param("olist_order_lines", "BRL", marks=pytest.mark.real_data),
    ],
)
def test_real_files_equal_the_reference(name, currency):
    expected = reference(name)

    report = import_file("orders", order_file(name), now=NOW)

    assert report.is_applied
    counted = Order.objects.counted().filter(currency=currency)
    assert counted.count() == expected["orders"]
    assert counted.aggregate(sum=Sum("total"))["sum"] == Decimal(str(expected["revenue"]))
    assert CustomerStats.objects.filter(orders_count__gt=0).count() == expected["buyers"]
    assert not EventInbox.objects.exists()


def test_zipped_file_is_read_like_a_plain_one(load):
    report = load("", data=gzip.compress(f"{HEAD}\nA-1,1,2026-01-05,K,,1,30\n".encode()))

    assert report.counts["orders"] == ImportCount(1, 0, 0)


def test_missing_columns_are_named(load):
    with pytest.raises(FileError, match="customer_id or email or phone, total or quantity \\+ price"):
        load("order_number,placed_at,quantity\n")
