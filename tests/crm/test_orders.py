import datetime as dt
import re
from decimal import Decimal

import pytest

from crm.models import Category, CustomerStats, Event, EventInbox, Milestone, Order, Product
from crm.orders import orders
from crm.orders.orders import LineData
from tests.conftest import make_customer, make_order, make_product

pytestmark = pytest.mark.django_db

KETTLE = LineData("K-1", Decimal(2), Decimal("49.90"), Decimal(30), "Kettle", "Kitchen / Kettles")
MUG = LineData("M-1", Decimal(4), Decimal(5), name="Mug", category="Kitchen")


def stats_of(customer):
    return CustomerStats.objects.get(customer=customer)


def test_placing_writes_order_lines_products_event_and_figures(now):
    customer = make_customer()

    order = orders.place("A-1", customer=customer, placed_at=now, lines=[KETTLE, MUG], discount=Decimal("9.80"),
                         coupon_code="SPRING", promised_at=now + dt.timedelta(days=3))  # fmt: skip

    assert (order.total, order.discount, order.currency) == (Decimal("110.00"), Decimal("9.80"), "EUR")
    assert list(order.lines.values_list("product__sku", "quantity", "price", "cost")) == [
        ("K-1", 2, Decimal("49.90"), 30),
        ("M-1", 4, 5, None),
    ]
    assert Product.objects.get(sku="K-1").category == Category.objects.get(name="Kettles", parent__name="Kitchen")
    event = Event.objects.get(kind="order.placed")
    assert (event.customer, event.order, event.occurred_at) == (customer, order, now)
    assert (event.source, event.key, event.properties) == ("crm", "order:A-1:placed", {"number": "A-1"})
    assert stats_of(customer).revenue == Decimal("110.00")


def test_a_number_is_placed_once(now):
    customer = make_customer()

    first = orders.place("A-1", customer=customer, placed_at=now, lines=[KETTLE])
    again = orders.place("A-1", customer=make_customer(), placed_at=now, total=Decimal(1))

    assert again == first
    assert (Order.objects.count(), first.lines.count()) == (1, 1)
    assert Event.objects.filter(kind="order.placed").count() == 1
    assert stats_of(customer).orders_count == 1


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"lines": []}, "order A-1: needs a total or lines"),
        ({"lines": [MUG, LineData("", Decimal(1), Decimal(1))]}, "order A-1, line 2: needs a SKU"),
        ({"lines": [LineData("x", Decimal(0), Decimal(1))]}, "line 1: quantity is zero"),
        ({"lines": [LineData("x", Decimal("0.0001"), Decimal(1))]}, "line 1: quantity is zero"),
        ({"lines": [LineData("x", Decimal(-1), Decimal(1))]}, "line 1: quantity is below zero"),
        ({"lines": [LineData("x", Decimal(1), Decimal("NaN"))]}, "line 1: price is not a number"),
        ({"lines": [LineData("x", Decimal(1), Decimal("1e400"))]}, "line 1: price is too large"),
        ({"lines": [LineData("x", Decimal(1), Decimal(1), Decimal(-1))]}, "line 1: cost is below zero"),
        ({"lines": [MUG], "discount": Decimal(21)}, "the discount is larger than the goods"),
        ({"total": Decimal(-1)}, "total is below zero"),
        ({"total": Decimal("Infinity")}, "total is not a number"),
        ({"total": "a lot"}, "total is not a number"),
        ({"total": 1, "lines": [LineData("x", Decimal(10**8), Decimal(10**9))]}, "total is too large"),
        ({"total": 1, "lines": [LineData("x", Decimal(10**8), Decimal(1), Decimal(10**9))]}, "total is too large"),
    ],
)
def test_bad_figures_are_refused_with_their_place(told, words, now):
    customer = make_customer()

    with pytest.raises(ValueError, match=words):
        orders.place("A-1", customer=customer, placed_at=now, **told)

    assert not Order.objects.exists()
    assert not Product.objects.exists()


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"currency": "EURO"}, "order A-1: currency: "),
        ({"tracking_number": "x" * 101}, "tracking number: .*100"),
        ({"receipt_url": "javascript:alert(1)"}, "receipt link: .*URL"),
        ({"kind": "gift"}, "kind: .*gift"),
        ({"coupon_code": "a\0b"}, "coupon: holds an unprintable"),
    ],
)
def test_values_no_column_can_hold_are_refused_in_words(told, words, now):
    with pytest.raises(ValueError, match=words):
        orders.place("A-1", customer=make_customer(), placed_at=now, total=Decimal(1), **told)

    assert not Order.objects.exists()


@pytest.mark.parametrize("number", ["", "  ", "x" * 101, "A\0"])
def test_an_order_needs_a_number(number, now):
    with pytest.raises(ValueError, match="needs a number"):
        orders.place(number, customer=make_customer(), placed_at=now, total=Decimal(1))


def test_a_moment_without_zone_is_refused(now):
    order = make_order(total=Decimal(1))

    with pytest.raises(ValueError, match="time zone"):
        orders.deliver(order, at=now.replace(tzinfo=None))
    with pytest.raises(ValueError, match="time zone"):
        orders.place("A-1", customer=order.customer, placed_at=now.replace(tzinfo=None), total=Decimal(1))


def test_an_order_of_services_is_a_service(now):
    visit, kettle = make_product(kind="service"), make_product()

    assert make_order(product=visit).kind == "service"
    assert make_order(lines=[LineData(p.sku, Decimal(1), Decimal(1)) for p in (visit, kettle)]).kind == "goods"
    assert make_order(product=kettle, kind="service").kind == "service"


def test_the_cost_of_the_product_stands_in_for_that_of_the_line():
    order = make_order(product=make_product(price=Decimal(100), cost=Decimal(60)))

    assert stats_of(order.customer).margin == 40


@pytest.mark.parametrize(
    ("verb", "moment", "kind"),
    [
        (orders.pay, "paid_at", "order.paid"),
        (orders.ship, "shipped_at", "order.shipped"),
        (orders.deliver, "delivered_at", "order.delivered"),
        (orders.cancel, "cancelled_at", "order.cancelled"),
    ],
)
def test_a_moment_happens_once_and_the_first_report_stands(verb, moment, kind, now):
    order = make_order(total=Decimal(10))
    stale = Order.objects.get()

    verb(order, at=now)
    verb(order, at=now)
    verb(stale, at=now + dt.timedelta(days=1))

    assert getattr(order, moment) == getattr(stale, moment) == now
    event = Event.objects.get(kind=kind)
    assert (event.occurred_at, event.properties) == (now, {"number": order.number})
    assert EventInbox.objects.filter(consumer="chains", event=event, customer=order.customer).count() == 1


def test_a_tracking_number_may_come_later(now):
    order = make_order(total=Decimal(10), shipped_at=now)

    orders.ship(order, at=now, tracking_number="RR123")

    order.refresh_from_db()
    assert order.tracking_number == "RR123"
    assert Event.objects.filter(kind="order.shipped").count() == 1


def test_a_cancelled_order_counts_nowhere(now):
    customer = make_customer()
    kept = make_order(customer=customer, total=Decimal(10), placed_at=now)
    gone = make_order(customer=customer, total=Decimal(99), placed_at=now - dt.timedelta(days=1))
    assert kept.standing.ordinal == 2

    orders.cancel(gone, at=now)

    kept.refresh_from_db()
    assert (stats_of(customer).orders_count, stats_of(customer).revenue) == (1, 10)
    assert (kept.standing.ordinal, kept.standing.previous_at) == (1, None)
    assert not hasattr(Order.objects.get(pk=gone.pk), "standing")


def test_a_whole_return_gives_everything_back_once(now):
    order = make_order(lines=[KETTLE])

    orders.return_goods(order, at=now)
    orders.return_goods(order, at=now + dt.timedelta(days=1))

    line = order.lines.get()
    assert (order.refunded, order.returned_at, line.returned_quantity) == (Decimal("99.80"), now, 2)
    event = Event.objects.get(kind="order.returned")
    assert event.properties == {"number": order.number, "amount": "99.80", "lines": {"K-1": "2.000"}}
    stats = stats_of(order.customer)
    assert (stats.orders_count, stats.revenue, stats.margin, stats.returns_count) == (1, 0, 0, 1)


def test_returned_goods_are_refunded_at_what_was_paid_for_them(now):
    order = make_order(lines=[KETTLE, MUG], discount=Decimal("11.98"))
    assert order.total == Decimal("107.82")

    orders.return_goods(order, at=now, lines={"K-1": Decimal(1)})
    orders.return_goods(order, at=now, lines={"K-1": Decimal(1)})

    assert order.refunded == Decimal("44.91")
    assert order.lines.get(product__sku="K-1").returned_quantity == 1


def test_a_refund_leaves_the_goods_with_the_customer(now):
    order = make_order(lines=[KETTLE])

    orders.return_goods(order, at=now, amount=Decimal(10), key="r-1")
    orders.return_goods(order, at=now + dt.timedelta(days=9), amount=Decimal(10), key="r-1")

    assert (order.refunded, order.lines.get().returned_quantity) == (10, 0)
    assert stats_of(order.customer).margin == Decimal("29.80")


def test_the_goods_of_a_refund_may_be_told_after_its_money(now):
    order = make_order(placed_at=now, lines=[orders.LineData("K-1", Decimal(2), Decimal(40))])

    orders.return_goods(order, at=now, amount=Decimal(40), key="r-1")
    for _turn in range(2):
        orders.return_goods(order, at=now, amount=Decimal(40), lines={"K-1": Decimal(1)}, key="r-1")

    assert (order.refunded, order.lines.get().returned_quantity) == (40, 1)
    assert Event.objects.filter(kind="order.returned").count() == 1


def test_no_more_comes_back_than_was_bought(now):
    order = make_order(lines=[KETTLE, KETTLE])

    orders.return_goods(order, at=now, lines={"K-1": Decimal(3)}, amount=Decimal(10), key="1")
    for asked, why in [
        ({"lines": {"K-1": Decimal(2)}}, f"order {order.number}: 2 × K-1 cannot come back, 1 is left."),
        (
            {"amount": order.total},
            f"order {order.number}: {order.total} cannot be given back, {order.total - 10} is left.",
        ),
    ]:
        with pytest.raises(ValueError, match=re.escape(why)):
            orders.return_goods(order, at=now, key="2", **asked)

    order.refresh_from_db()
    assert order.refunded == 10
    assert [line.returned_quantity for line in order.lines.order_by("pk")] == [2, 1]
    assert Event.objects.filter(kind="order.returned").count() == 1


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"lines": {"Z": Decimal(1)}}, "has no Z"),
        ({"lines": {"K-1": Decimal(-1)}}, "quantity is below zero"),
        ({"amount": Decimal(-1)}, "refund is below zero"),
        ({"amount": Decimal(1), "key": "k" * 81}, "longer than 80"),
    ],
)
def test_a_return_that_makes_no_sense_is_refused(told, words, now):
    order = make_order(lines=[KETTLE])

    with pytest.raises(ValueError, match=words):
        orders.return_goods(order, at=now, **told)

    order.refresh_from_db()
    assert (order.refunded, order.returned_at) == (0, None)


def test_a_promise_moves_and_an_old_report_of_it_changes_nothing(now):
    friday, monday = now + dt.timedelta(days=3), now + dt.timedelta(days=6)
    order = make_order(total=Decimal(10), promised_at=friday)

    orders.move_promise(order, to=monday, at=now)
    orders.move_promise(order, to=friday, at=now + dt.timedelta(hours=1))
    orders.move_promise(order, to=monday, at=now)

    assert order.promised_at == friday
    told = list(Event.objects.filter(kind="order.promise_moved").order_by("occurred_at").values_list("properties"))
    assert told[0][0] == {"number": order.number, "from": friday.isoformat(), "to": monday.isoformat()}
    assert len(told) == 2


def test_a_milestone_is_reached_once(now):
    order = make_order(total=Decimal(10))

    orders.reach_milestone(order, "Frame up", at=now)
    orders.reach_milestone(order, "Frame up", at=now + dt.timedelta(days=1))

    assert Milestone.objects.get().reached_at == now
    event = Event.objects.get(kind="order.milestone")
    assert event.properties == {"number": order.number, "name": "Frame up"}


def test_placing_takes_the_same_queries_for_one_line_and_for_fifty(now, settings, django_assert_num_queries):
    settings.CURRENCY = "EUR"
    customer = make_customer()
    products = [make_product() for _ in range(50)]
    lines = [LineData(product.sku, Decimal(1), Decimal(10)) for product in products]
    orders.place("A-0", customer=customer, placed_at=now, lines=lines)

    for number, bought in (("A-1", lines[:1]), ("A-2", lines)):
        with django_assert_num_queries(20):
            orders.place(number, customer=customer, placed_at=now, lines=bought)


@pytest.mark.parametrize("year", [1, 1969, 2200, 9999])
def test_a_year_that_cannot_be_right_is_refused(year):
    order = make_order()
    moment = dt.datetime(year, 6, 1, tzinfo=dt.UTC)

    with pytest.raises(ValueError, match=f"The year {year} cannot be right"):
        make_order(placed_at=moment)
    with pytest.raises(ValueError, match="cannot be right"):
        orders.move_promise(order, to=moment, at=order.placed_at)

    assert Order.objects.get() == order
