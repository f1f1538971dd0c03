"""One way behind all doors: whatever the door, in whatever order, however often, it comes to the same.

What only one door can tell (a parcel called back, an order in the bin) is in the tests of that door.
"""

import datetime as dt
import itertools
import json
from dataclasses import replace
from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone

from crm.customers.merge import merge
from crm.customers.profiles import note
from crm.intake import deliveries
from crm.intake.arrival import Arrival
from crm.intake.doors import read
from crm.intake.facts import CustomerFact, NotYet, OrderFact, RefundFact
from crm.intake.recording import record_fact
from crm.intake.sources import new_secret
from crm.models import Customer, CustomerStats, Delivery, Event, ExchangeRate, Order, Source
from crm.orders.catalogue import LineData
from tests.conftest import make_customer
from tests.crm.shops import shopify_shop, woocommerce
from tests.journeys.doors.messages import DOORS
from tests.journeys.recount import Purchase

pytestmark = pytest.mark.django_db

HOUR = dt.timedelta(hours=1)
ANN = CustomerFact(external_id="7", email="ann@example.com", profile={"first_name": "Ann"})
KETTLE = LineData("K-1", Decimal(1), Decimal(50), name="Kettle")
MUGS = LineData("M-1", Decimal(2), Decimal(5), name="Mug")
AT_THE_DOOR = [name for name in DOORS if name not in {"api", "api in batches"}]


@pytest.fixture
def source(shop):
    return Source.objects.create(kind="webhook", name="Till")


def connected(door):
    kind = DOORS[door][0]
    return Source.objects.create(kind=kind, name=door, secret=new_secret(kind))


def order(now, **told):
    return OrderFact(**{"number": "A-1", "customer": ANN, "placed_at": now, "lines": (KETTLE,), "told_at": now} | told)


def post(message):
    body = message.body if isinstance(message.body, str) else json.dumps(message.body)
    return Client().post(message.path, body, content_type="application/json", headers=message.headers).status_code


def apply(at=None):
    return dict(deliveries.apply_due(at or timezone.now(), read))


def life(now):
    """Placed, paid, shipped, delivered, an hour after each other."""
    moments = dict(
        zip(("paid_at", "shipped_at", "delivered_at"), (now + HOUR, now + 2 * HOUR, now + 3 * HOUR), strict=True)
    )
    lines = [("K-1", "2", "20.00", "Kettle", "Kitchen")]
    return Purchase("A-1", "7", "Leeds", now, **moments, cancelled_at=None, lines=lines)


@pytest.mark.parametrize("door", AT_THE_DOOR)
def test_backwards_and_twice_it_comes_to_the_same(door, shop, now):
    told = DOORS[door][1]([life(now)], connected(door))

    answers = [post(one) for one in reversed(told) for _turn in range(2)]
    apply()
    apply()

    assert set(answers) <= {200, 202}
    placed = Order.objects.get()
    assert (placed.placed_at, placed.paid_at, placed.total) == (now, now + HOUR, 40)
    assert (placed.shipped_at, placed.delivered_at) == (now + 2 * HOUR, now + 3 * HOUR)
    assert sorted(Event.objects.filter(order=placed).values_list("kind", flat=True)) == [
        "order.delivered", "order.paid", "order.placed", "order.shipped",
    ]  # fmt: skip
    assert set(Delivery.objects.values_list("status", flat=True)) == {"applied"}


@pytest.mark.parametrize("door", ["webhook", "tracking"])
def test_what_is_told_of_an_order_before_it_waits_in_sight(door, shop, now):
    told = DOORS[door][1]([life(now)], connected(door))
    post(told[1])

    assert apply() == {"waiting": 1}

    waiting = Delivery.objects.get()
    assert "A-1 is not known yet" in waiting.reason
    assert waiting.due_at > timezone.now()
    assert not Customer.objects.exists()


@pytest.mark.parametrize("turns", list(itertools.permutations(range(3))))
def test_cancelled_restored_and_cancelled_again_in_any_order_is_cancelled(source, now, turns):
    words = [
        order(now, moments={"cancelled_at": now + HOUR}, told_at=now + HOUR),
        order(now, moments={"cancelled_at": None}, told_at=now + 2 * HOUR),
        order(now, moments={"cancelled_at": now + 3 * HOUR}, told_at=now + 3 * HOUR),
    ]

    for turn in turns:
        record_fact(words[turn], source, now)

    assert Order.objects.get().cancelled_at
    assert CustomerStats.objects.get().orders_count == 0


@pytest.mark.parametrize("turns", list(itertools.permutations(range(3))))
def test_of_each_field_of_a_customer_the_newest_word_wins(source, now, turns):
    words = [
        replace(ANN, profile={"city": "Leeds", "first_name": "Anna"}, told_at=now),
        replace(ANN, profile={"city": "York", "attributes": {"size": "S"}}, told_at=now + HOUR),
        replace(ANN, profile={"city": "Leeds", "attributes": {"size": "M"}}, told_at=now + 2 * HOUR),
    ]

    for turn in turns:
        record_fact(words[turn], source, now)

    known = Customer.objects.get()
    assert (known.city, known.first_name, known.attributes) == ("Leeds", "Anna", {"size": "M"})


def test_a_word_told_again_stands_against_one_between_that_comes_late(source, now):
    for told_at, city in ((now, "Leeds"), (now + 2 * HOUR, "Leeds"), (now + HOUR, "York")):
        record_fact(replace(ANN, profile={"city": city}, told_at=told_at), source, now)

    assert Customer.objects.get().city == "Leeds"


def test_an_old_order_that_comes_late_does_not_bring_an_old_name_back(source, now):
    record_fact(replace(ANN, profile={"first_name": "Anna"}, told_at=now + HOUR), source, now)
    record_fact(order(now), source, now)

    assert Customer.objects.get().first_name == "Anna"


def test_what_staff_wrote_stands_against_older_words(source, now):
    known = record_fact(replace(ANN, told_at=now), source, now)
    note(known, ["first_name"], now + HOUR)
    known.first_name = "Annabel"
    known.save()

    record_fact(replace(ANN, told_at=now), source, now)

    assert Customer.objects.get().first_name == "Annabel"


def test_a_number_that_begins_anew_is_refused_in_words_and_mixes_nothing(source, now):
    record_fact(order(now, external_id="501"), source, now)

    with pytest.raises(ValueError, match="Order A-1 is known with the id 501, and this one has 502"):
        record_fact(order(now, external_id="502", moments={"paid_at": now}, lines=(MUGS,)), source, now)

    assert Order.objects.get().total == 50
    assert Order.objects.get().paid_at is None


def test_an_order_known_by_its_number_takes_the_id_on(source, now):
    record_fact(order(now), source, now)
    record_fact(order(now, external_id="501", told_at=now + HOUR), source, now)
    record_fact(OrderFact(external_id="501", moments={"paid_at": now + HOUR}), source, now)

    placed = Order.objects.get()
    assert (placed.external_id, placed.paid_at) == ("501", now + HOUR)


def test_an_edited_order_has_its_new_lines_and_sums_and_an_older_word_changes_nothing(source, now):
    edited = order(now, lines=(KETTLE, MUGS), discount=Decimal(10), told_at=now + HOUR)
    record_fact(edited, source, now)
    record_fact(order(now, details={"tracking_number": "old"}), source, now)

    placed = Order.objects.get()
    assert (placed.total, placed.discount, placed.lines.count()) == (50, 10, 2)
    assert CustomerStats.objects.get().revenue == 50


def test_goods_told_again_keep_their_lines_and_what_they_cost_that_day(source, now):
    record_fact(order(now, lines=(replace(KETTLE, cost=Decimal(20)),)), source, now)
    line = Order.objects.get().lines.get()
    line.product.cost = Decimal(30)
    line.product.save()

    record_fact(order(now, told_at=now + HOUR), source, now)

    kept = Order.objects.get().lines.get()
    assert (kept.pk, kept.cost) == (line.pk, 20)


def test_a_promise_moved_twice_is_the_newer_one_whichever_comes_last(source, now):
    record_fact(order(now, dates={"promised_at": now + 5 * HOUR}), source, now)
    record_fact(order(now, dates={"promised_at": now + 9 * HOUR}, told_at=now + 2 * HOUR), source, now)
    record_fact(order(now, dates={"promised_at": now + 7 * HOUR}, told_at=now + HOUR), source, now)

    assert Order.objects.get().promised_at == now + 9 * HOUR


def test_a_refund_before_its_order_waits_and_comes_by_lines_then_as_a_whole(source, now):
    by_line = OrderFact(number="A-1", refunds=(RefundFact("r1", now + HOUR, lines={"M-1": Decimal(1)}),))
    with pytest.raises(NotYet, match="Order A-1 is not known yet"):
        record_fact(by_line, source, now)
    record_fact(order(now, lines=(KETTLE, MUGS)), source, now)

    for _turn in range(2):
        record_fact(by_line, source, now)
    assert (Order.objects.get().refunded, CustomerStats.objects.get().revenue) == (5, 55)

    record_fact(OrderFact(number="A-1", refunds=(RefundFact("r2", now + 2 * HOUR),)), source, now)

    placed = Order.objects.get()
    assert (placed.refunded, CustomerStats.objects.get().revenue) == (60, 0)
    assert dict(placed.lines.values_list("product__sku", "returned_quantity")) == {"K-1": 1, "M-1": 2}


def test_a_guest_who_opens_an_account_is_one_customer(source, now):
    record_fact(order(now, customer=CustomerFact(email="ann@example.com")), source, now)
    record_fact(order(now, number="A-2", customer=ANN, placed_at=now + HOUR), source, now)

    assert Customer.objects.get().external_id == "7"
    assert CustomerStats.objects.get().orders_count == 2


def test_a_fact_about_somebody_merged_away_is_of_who_was_kept(source, now):
    record_fact(order(now), source, now)
    kept = make_customer(email="annabel@example.com", external_id="8", first_name="Annabel")
    merge(kept, Customer.objects.get(external_id="7"), at=now)

    record_fact(order(now, moments={"paid_at": now + HOUR}, told_at=now + HOUR), source, now)
    record_fact(order(now, number="A-2", placed_at=now + HOUR), source, now)

    assert set(Order.objects.values_list("customer", flat=True)) == {kept.pk}
    assert CustomerStats.objects.get(customer=kept).orders_count == 2
    assert Order.objects.get(number="A-1").paid_at == now + HOUR


def test_an_order_in_a_currency_without_a_rate_waits_until_it_has_one(source, now, settings):
    settings.CURRENCY = "EUR"
    data = {"number": "A-1", "customer": {"email": "ann@example.com"}, "placed_at": now.isoformat(), "total": "10"}
    told = {"type": "order.created", "data": data | {"currency": "USD"}}
    deliveries.keep(source, Arrival("m1", "order.created", told, "order A-1"), now)

    assert apply(now) == {"waiting": 1}
    assert "No rate of USD" in Delivery.objects.get().reason

    ExchangeRate.objects.create(currency="USD", day=now.date(), rate=Decimal("0.5"))

    assert apply(now + HOUR) == {"applied": 1}
    assert CustomerStats.objects.get().revenue == 5


def test_a_test_order_of_the_shops_own_is_left_out_in_words(shop):
    delivery = shopify_shop.tell(shopify_shop.connected(), "orders/create", shopify_shop.order(test=True))

    assert (delivery.status, delivery.reason) == ("ignored", "A test order of the shop's own.")
    assert not Order.objects.exists()


def test_of_a_draft_nothing_is_taken(client, shop):
    woocommerce.post(client, woocommerce.connected(), "order.created", woocommerce.order(status="checkout-draft"))

    assert woocommerce.apply() == {"ignored": 1}
    assert not Order.objects.exists()
