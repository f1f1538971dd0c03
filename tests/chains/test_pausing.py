"""What fell due while a chain was paused is sent, dropped or put off, as its marketer decides."""

import datetime as dt

import pytest

from chains.definition import pausing
from chains.engine.advance.advance import advance
from chains.engine.guard.guard import guard
from chains.engine.pauses import Standstill, is_dropped, postponed
from chains.engine.run import tick
from chains.explain.reasons import sentence
from chains.models import Enrolment, Entrant, Pause, Touch
from tests.chains.factories import live_chain, message, wait
from tests.conftest import NOW, make_order

pytestmark = pytest.mark.django_db

HOUR = dt.timedelta(hours=1)
DAY = dt.timedelta(days=1)
PAUSED, RESUMED = NOW + 2 * DAY, NOW + 12 * DAY


@pytest.fixture(autouse=True)
def kettle_shop(shop):
    return shop


@pytest.fixture
def chain():
    """Letters on the day of the order, five days later and thirty days later."""
    return live_chain(message(name="first"), wait(5), message(name="fifth"), wait(25), message(name="thirtieth"))


@pytest.fixture
def customer(chain):
    order = make_order(placed_at=NOW + HOUR)
    tick(NOW + HOUR)
    pausing.pause(chain, PAUSED)
    return order.customer


def lived_through(chain, decision, *, with_a_worker=True):
    """The pause, with passes of the engine in it or with nobody at work, and what followed."""
    if with_a_worker:
        for day in range(3, 12):
            tick(NOW + day * DAY)
    pausing.resume(chain, RESUMED, decision)
    for day in range(12, 60):
        tick(NOW + day * DAY)


def letters(customer):
    rows = Touch.objects.filter(customer=customer).order_by("pk")
    return [(touch.step_name, touch.status, touch.sent_at and (touch.sent_at - NOW).days) for touch in rows]


@pytest.mark.parametrize("with_a_worker", [True, False])
@pytest.mark.parametrize(
    ("decision", "expected"),
    [
        ("send", [("first", "sent", 0), ("fifth", "sent", 12), ("thirtieth", "sent", 37)]),
        ("drop", [("first", "sent", 0), ("fifth", "skipped", None), ("thirtieth", "sent", 31)]),
        ("shift", [("first", "sent", 0), ("fifth", "sent", 16), ("thirtieth", "sent", 41)]),
    ],
)
def test_people_who_would_have_gone_on(chain, customer, decision, expected, with_a_worker):
    lived_through(chain, decision, with_a_worker=with_a_worker)

    assert letters(customer) == expected


@pytest.mark.parametrize("with_a_worker", [True, False])
@pytest.mark.parametrize(
    ("decision", "expected"), [("send", ("sent", 12)), ("drop", ("skipped", None)), ("shift", ("sent", 13))]
)
def test_messages_that_waited_already(chain, customer, decision, expected, with_a_worker):
    Touch.objects.filter(customer=customer, step_name="first").update(
        status="scheduled", sent_at=None, due_at=PAUSED + HOUR, useful_until=PAUSED + 30 * HOUR
    )

    lived_through(chain, decision, with_a_worker=with_a_worker)

    (_name, *told) = letters(customer)[0]
    assert tuple(told) == expected


@pytest.mark.parametrize(("decision", "expected"), [("send", 1), ("drop", 0), ("shift", 1)])
def test_people_who_would_have_entered(chain, customer, decision, expected):
    meanwhile = make_order(placed_at=PAUSED + DAY)
    tick(PAUSED + DAY)
    assert (Enrolment.objects.count(), Entrant.objects.kept_out().count()) == (1, 1)

    lived_through(chain, decision)

    assert Enrolment.objects.filter(order=meanwhile).count() == expected
    assert not Entrant.objects.exists()


def test_a_dropped_message_says_why(chain, customer):
    lived_through(chain, "drop")

    assert sentence(Touch.objects.get(step_name="fifth")) == "Not sent: it fell due while the chain was paused"


def test_a_worker_that_read_paused_before_it_was_resumed_leaves_nobody_behind(chain, customer, monkeypatch):
    """Its transaction ends after the resuming: it sets aside what nobody will wake."""
    pausing.resume(chain, RESUMED, "send")
    Enrolment.objects.update(due_at=None, awaits="resume")

    tick(RESUMED + dt.timedelta(minutes=1))

    assert letters(customer)[1] == ("fifth", "sent", 12)


def test_pausing_and_resuming_twice_is_as_good_as_once(chain, customer):
    pausing.pause(chain, PAUSED + HOUR)
    pausing.resume(chain, RESUMED, "shift")
    pausing.resume(chain, RESUMED + HOUR, "drop")

    ended = Pause.objects.get()
    assert (ended.paused_at, ended.resumed_at, ended.decision) == (PAUSED, RESUMED, "shift")


def test_resuming_asks_for_a_decision(chain, customer):
    with pytest.raises(ValueError, match="what is to become"):
        pausing.resume(chain, RESUMED, "")

    chain.refresh_from_db()
    assert chain.status == "paused"


def test_what_a_pause_holds_is_counted(chain, customer):
    make_order(placed_at=PAUSED + DAY)
    tick(NOW + 8 * DAY)

    held = pausing.paused_work(chain, RESUMED)

    assert (held.people, held.messages, held.entrants) == (1, 0, 1)


def test_two_passes_over_a_paused_chain_change_nothing(chain, customer):
    tick(NOW + 8 * DAY)

    assert (advance(NOW + 8 * DAY).total(), guard(NOW + 8 * DAY).total()) == (0, 0)


@pytest.mark.parametrize(
    ("told", "decision", "at", "expected", "dropped"),
    [
        ("before it", "send", 1, 1, False),
        ("at its very beginning", "send", 2, 2, False),
        ("in it", "send", 3, 4, False),
        ("at its very end", "send", 4, 4, False),
        ("after it", "send", 5, 5, False),
        ("put off", "shift", 3, 5, False),
        ("dropped", "drop", 3, 3, True),
        ("not dropped before it", "drop", 2, 2, False),
    ],
)
def test_when_something_falls_due_around_a_pause(told, decision, at, expected, dropped):
    holds = [Standstill(NOW + 2 * DAY, NOW + 4 * DAY, decision)]

    assert postponed(NOW + at * DAY, holds) == NOW + expected * DAY
    assert is_dropped(NOW + at * DAY, holds) is dropped


def test_one_pause_after_another():
    holds = [Standstill(NOW, NOW + 2 * DAY, "shift"), Standstill(NOW + 2 * DAY, NOW + 5 * DAY, "send")]

    assert postponed(NOW + DAY, holds) == NOW + 5 * DAY
