import datetime as dt
from decimal import Decimal

import pytest
from django.contrib.auth.models import User

from crm.intake.files.import_file import ImportOptions, import_file
from crm.intake.files.report import ImportCount
from crm.models import ConsentRecord, Contact, Event, Milestone, Order, OrderLine, Product, ProductRelation
from crm.orders import orders
from tests.conftest import NOW, make_customer, make_order, make_product

pytestmark = pytest.mark.django_db

HEAD = "order_number,customer_id,placed_at,total"
LINES = "order_number,customer_id,placed_at,returned_at,refunded,sku,quantity,price,returned_quantity"


@pytest.fixture
def load(tmp_path):
    def load(text, *, kind="orders", **options):
        path = tmp_path / "file.csv"
        path.write_text(text)
        return import_file(kind, path, now=NOW, options=ImportOptions(**options))

    return load


def reasons(report):
    return [str(problem) for problem in report.problems]


def test_an_order_tells_what_chains_ask_for(load):
    anna = User.objects.create_user("anna", first_name="Анна", last_name="Ли", is_staff=True)

    report = load(
        f"{HEAD},kind,promised_at,appointment_at,payment_due_at,tracking_number,receipt_url,source,responsible,"
        "milestones,external_id\n"
        "A-1,1,2026-03-01,900,услуга,2026-04-01,2026-03-20 10:00,2026-03-15,RR123,https://shop.example/r/1,Instagram,"
        "ли анна,Foundation@2026-03-02; Frame @ 2026-03-05 12:00,8842\n"
    )

    assert report.problems == []
    order = Order.objects.get()
    assert (order.kind, order.tracking_number, order.source) == ("service", "RR123", "Instagram")
    assert (order.external_id, order.responsible) == ("8842", anna)
    assert order.receipt_url == "https://shop.example/r/1"
    assert order.promised_at == dt.datetime(2026, 4, 1, tzinfo=dt.UTC)
    assert order.appointment_at == dt.datetime(2026, 3, 20, 10, tzinfo=dt.UTC)
    assert order.payment_due_at == dt.datetime(2026, 3, 15, tzinfo=dt.UTC)
    assert list(Milestone.objects.order_by("reached_at").values_list("name", "reached_at")) == [
        ("Foundation", dt.datetime(2026, 3, 2, tzinfo=dt.UTC)),
        ("Frame", dt.datetime(2026, 3, 5, 12, tzinfo=dt.UTC)),
    ]
    assert Event.objects.filter(kind="order.milestone", is_historic=True).count() == 2


def test_a_moved_promise_and_a_new_stage_change_a_known_order_once(load):
    text = f"{HEAD},promised_at,milestones\nA-1,1,2026-03-01,900,{{}},{{}}\n"
    load(text.format("2026-04-01", "Frame@2026-03-05"))
    later = text.format("2026-04-08", "Frame@2026-03-05; Roof@2026-03-09")

    assert load(later).counts["orders"] == ImportCount(0, 1, 0)
    assert load(later).counts["orders"] == ImportCount(0, 0, 1)
    moved = Event.objects.get(kind="order.promise_moved")
    assert [dt.datetime.fromisoformat(moved.properties[name]).day for name in ("from", "to")] == [1, 8]
    assert Milestone.objects.count() == 2


def test_a_milestone_already_reached_live_stays(load):
    order = make_order(number="A-1", customer=make_customer(external_id="1"), total=900, placed_at=NOW)
    orders.reach_milestone(order, "Frame", at=NOW)

    load(f"{HEAD},milestones\nA-1,1,{NOW:%Y-%m-%dT%H:%M:%SZ},900,Frame@2026-03-01\n")

    assert Milestone.objects.get().reached_at == NOW
    assert Event.objects.filter(kind="order.milestone").count() == 1


@pytest.mark.parametrize(
    ("column", "cell", "reason"),
    [
        ("responsible", "nobody", "is not one of the staff"),
        ("milestones", "Frame", "must be written as name@moment"),
        ("milestones", "Frame@2030-01-01", "lies in the future"),
        ("kind", "thing", "must be one of: goods, service"),
        ("promised_at", "2999-01-01", "lies too far ahead"),
        ("receipt_url", "javascript:alert(1)", "is not a web address"),
    ],
)
def test_what_cannot_be_true_of_an_order_is_refused_in_words(load, column, cell, reason):
    report = load(f"{HEAD},{column}\nA-1,1,2026-03-01,900,{cell}\n")

    assert report.is_refused
    assert f"column {column}, “{cell}”: {reason}" in reasons(report)[0]


def test_two_staff_of_one_name_are_told_apart_by_user_name(load):
    for name in ("anna", "anna2"):
        User.objects.create_user(name, first_name="Anna", last_name="Lee", is_staff=True)

    assert load(f"{HEAD},responsible\nA-1,1,2026-03-01,900,Anna Lee\n").is_refused
    load(f"{HEAD},responsible\nA-1,1,2026-03-01,900,Anna2\n")

    assert Order.objects.get().responsible.username == "anna2"


def test_an_id_of_another_order_is_refused(load):
    make_order(number="A-0", customer=make_customer(), total=1, external_id="X")

    report = load(f"{HEAD},external_id\nA-1,1,2026-03-01,9,X\nA-2,1,2026-03-01,9,Y\nA-3,1,2026-03-01,9,Y\n")

    assert [problem.line for problem in report.problems] == [2, 3, 4]
    assert {problem.reason for problem in report.problems} == {"is the id of another order"}


def test_part_of_an_order_comes_back_by_line(load):
    report = load(f"{LINES}\nA-1,1,2026-03-01,2026-03-05,12.50,K,2,30,1\nA-1,1,2026-03-01,2026-03-05,12.50,F,1,10,\n")

    assert report.problems == []
    order = Order.objects.get()
    assert (order.total, order.refunded) == (70, Decimal("12.50"))
    assert dict(OrderLine.objects.values_list("product__sku", "returned_quantity")) == {"K": 1, "F": 0}
    event = Event.objects.get(kind="order.returned")
    assert event.properties == {"number": "A-1", "amount": "12.50"}
    assert event.key == f"order:A-1:returned:{order.returned_at.timestamp():.6f}"


def test_goods_that_came_back_are_refunded_at_what_was_paid(load):
    text = "order_number,customer_id,placed_at,returned_at,discount,sku,quantity,price,returned_quantity\n"
    load(f"{text}A-1,1,2026-03-01,2026-03-05,10,K,2,40,1\nA-1,1,2026-03-01,2026-03-05,10,F,1,20,0\n")

    order = Order.objects.get()
    assert (order.total, order.refunded) == (90, 36)


def test_a_later_file_tells_that_more_came_back(load):
    load(f"{LINES}\nA-1,1,2026-03-01,2026-03-05,10,K,3,30,1\n")
    later = f"{LINES}\nA-1,1,2026-03-01,2026-03-07,40,K,3,30,2\n"

    assert load(later).counts["orders"] == ImportCount(0, 1, 0)
    assert load(later).counts["orders"] == ImportCount(0, 0, 1)
    assert Order.objects.get().refunded == 40
    assert OrderLine.objects.get().returned_quantity == 2
    amounts = Event.objects.filter(kind="order.returned").order_by("occurred_at").values_list("properties__amount")
    assert [amount for (amount,) in amounts] == ["10.00", "30.00"]


def test_a_return_known_from_elsewhere_is_not_booked_again(load):
    order = make_order(number="A-1", customer=make_customer(external_id="1"), total=90, placed_at=NOW)
    orders.return_goods(order, at=NOW, amount=Decimal(10))
    moment = f"{NOW:%Y-%m-%dT%H:%M:%SZ}"

    report = load(f"{HEAD},returned_at,refunded\nA-1,1,{moment},90,{moment},10\n")

    assert report.counts["orders"] == ImportCount(0, 0, 1)
    assert Event.objects.filter(kind="order.returned").count() == 1


def test_a_whole_return_without_figures_is_booked_as_before(load):
    load("order_number,customer_id,placed_at,returned_at,sku,quantity,price\nA-1,1,2026-03-01,2026-03-05,K,2,30\n")

    assert Order.objects.get().refunded == 60
    assert OrderLine.objects.get().returned_quantity == 2
    assert Event.objects.get(kind="order.returned").key == "order:A-1:returned"


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("A-1,1,2026-03-01,,5,K,2,30,", "returned_at: is missing: when was it given back?"),
        ("A-1,1,2026-03-01,,,K,2,30,1", "returned_at: is missing: when was it given back?"),
        ("A-1,1,2026-03-01,2026-03-05,99,K,2,30,1", "refunded, “99”: is more than the order came to"),
        ("A-1,1,2026-03-01,2026-03-05,,K,2,30,3", "returned_quantity, “3”: is more than was bought"),
    ],
)
def test_returns_that_cannot_be_are_refused_in_words(load, row, reason):
    report = load(f"{LINES}\n{row}\n")

    assert reason in reasons(report)[0]
    assert not Order.objects.exists()


def test_consents_come_by_channel_with_words_and_moment(load):
    report = load(
        "customer_id,email,phone,email_consent,email_consent_wording,email_consent_at,sms_consent,sms_consent_at\n"
        "1,ann@example.com,+442079460000,yes,Write to me,2026-03-01 10:00,no,2026-03-02\n",
        kind="customers",
    )

    assert report.counts["consents"] == ImportCount(2, 0, 0)
    assert set(ConsentRecord.objects.values_list("channel", "action", "wording", "occurred_at__day")) == {
        ("email", "granted", "Write to me", 1),
        ("sms", "withdrawn", "", 2),
    }
    assert dict(Contact.objects.values_list("channel", "marketing_consent")) == {
        "email": "granted",
        "sms": "withdrawn",
    }


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ("a@example.com,,yes,,2026-03-01", "email_consent_wording: is missing"),
        ("a@example.com,,yes,Write,", "email_consent_at: is missing"),
        ("a@example.com,,no,,", "email_consent_at: is missing"),
        (",+442079460000,yes,Write,2026-03-01", "email_consent: is told without the address it is about: email"),
    ],
)
def test_a_consent_without_words_moment_or_address_is_refused(load, cells, reason):
    head = "email,phone,email_consent,email_consent_wording,email_consent_at"

    report = load(f"{head}\n{cells}\n", kind="customers")

    assert reason in reasons(report)[0]
    assert not ConsentRecord.objects.exists()


def test_products_say_what_goes_with_them(load):
    make_product(sku="OLD")
    text = "sku,accessories,consumables,upgrades,services\nK-1,C-1;C-2,F-1,OLD,\nC-1,,,,\nC-2,,,,\nF-1,,,,\n"

    report = load(text, kind="products")

    assert report.counts["relations"] == ImportCount(4, 0, 0)
    assert set(ProductRelation.objects.values_list("product__sku", "related__sku", "kind")) == {
        ("K-1", "C-1", "accessory"),
        ("K-1", "C-2", "accessory"),
        ("K-1", "F-1", "consumable"),
        ("K-1", "OLD", "upgrade"),
    }
    assert load(text, kind="products").counts["relations"] == ImportCount(0, 0, 4)


def test_relations_to_nothing_or_to_itself_are_refused(load):
    report = load("sku,accessories\nK-1,K-9\nK-2,K-2\n", kind="products")

    assert reasons(report) == [
        "line 2, column accessories, “K-9”: names a product that is neither in the file nor known",
        "line 3, column accessories, “K-2”: names the product itself",
    ]
    assert not Product.objects.exists()


def test_preview_names_the_first_new_products_and_categories(load):
    make_product(sku="P-00", category="Kitchen")
    rows = "".join(f"P-{number:02},Thing {number},Kitchen / Kettles\n" for number in range(30))

    counts = load(f"sku,name,category\n{rows}", kind="products", is_dry_run=True).counts

    assert (counts["products"].new, len(counts["products"].names)) == (29, 20)
    assert counts["products"].names[0] == "P-01 Thing 1"
    assert (counts["categories"].new, counts["categories"].names) == (1, ["Kitchen / Kettles"])
