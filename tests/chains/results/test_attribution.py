import datetime as dt
import threading

import pytest
from django.db import connection

from chains.models import OrderAttribution, Touch
from chains.reactions.opens_and_clicks import record_click
from chains.results.attribution import attribute, attribute_waiting
from crm.customers.merge import merge
from crm.events import as_history
from crm.models import EventInbox
from tests.chains.factories import fill_due, live_chain, message
from tests.conftest import NOW, make_customer, make_order

pytestmark = pytest.mark.django_db

DAY = dt.timedelta(days=1)
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def chain(shop):
    return live_chain(message())


def sent(chain, customer, at, **moments):
    """A letter of the chain that went out to them."""
    (stand_in,) = fill_due(chain, customers=1, due_at=at)
    touches = Touch.objects.filter(customer=stand_in)
    touches.update(customer=customer, status="sent", sent_at=at, links=["https://example.com/"], **moments)
    return Touch.objects.get(customer=customer, sent_at=at)


def way(order):
    attribute_waiting(NOW)
    found = OrderAttribution.objects.filter(order=order).first()
    return found and (found.touch, found.how)


def test_the_last_click_wins_over_a_later_delivery(chain):
    customer = make_customer()
    first = sent(chain, customer, NOW - 6 * DAY, clicked_at=NOW - 5 * DAY, last_clicked_at=NOW - 5 * DAY)
    clicked = sent(chain, customer, NOW - 4 * DAY, clicked_at=NOW - 3 * DAY, last_clicked_at=NOW - 3 * DAY)
    sent(chain, customer, NOW - DAY)

    assert way(make_order(customer=customer, placed_at=NOW)) == (clicked, "click")
    assert way(make_order(customer=customer, placed_at=NOW - 4 * DAY)) == (first, "click")


def test_of_deliveries_the_last_that_arrived_wins(chain):
    customer = make_customer()
    arrived = sent(chain, customer, NOW - 4 * DAY, delivered_at=NOW - 2 * DAY)
    sent(chain, customer, NOW - 3 * DAY)
    sent(chain, customer, NOW - DAY, bounced_at=NOW - DAY)

    assert way(make_order(customer=customer, placed_at=NOW)) == (arrived, "delivery")


@pytest.mark.parametrize(
    ("why", "at", "windows"),
    [
        ("too long ago", NOW - 5 * DAY, {}),
        ("after the order", NOW + HOUR, {}),
        ("only clicks bring orders", NOW - DAY, {"delivery_window_days": 0}),
    ],
)
def test_belongs_to_nothing(chain, shop, why, at, windows):
    customer = make_customer()
    type(shop).objects.update(**windows)
    sent(chain, customer, at)

    assert way(make_order(customer=customer, placed_at=NOW)) is None, why
    assert not EventInbox.objects.filter(consumer="results").exists()


def test_a_window_of_the_shop_s_own(chain, shop):
    type(shop).objects.update(delivery_window_days=10)
    customer = make_customer()
    letter = sent(chain, customer, NOW - 9 * DAY)

    assert way(make_order(customer=customer, placed_at=NOW)) == (letter, "delivery")


def test_a_click_by_a_machine_is_none_and_a_later_one_by_the_customer_counts(chain):
    customer = make_customer()
    letter = sent(chain, customer, NOW - 20 * DAY)
    record_click(letter, 0, at=NOW - 19 * DAY, by_machine=False)
    record_click(letter, 0, at=NOW - DAY, by_machine=True)
    assert way(make_order(customer=customer, placed_at=NOW - HOUR)) is None

    record_click(letter, 0, at=NOW - HOUR / 2, by_machine=False)

    assert way(make_order(customer=customer, placed_at=NOW)) == (letter, "click")
    letter.refresh_from_db()
    assert (letter.clicked_at, letter.last_clicked_at) == (NOW - 19 * DAY, NOW - HOUR / 2)


def test_an_order_that_was_told_late_is_placed_when_it_was_placed(chain):
    customer = make_customer()
    letter = sent(chain, customer, NOW - 60 * DAY)
    sent(chain, customer, NOW - DAY)

    assert way(make_order(customer=customer, placed_at=NOW - 58 * DAY)) == (letter, "delivery")


def test_the_past_of_a_shop_belongs_to_nothing(chain):
    customer = make_customer()
    sent(chain, customer, NOW - DAY)
    with as_history():
        order = make_order(customer=customer, placed_at=NOW)

    assert way(order) is None


def test_is_written_once_and_follows_whoever_is_merged(chain):
    customer, keeper = make_customer(), make_customer()
    letter = sent(chain, customer, NOW - 2 * DAY)
    order = make_order(customer=customer, placed_at=NOW)
    assert way(order) == (letter, "delivery")

    merge(keeper, customer, at=NOW)
    sent(chain, keeper, NOW - DAY, clicked_at=NOW - DAY, last_clicked_at=NOW - DAY)

    assert way(order) == (letter, "delivery")
    assert OrderAttribution.objects.get().touch.customer == keeper


@pytest.mark.django_db(transaction=True)
def test_two_workers_attribute_each_order_once(chain):
    for customer in [make_customer() for _ in range(30)]:
        sent(chain, customer, NOW - DAY)
        make_order(customer=customer, placed_at=NOW)
    at_once, attributed = threading.Barrier(2), []

    def work():
        try:
            at_once.wait()
            while done := attribute(NOW, 7):
                attributed.append(done["attributed"])
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert (sum(attributed), OrderAttribution.objects.count()) == (30, 30)
    assert not EventInbox.objects.filter(consumer="results").exists()
