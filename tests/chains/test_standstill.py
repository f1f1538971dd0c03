"""Encore stood still for days, or its clock jumped: what was useful still goes out, and nothing twice."""

import datetime as dt
from uuid import uuid4

import pytest
from django.core import mail

from chains.engine.advance.advance import advance
from chains.engine.enrol.enrol import enrol
from chains.engine.guard.guard import LEASE, guard
from chains.engine.run import tick
from chains.explain.reasons import sentence
from chains.models import Touch
from tests.chains.factories import live_chain, marketing, message, wait
from tests.conftest import NOW, make_order

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shop")]

HOUR = dt.timedelta(hours=1)
DAY = dt.timedelta(days=1)


def states():
    return dict(Touch.objects.order_by("pk").values_list("step_name", "status"))


def test_after_an_outage_of_three_days_what_is_of_use_goes_out_and_the_rest_is_missed():
    live_chain(
        message(name="confirmation", late_after_hours=100),
        wait(1),
        message(name="where it is now", late_after_hours=12),
        wait(1),
        marketing(name="accessories", late_after_hours=100),
        wait(2),
        message(name="how was it", late_after_hours=24),
        event="order.delivered",
        at=NOW - DAY,
    )
    make_order(placed_at=NOW, delivered_at=NOW)

    tick(NOW + 3 * DAY)

    assert {"confirmation": "sent", "where it is now": "missed"}.items() <= states().items()
    assert sentence(Touch.objects.get(status="missed")) == "Not sent: too late to be useful"
    later = NOW + 4 * DAY + 2 * HOUR
    tick(later)
    missed = "where it is now"
    assert {name: status for name, status in states().items() if name != missed} == {
        "confirmation": "sent",
        "accessories": "sent",
        "how was it": "sent",
    }
    assert len(mail.outbox) == 3
    assert set(tick(later).values()) == {0}


def test_a_clock_that_jumps_back_sends_nothing_twice_and_nothing_before_its_time():
    live_chain(message(name="first"), wait(2, "hours"), message(name="second"), at=NOW - DAY)
    make_order(placed_at=NOW)
    tick(NOW + HOUR)
    assert states() == {"first": "sent"}

    for minutes in (0, 30, 90):
        tick(NOW + minutes * dt.timedelta(minutes=1))
        assert len(mail.outbox) == 1
    tick(NOW + 3 * HOUR)
    tick(NOW + HOUR)

    assert states() == {"first": "sent", "second": "sent"}
    assert len(mail.outbox) == 2


def test_what_a_dead_worker_took_by_a_clock_that_ran_ahead_waits_till_its_lease_is_over():
    live_chain(message(name="first", late_after_hours=48), at=NOW - DAY)
    make_order(placed_at=NOW)
    ahead = NOW + DAY
    enrol(ahead)
    advance(ahead)
    guard(ahead, uuid4())

    tick(NOW + HOUR)
    assert states() == {"first": "claimed"}
    tick(ahead + LEASE)

    assert states() == {"first": "sent"}
    assert len(mail.outbox) == 1
