"""What guard reads before it decides: the settings, the customer's own wishes, what they read."""

import datetime as dt
import itertools

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from chains.engine.guard.guard import guard
from chains.engine.run import tick
from chains.explain.reasons import sentence
from chains.models import QuietHours, SegmentLimits, Touch
from crm.customers import merge
from crm.events import record
from crm.models import Shop
from crm.orders import orders
from crm.service import cases
from segments.models import Segment
from tests.chains.factories import fill_due, live_chain, marketing, message, wait
from tests.conftest import NOW, make_case, make_customer, make_order

pytestmark = pytest.mark.django_db

HOUR = dt.timedelta(hours=1)
DAY = dt.timedelta(days=1)
_serial = itertools.count(1)


@pytest.fixture(autouse=True)
def kettle_shop(shop):
    return shop


def happens(customer, at, kind="asked"):
    record(kind, customer=customer, occurred_at=at, source="test", key=f"{next(_serial)}")


def make_segment(name, city):
    return Segment.objects.create(name=name, rule={"all": [{"field": "city", "operator": "is", "value": [city]}]})


def outcomes(customer):
    touches = Touch.objects.filter(customer=customer).order_by("due_at", "pk")
    return list(touches.values_list("status", "reason"))


def read_nothing(customer, letters=5, **seen):
    """So many letters, sent a day apart and ending ten days ago."""
    chain = live_chain(message(), event="long ago", at=NOW - 90 * DAY)
    for number in range(letters):
        happens(customer, NOW - (10 + letters - number) * DAY, "long ago")
        tick(NOW - (10 + letters - number) * DAY)
    Touch.objects.filter(customer=customer, chain=chain).update(**seen)


def offers(customer, count, **fields):
    """So many offers a day apart, each useful for a day."""
    for number in range(count):
        live_chain(marketing(late_after_hours=24), event=f"offer {number}", at=NOW, **fields)
    for number in range(count):
        happens(customer, NOW + number * DAY + HOUR, f"offer {number}")
        tick(NOW + number * DAY + HOUR)
    return [status for status, _reason in outcomes(customer)[-count:]]


def test_who_reads_nothing_gets_one_a_week():
    customer = make_customer()
    read_nothing(customer)

    assert offers(customer, 3) == ["sent", "skipped", "skipped"]
    assert sentence(Touch.objects.filter(customer=customer).last()) == (
        "Not sent: 1 of 1 message this week (10 March), as the last 5 letters were not read"
    )


@pytest.mark.parametrize("sign", ["opened_at", "clicked_at", "replied_at"])
def test_a_click_or_an_answer_counts_as_reading_just_as_an_open(sign):
    customer = make_customer()
    read_nothing(customer, **{sign: NOW - 9 * DAY})

    assert offers(customer, 3) == ["sent", "sent", "sent"]


def test_too_few_letters_say_nothing_about_reading():
    customer = make_customer()
    read_nothing(customer, letters=2)

    assert offers(customer, 3) == ["sent", "sent", "sent"]


def test_a_shop_may_not_care_who_reads():
    Shop.objects.update(unread_letters=0)
    customer = make_customer()
    read_nothing(customer)

    assert offers(customer, 3) == ["sent", "sent", "sent"]


@pytest.mark.parametrize(("frequency", "sent"), [("less", 1), ("", 3), ("more", 5)])
def test_the_customers_own_wish_sets_the_number(frequency, sent):
    customer = make_customer(frequency=frequency)

    assert offers(customer, 6).count("sent") == sent


def test_a_segment_may_have_a_number_and_a_channel_of_its_own():
    SegmentLimits.objects.create(segment=make_segment("Islanders", "Reykjavik"), weekly_cap=2)
    there, elsewhere = make_customer(city="Reykjavik"), make_customer(city="Oslo")

    for number in range(3):
        live_chain(marketing(late_after_hours=24), event=f"offer {number}", at=NOW)
        for customer in (there, elsewhere):
            happens(customer, NOW + number * DAY + HOUR, f"offer {number}")
        tick(NOW + number * DAY + HOUR)

    assert [status for status, _why in outcomes(there)] == ["sent", "sent", "skipped"]
    assert [status for status, _why in outcomes(elsewhere)] == ["sent", "sent", "sent"]
    assert sentence(Touch.objects.filter(customer=there).last()).endswith(
        "as the segment “Islanders” has a number of its own"
    )


def test_a_channel_has_quiet_hours_of_its_own():
    QuietHours.objects.create(channel="email", quiet_from=dt.time(11), quiet_until=dt.time(14))
    live_chain(marketing(), event="asked", at=NOW - DAY)
    customer = make_customer(time_zone="UTC")
    happens(customer, NOW)

    tick(NOW)

    assert outcomes(customer) == [("scheduled", "quiet_hours")]
    tick(NOW + 3 * HOUR)
    assert outcomes(customer) == [("sent", "")]


def test_marketing_rests_for_days_after_a_complaint():
    Shop.objects.update(complaint_cooldown_days=3)
    live_chain(marketing(late_after_hours=240), event="asked", at=NOW - DAY)
    customer = make_customer()
    case = make_case(customer, at=NOW)
    happens(customer, NOW)
    tick(NOW)

    cases.resolve(case, at=NOW + DAY)
    tick(NOW + DAY)

    assert sentence(Touch.objects.get(customer=customer)) == "Waits: peace after a complaint, until 14 March"
    tick(NOW + 4 * DAY - HOUR)
    assert outcomes(customer) == [("scheduled", "complaint")]
    tick(NOW + 4 * DAY)
    assert outcomes(customer) == [("sent", "")]


def test_marketing_about_an_order_rests_for_days_after_the_delivery():
    Shop.objects.update(rest_days=2)
    live_chain(message(), wait(1), marketing(name="offer", late_after_hours=240), event="order.delivered")
    order = make_order(placed_at=NOW - DAY)
    orders.deliver(order, at=NOW + HOUR)
    tick(NOW + HOUR)

    tick(NOW + HOUR + DAY)
    assert sentence(Touch.objects.get(step_name="offer")) == (
        f"Waits: order {order.number} has only just arrived, it rests until 12 March"
    )
    tick(NOW + HOUR + 2 * DAY)

    assert Touch.objects.get(step_name="offer").status == "sent"


def test_the_goal_is_told_with_the_order_that_reached_it():
    live_chain(marketing(at_hour=20), event="asked", goal="ordered")
    customer = make_customer(time_zone="UTC")
    happens(customer, NOW + HOUR)
    tick(NOW + HOUR)
    order = make_order(customer=customer, placed_at=NOW + 2 * HOUR)

    tick(NOW + 8 * HOUR)

    assert sentence(Touch.objects.get(step_name="marketing letter")) == (
        f"Not sent: the goal was reached: order {order.number} on 10 March"
    )


@pytest.mark.parametrize(
    ("keeper", "duplicate", "left"),
    [("more", "less", "less"), ("", "less", "less"), ("", "more", "more"), ("more", "", "more"), ("", "", "")],
)
def test_of_two_merged_customers_the_wish_for_less_counts(keeper, duplicate, left):
    kept = merge.merge(
        make_customer(frequency=keeper), make_customer(frequency=duplicate, channel_order=["sms"]), at=NOW
    )

    kept.refresh_from_db()
    assert (kept.frequency, kept.channel_order) == (left, ["sms"])


def test_the_number_of_queries_does_not_grow_with_the_customers():
    Shop.objects.update(complaint_cooldown_days=3)
    SegmentLimits.objects.create(segment=make_segment("Islanders", "Reykjavik"), weekly_cap=2)
    QuietHours.objects.create(channel="sms")
    chain = live_chain(marketing(), event="asked", goal="ordered")
    counts = []
    for customers in (1, 1, 40):
        fill_due(chain, customers=customers, each=2)
        with CaptureQueriesContext(connection) as queries:
            assert guard(NOW)["claimed"] == customers * 2
        counts.append(len(queries))

    assert counts[1] == counts[2]
