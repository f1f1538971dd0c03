import datetime as dt
from decimal import Decimal

import pytest

from crm.intake.facts import CustomerFact, NotYet, OrderFact, RefundFact
from crm.intake.recording import record_fact
from crm.models import Customer, CustomerStats, Event, Order, Source
from crm.orders.catalogue import LineData

pytestmark = pytest.mark.django_db

HOUR = dt.timedelta(hours=1)
ANN = CustomerFact(external_id="7", email="ann@example.com", profile={"first_name": "Ann"})
KETTLE = LineData("K-1", Decimal(1), Decimal(50), name="Kettle")
MUG = LineData("M-1", Decimal(2), Decimal(5), name="Mug")


@pytest.fixture
def source():
    return Source.objects.create(kind="webhook", name="Till")


def order(now, **told):
    return OrderFact(**{"number": "A-1", "customer": ANN, "placed_at": now, "lines": (KETTLE,), "told_at": now} | told)


def test_an_order_is_placed_with_its_moments(source, now):
    record_fact(order(now, moments={"paid_at": now + HOUR}), source, now + HOUR)

    placed = Order.objects.get()
    assert (placed.total, placed.paid_at, placed.source) == (50, now + HOUR, "Till")
    assert list(Event.objects.order_by("occurred_at").values_list("kind", flat=True)) == ["order.placed", "order.paid"]


def test_the_same_fact_twice_is_one_order(source, now):
    for _turn in range(2):
        record_fact(order(now, moments={"paid_at": now + HOUR}), source, now)

    assert (Order.objects.count(), Event.objects.count()) == (1, 2)


def test_what_needs_an_order_waits_for_it(source, now):
    with pytest.raises(NotYet, match="Order A-1 is not known yet"):
        record_fact(OrderFact(number="A-1", moments={"paid_at": now}), source, now)

    assert not Customer.objects.exists()


def test_the_newest_word_about_figures_wins_whenever_it_comes(source, now):
    record_fact(order(now), source, now)
    record_fact(order(now, lines=(KETTLE, MUG), told_at=now + 2 * HOUR), source, now)
    record_fact(order(now, lines=(MUG,), told_at=now + HOUR), source, now)

    assert Order.objects.get().total == 60
    assert CustomerStats.objects.get().revenue == 60
    assert Event.objects.get(kind="order.corrected").properties == {"number": "A-1", "from": "50.00", "to": "60.00"}


def test_a_cancelled_order_that_was_restored_counts_again(source, now):
    record_fact(order(now, moments={"cancelled_at": now + HOUR}), source, now)
    assert CustomerStats.objects.get().orders_count == 0

    record_fact(order(now, moments={"cancelled_at": None}, told_at=now + 2 * HOUR), source, now)

    assert CustomerStats.objects.get().orders_count == 1
    assert Event.objects.filter(kind="order.undone").count() == 1


def test_an_old_cancelling_that_comes_after_the_restoring_changes_nothing(source, now):
    record_fact(order(now), source, now)
    record_fact(order(now, moments={"cancelled_at": None}, told_at=now + 2 * HOUR), source, now)
    record_fact(order(now, moments={"cancelled_at": now + HOUR}, told_at=now + HOUR), source, now)

    assert CustomerStats.objects.get().orders_count == 1
    assert not Event.objects.exclude(kind="order.placed").exists()


def test_a_refund_of_lines_keeps_them_returned_when_the_order_is_told_again(source, now):
    record_fact(order(now, lines=(KETTLE, MUG)), source, now)
    record_fact(
        OrderFact(number="A-1", refunds=(RefundFact("r1", now + HOUR, lines={"M-1": Decimal(1)}),)), source, now
    )
    record_fact(order(now, lines=(KETTLE, MUG), told_at=now + 2 * HOUR), source, now)

    placed = Order.objects.get()
    assert (placed.refunded, placed.total) == (5, 60)
    assert dict(placed.lines.values_list("product__sku", "returned_quantity")) == {"K-1": 0, "M-1": 1}


def test_figures_below_what_was_refunded_are_refused_in_words(source, now):
    record_fact(order(now), source, now)
    record_fact(OrderFact(number="A-1", refunds=(RefundFact("r1", now + HOUR, amount=Decimal(40)),)), source, now)

    with pytest.raises(ValueError, match="its total of 30.00 is less than the 40.00 already refunded"):
        record_fact(order(now, lines=None, total=Decimal(30), told_at=now + 2 * HOUR), source, now)

    assert Order.objects.get().total == 50


def test_two_shops_that_number_alike_are_kept_apart(source, now):
    other = Source.objects.create(kind="shopify", name="Other", id_prefix="other-")

    record_fact(order(now), source, now)
    record_fact(order(now, customer=CustomerFact(external_id="7", email="bob@example.com")), other, now)

    assert sorted(Order.objects.values_list("number", "customer__external_id")) == [
        ("A-1", "7"),
        ("other-A-1", "other-7"),
    ]
