"""When more want to enter than the chain's limit, the others wait until staff decide; nobody is lost."""

import datetime as dt

import pytest

from chains.definition import pausing
from chains.engine.enrol.enrol import enrol
from chains.engine.run import tick
from chains.models import Chain, Enrolment, Entrant
from crm.customers import merge
from tests.chains.factories import live_chain, message
from tests.conftest import NOW, make_customer, make_order

pytestmark = pytest.mark.django_db

HOUR = dt.timedelta(hours=1)
DAY = dt.timedelta(days=1)
LATER = NOW + 2 * HOUR


@pytest.fixture(autouse=True)
def kettle_shop(shop):
    return shop


def orders(count, at=NOW + HOUR):
    return [make_order(placed_at=at + dt.timedelta(seconds=number)) for number in range(count)]


def state(chain):
    chain.refresh_from_db()
    return Enrolment.objects.count(), Entrant.objects.kept_out().count(), chain.surged_at is not None


def test_the_first_enter_and_the_others_wait():
    chain = live_chain(message(), surge_limit=3)
    made = orders(5)

    tick(LATER)

    assert state(chain) == (3, 2, True)
    assert set(Enrolment.objects.values_list("order", flat=True)) == {order.pk for order in made[:3]}


def test_the_limit_holds_over_several_passes_of_an_hour():
    chain = live_chain(message(), surge_limit=3)
    for minute in range(5):
        make_order(placed_at=NOW + HOUR + minute * dt.timedelta(minutes=1))
        tick(NOW + HOUR + minute * dt.timedelta(minutes=1))

    assert state(chain) == (3, 2, True)


def test_as_many_an_hour_is_no_surge():
    chain = live_chain(message(), surge_limit=1)
    for hour in range(1, 4):
        make_order(placed_at=NOW + 2 * hour * HOUR)
        tick(NOW + 2 * hour * HOUR)

    assert state(chain) == (3, 0, False)


def test_as_many_a_day_is_counted_over_the_day():
    chain = live_chain(message(), surge_limit=1, surge_span="day")
    for hour in (1, 5):
        make_order(placed_at=NOW + hour * HOUR)
        tick(NOW + hour * HOUR)

    assert state(chain) == (1, 1, True)


def test_nobody_enters_by_themselves_until_it_is_decided():
    chain = live_chain(message(), surge_limit=1)
    orders(2)
    tick(LATER)

    make_order(placed_at=NOW + 2 * DAY)
    tick(NOW + 2 * DAY)

    assert state(chain) == (1, 2, True)


def test_letting_in_lets_everybody_in_and_counts_anew():
    chain = live_chain(message(), surge_limit=2)
    orders(6)
    tick(LATER)

    assert pausing.let_in(chain, LATER) == 4
    assert pausing.let_in(chain, LATER) == 0
    tick(LATER)
    assert state(chain) == (6, 0, False)
    make_order(placed_at=LATER)
    tick(LATER + dt.timedelta(minutes=1))
    assert state(chain) == (7, 0, False)
    assert Enrolment.objects.filter(started_at=LATER).count() == 4


def test_discarding_forgets_them_and_lets_the_next_in():
    chain = live_chain(message(), surge_limit=2)
    orders(6)
    tick(LATER)

    assert pausing.discard(chain, LATER) == 4
    make_order(placed_at=LATER)
    tick(LATER + dt.timedelta(minutes=1))

    assert state(chain) == (3, 0, False)


def test_who_has_been_in_takes_no_room():
    chain = live_chain(message(), surge_limit=2, re_entry="once")
    customer = make_customer()
    for hour in range(1, 6):
        make_order(customer=customer, placed_at=NOW + hour * dt.timedelta(minutes=1))
    orders(1)
    tick(LATER)

    assert state(chain) == (2, 0, False)


def test_two_events_in_one_batch_take_no_more_room_than_there_is():
    chain = live_chain(message(), surge_limit=2)
    orders(4)

    assert enrol(LATER, limit=1)["entered"] == 1
    assert sum(enrol(LATER, limit=1)["entered"] for _batch in range(5)) == 1
    assert state(chain) == (2, 2, True)


def test_who_waits_goes_on_waiting_under_the_name_of_the_kept_customer():
    live_chain(message(), surge_limit=1, re_entry="once")
    orders(1)
    keeper, duplicate = make_customer(), make_customer()
    for customer in (keeper, duplicate):
        make_order(customer=customer, placed_at=NOW + 90 * dt.timedelta(minutes=1))
    tick(LATER)

    merge.merge(keeper, duplicate, at=LATER)

    assert Entrant.objects.get().customer == keeper


def test_an_archived_chain_keeps_nobody_waiting():
    chain = live_chain(message(), surge_limit=1)
    orders(3)
    tick(LATER)

    pausing.archive(chain, LATER)

    assert not Entrant.objects.exists()
    assert Chain.objects.get(pk=chain.pk).surged_at is None
