import datetime as dt
from decimal import Decimal

import pytest
from django.contrib.auth.models import Group, User
from django.utils import timezone

from crm.customers.find_or_create import find_or_create
from crm.intake import deliveries
from crm.intake.arrival import Arrival
from crm.intake.doors import read
from crm.intake.facts import CustomerFact, NotYet, OrderFact
from crm.intake.files.import_file import ImportOptions, import_file
from crm.intake.files.report import ImportCount
from crm.intake.recording import record_fact
from crm.models import CustomerStats, Delivery, ExchangeRate, Order, OrderStanding, Product, Source
from crm.orders import orders
from crm.orders.catalogue import LineData
from crm.orders.exchange import RateUnknown, apply_rate
from crm.shop_currency import shop_currency

pytestmark = pytest.mark.django_db

KETTLE = LineData("K-1", Decimal(1), Decimal(100), name="Kettle", cost=Decimal(40))
MARCH_10 = dt.datetime(2026, 3, 10, 12, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def counts_in_euros(settings):
    settings.CURRENCY = "EUR"


@pytest.fixture
def source():
    return Source.objects.create(kind="webhook", name="Till", secret="whsec_")


@pytest.fixture
def ann(now):
    return find_or_create(external_id="7", now=now)


def rate(day, worth, currency="USD"):
    return ExchangeRate.objects.create(currency=currency, day=dt.date(2026, 3, day), rate=Decimal(worth))


def test_an_order_counts_at_the_rate_of_its_day(ann):
    rate(1, "0.80")
    rate(9, "0.90")
    rate(11, "0.95")

    placed = orders.place("A-1", customer=ann, placed_at=MARCH_10, currency="usd", lines=[KETTLE])

    placed.refresh_from_db()
    assert (placed.currency, placed.rate, placed.total) == ("USD", Decimal("0.9"), 100)
    assert placed.total_in_shop_currency == 90
    standing = OrderStanding.objects.get()
    assert (standing.net_revenue, standing.margin) == (90, 50)
    assert CustomerStats.objects.get().revenue == 90
    assert Product.objects.get().price == 90


def test_an_order_without_a_rate_is_refused_in_words(ann):
    rate(11, "0.95")

    with pytest.raises(RateUnknown, match="No rate of USD to EUR"):
        orders.place("A-1", customer=ann, placed_at=MARCH_10, currency="USD", lines=[KETTLE])

    assert not Order.objects.exists()


def test_what_waits_for_a_rate_is_applied_when_it_is_typed(source, client):
    told = {
        "number": "A-1",
        "customer": {"id": "7"},
        "placed_at": MARCH_10.isoformat(),
        "currency": "USD",
        "total": "10",
    }
    deliveries.keep(source, Arrival("m1", "order.created", {"type": "order.created", "data": told}), timezone.now())
    assert deliveries.apply_due(timezone.now(), read) == {"waiting": 1}
    assert "No rate of USD" in Delivery.objects.get().reason
    manager = User.objects.create_user("manager", password="secret", is_staff=True)
    manager.groups.add(Group.objects.get(name="Managers"))
    client.force_login(manager)

    client.post("/admin/crm/exchangerate/add/", {"currency": "USD", "day": "2026-03-01", "rate": "0.5"})
    deliveries.apply_due(timezone.now(), read)

    assert CustomerStats.objects.get().revenue == 5


def test_a_corrected_rate_counts_the_orders_of_its_days_anew(ann):
    first, later = rate(1, "0.80"), rate(10, "0.90")
    for number, day in (("A-1", 9), ("A-2", 10)):
        at = MARCH_10.replace(day=day)
        orders.place(number, customer=ann, placed_at=at, currency="USD", total=Decimal(100))
    first.rate = Decimal("0.50")
    first.save()

    assert apply_rate(first) == 1

    assert CustomerStats.objects.get().revenue == 140
    assert apply_rate(later) == 0


def test_a_rate_that_came_with_the_order_stays(source):
    fact = OrderFact(
        number="A-1", customer=CustomerFact(external_id="7"), placed_at=MARCH_10, currency="USD",
        total=Decimal(100), rate=Decimal("0.7"),
    )  # fmt: skip
    record_fact(fact, source, MARCH_10)

    assert apply_rate(rate(1, "0.80")) == 0

    assert CustomerStats.objects.get().revenue == 70


def test_another_currency_for_a_known_order_is_refused(source):
    rate(1, "0.80")
    fact = OrderFact(number="A-1", customer=CustomerFact(external_id="7"), placed_at=MARCH_10, total=Decimal(100))
    record_fact(fact, source, MARCH_10)

    with pytest.raises(ValueError, match="is in EUR, and is told in USD"):
        record_fact(OrderFact(number="A-1", currency="USD", total=Decimal(90)), source, MARCH_10)


def test_a_refund_lowers_revenue_at_the_rate_of_the_order(ann):
    rate(1, "0.5")
    placed = orders.place("A-1", customer=ann, placed_at=MARCH_10, currency="USD", lines=[KETTLE])

    orders.return_goods(placed, at=MARCH_10 + dt.timedelta(days=1), amount=Decimal(30))

    assert CustomerStats.objects.get().revenue == 35


def test_an_order_of_no_known_currency_waits(source):
    fact = OrderFact(
        number="A-1", customer=CustomerFact(external_id="7"), placed_at=MARCH_10, currency="JPY", total=Decimal(9)
    )

    with pytest.raises(NotYet, match="JPY"):
        record_fact(fact, source, MARCH_10)


@pytest.fixture
def load(tmp_path, now):
    def load_orders(*rows, columns="order_number,customer_id,placed_at,currency,total", **options):
        path = tmp_path / "orders.csv"
        path.write_text("\n".join([columns, *rows]) + "\n")
        return import_file("orders", path, now=now, options=ImportOptions(**options))

    return load_orders


def worth():
    return {order.number: order.total_in_shop_currency for order in Order.objects.all()}


def test_orders_of_a_file_count_at_the_rate_of_their_days(load):
    rate(1, "0.80")
    rate(9, "0.90")

    load("A-1,1,2026-03-05,USD,100", "A-2,1,2026-03-10,USD,100", "A-3,2,2026-03-10,EUR,100", "A-4,2,2026-03-10,,100")

    assert worth() == {"A-1": 80, "A-2": 90, "A-3": 100, "A-4": 100}
    assert sorted(CustomerStats.objects.values_list("revenue", flat=True)) == [170, 200]


def test_a_file_with_an_order_of_an_unknown_rate_is_refused_and_names_it(load):
    rate(9, "0.90")

    report = load("A-1,1,2026-03-05,USD,100", "A-2,1,2026-03-10,USD,100", "A-3,2,2026-03-10,EUR,100")

    assert [(one.line, one.column, one.value) for one in report.problems] == [(2, "currency", "USD")]
    assert "the shop counts in EUR, and no rate of USD is known for 2026-03-05" in report.problems[0].reason
    assert not Order.objects.exists()


def test_a_rate_in_the_file_is_that_orders_own(load, now):
    rate(1, "0.80")
    columns = "order_number,customer_id,placed_at,currency,rate,total"

    load("A-1,1,2026-03-05,USD,0.85,100", "A-2,1,2026-03-05,USD,,100", columns=columns)
    apply_rate(rate(2, "0.70"))
    again = load("A-1,1,2026-03-05,USD,0.85,100", columns=columns)

    assert worth() == {"A-1": 85, "A-2": 70}
    assert again.counts["orders"] == ImportCount(0, 0, 1)


def test_a_total_corrected_by_a_file_keeps_the_currency_of_its_order(load):
    rate(1, "0.80")
    load("A-1,1,2026-03-05,USD,100")

    load("A-1,1,2026-03-05,50", columns="order_number,customer_id,placed_at,total")

    assert worth() == {"A-1": 40}


def test_products_of_a_file_are_priced_in_the_shops_currency(load):
    rate(1, "0.80")

    load(
        "A-1,1,2026-03-05,USD,K-1,1,100",
        "A-2,1,2026-03-05,EUR,F-1,1,10",
        columns="order_number,customer_id,placed_at,currency,sku,quantity,price",
    )

    assert dict(Product.objects.values_list("sku", "price")) == {"K-1": 80, "F-1": 10}


def test_a_shop_that_named_no_currency_counts_in_that_of_its_first_order(load, settings):
    settings.CURRENCY = ""

    report = load("A-1,1,2026-03-05,GBP,100", "A-2,1,2026-03-06,GBP,100")
    other = load("A-3,1,2026-03-07,JPY,9000")

    assert (report.is_applied, worth(), shop_currency()) == (True, {"A-1": 100, "A-2": 100}, "GBP")
    assert "the shop counts in GBP" in other.problems[0].reason


def test_the_first_order_of_a_mixed_file_says_what_the_shop_counts_in(load, settings):
    settings.CURRENCY = ""

    report = load("A-1,1,2026-03-05,GBP,100", "A-2,1,2026-03-06,JPY,9000")

    assert [one.line for one in report.problems] == [3]
    assert "the shop counts in GBP" in report.problems[0].reason


def test_the_first_order_of_a_door_says_what_the_shop_counts_in(ann, settings):
    settings.CURRENCY = ""

    orders.place("A-1", customer=ann, placed_at=MARCH_10, currency="GBP", lines=[KETTLE])

    assert (worth(), shop_currency()) == ({"A-1": 100}, "GBP")
    with pytest.raises(RateUnknown, match="No rate of USD to GBP"):
        orders.place("A-2", customer=ann, placed_at=MARCH_10, currency="USD", lines=[KETTLE])


def test_a_new_shop_counts_in_euros_until_it_has_an_order(settings):
    settings.CURRENCY = ""

    assert shop_currency() == "EUR"
