"""Service before an appointment, from the booking to the letters."""

import datetime as dt

import pytest
from django.core import mail

from chains.definition.publishing import compiled
from chains.engine.run import tick
from chains.explain.outlook import outlooks
from chains.explain.reasons import sentence
from chains.models import Enrolment, Touch
from chains.program import program
from chains.simulate.test_order.plan import plan
from crm.models import Shop
from crm.orders import orders
from crm.timezones import shop_zone
from tests.chains.factories import live_chain, message, wait
from tests.conftest import NOW, make_order

pytestmark = pytest.mark.django_db

MINUTE, HOUR, DAY = dt.timedelta(minutes=1), dt.timedelta(hours=1), dt.timedelta(days=1)
PASSED = "Not sent: its moment had passed before the customer came to it"


@pytest.fixture(autouse=True)
def reminding_chain(shop):
    steps = [message(subject="booked", name="booked")]
    for days, subject in ((7, "in a week"), (3, "in three days"), (1, "tomorrow")):
        steps += [wait(-days, since="appointment"), message(subject=subject, name=subject)]
    return live_chain(*steps, at=NOW - MINUTE)


def hourly(start, end):
    while start <= end:
        tick(start)
        start += HOUR


def letters():
    return [letter.subject for letter in mail.outbox]


def skipped():
    return list(Touch.objects.filter(status="skipped").order_by("pk").values_list("step_name", "reason"))


def test_who_books_for_tomorrow_is_told_once_and_staff_read_why():
    make_order(placed_at=NOW, appointment_at=NOW + 20 * HOUR)

    hourly(NOW + MINUTE, NOW + DAY)

    assert letters() == ["booked"]
    assert skipped() == [(name, "moment_passed") for name in ("in a week", "in three days", "tomorrow")]
    assert {sentence(touch) for touch in Touch.objects.filter(status="skipped")} == {PASSED}


def test_who_books_in_good_time_gets_every_reminder_at_its_moment():
    make_order(placed_at=NOW, appointment_at=NOW + 8 * DAY)

    hourly(NOW, NOW + 8 * DAY)

    assert letters() == ["booked", "in a week", "in three days", "tomorrow"]
    assert skipped() == []


def test_a_date_told_later_brings_the_reminders_that_are_still_ahead():
    order = make_order(placed_at=NOW)
    tick(NOW + MINUTE)

    orders.move_appointment(order, to=NOW + 12 * DAY, at=NOW + 10 * DAY)
    hourly(NOW + 10 * DAY, NOW + 12 * DAY)

    assert letters() == ["booked", "tomorrow"]
    assert skipped() == [("in a week", "moment_passed"), ("in three days", "moment_passed")]


@pytest.mark.parametrize(
    ("told", "to", "expected", "dropped"),
    [
        ("later", 20, ["booked", "in a week", "in three days", "tomorrow"], []),
        ("nearer", 4, ["booked", "in three days", "tomorrow"], ["in a week"]),
    ],
)
def test_reminders_not_sent_yet_follow_an_appointment_that_is_moved(told, to, expected, dropped):
    order = make_order(placed_at=NOW, appointment_at=NOW + 10 * DAY)
    hourly(NOW, NOW + 12 * HOUR)

    orders.move_appointment(order, to=NOW + to * DAY, at=NOW + 12 * HOUR)
    hourly(NOW + 13 * HOUR, NOW + to * DAY)

    assert letters() == expected
    assert [name for name, _reason in skipped()] == dropped


def test_the_engine_standing_still_makes_a_reminder_late_and_drops_none():
    make_order(placed_at=NOW, appointment_at=NOW + 8 * DAY)
    tick(NOW)

    hourly(NOW + DAY + 2 * HOUR, NOW + 2 * DAY)

    assert letters() == ["booked", "in a week"]


def test_what_comes_next_names_no_reminder_that_will_not_go():
    make_order(placed_at=NOW, appointment_at=NOW + 5 * DAY)
    tick(NOW + MINUTE)

    (outlook,) = outlooks(list(Enrolment.objects.select_related("chain", "version")), NOW + MINUTE).values()

    assert [coming.step for coming in outlook.coming] == ["in three days", "tomorrow"]


def test_a_test_order_has_its_appointment_late_enough_for_every_reminder(reminding_chain):
    step = next(one for one in reminding_chain.steps.all() if one.wait_amount == -7)
    step.wait_amount = -14
    step.save()
    planned = plan(program.parse(0, reminding_chain.pk, compiled(reminding_chain, Shop.load())), NOW, shop_zone())

    assert [one.at - NOW for one in planned] == [0 * DAY, 0 * DAY, 11 * DAY, 13 * DAY]
