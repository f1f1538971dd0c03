"""What starts a chain by the clock, and who may enter."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from chains.definition import pausing
from chains.engine.enrol.calendar import falls_on, latest, may_start
from chains.engine.enrol.enrol import enrol
from chains.engine.run import tick
from chains.models import Chain, Enrolment
from chains.program.trigger import Trigger
from crm import events
from crm.models import Product
from crm.orders import orders
from crm.service import cases
from segments.models import Segment
from tests.chains.factories import live_chain, message, wait
from tests.conftest import NOW, make_category, make_customer, make_order, make_product

pytestmark = pytest.mark.django_db

HOUR = dt.timedelta(hours=1)
DAY = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def kettle_shop(shop):
    return shop


def hourly(start, end):
    """Tick every hour, as a worker would every few seconds; returns when somebody entered."""
    entered, at = [], start
    while at <= end:
        entered += [at] * tick(at)["entered"]
        at += HOUR
    return entered


def clock_chain(trigger, days, **fields):
    return live_chain(message(), trigger=trigger, trigger_days=days, **fields)


def test_so_many_days_after_the_last_order():
    order = make_order(placed_at=NOW - 29 * DAY + 90 * dt.timedelta(minutes=1))
    chain = clock_chain(Chain.Trigger.LAST_ORDER, 30, re_entry="per_order")

    assert hourly(NOW, NOW + 3 * DAY) == [NOW + DAY + 2 * HOUR]
    enrolment = Enrolment.objects.get()
    assert (enrolment.chain, enrolment.order) == (chain, order)
    assert enrolment.triggered_at == order.placed_at + 30 * DAY


def test_nobody_enters_whose_days_had_passed_before_the_chain_was_switched_on():
    make_order(placed_at=NOW - 31 * DAY)
    clock_chain(Chain.Trigger.LAST_ORDER, 30)

    assert hourly(NOW, NOW + 2 * DAY) == []


def test_a_newer_order_starts_the_days_anew():
    order = make_order(placed_at=NOW - 29 * DAY)
    clock_chain(Chain.Trigger.LAST_ORDER, 30, re_entry="per_order")
    make_order(customer=order.customer, placed_at=NOW)

    assert hourly(NOW, NOW + 5 * DAY) == []
    assert tick(NOW + 30 * DAY)["entered"] == 1


def test_many_whose_last_order_has_one_moment_enter_together_past_any_limit():
    moment = NOW - 29 * DAY
    for _number in range(5):
        make_order(placed_at=moment)
    make_order(placed_at=moment + HOUR)
    clock_chain(Chain.Trigger.LAST_ORDER, 30)

    assert enrol(NOW + 2 * DAY, limit=2)["entered"] == 5
    assert enrol(NOW + 2 * DAY, limit=2)["entered"] == 1


def test_people_who_may_not_enter_hold_up_nobody_behind_them():
    moment = NOW - 29 * DAY
    early = [make_order(placed_at=moment + number * HOUR).customer for number in range(4)]
    make_order(placed_at=moment + 9 * HOUR)
    chain = clock_chain(Chain.Trigger.LAST_ORDER, 30)
    for customer in early:
        customer.erased_at = NOW
        customer.save()

    entered = 0
    while (counts := enrol(NOW + 2 * DAY, limit=2)).total():
        entered += counts["entered"]

    assert entered == 1
    assert Enrolment.objects.get().chain == chain


def test_the_birthday_comes_at_the_hour_of_the_customers_day():
    make_customer(born_on=dt.date(1990, 3, 18), time_zone="Asia/Vladivostok")
    clock_chain(Chain.Trigger.BIRTHDAY, -7, trigger_hour=9)

    assert hourly(NOW, NOW + 3 * DAY) == [dt.datetime(2026, 3, 10, 23, tzinfo=dt.UTC)]


def test_the_birthday_of_a_leap_day_is_kept_on_the_last_of_february():
    make_customer(born_on=dt.date(1992, 2, 29))
    start = dt.datetime(2026, 2, 27, 0, tzinfo=dt.UTC)
    clock_chain(Chain.Trigger.BIRTHDAY, 0, at=start)

    assert hourly(start, start + 4 * DAY) == [dt.datetime(2026, 2, 28, 10, tzinfo=dt.UTC)]


def test_a_year_after_an_order():
    make_order(placed_at=NOW.replace(year=2025))
    make_order(placed_at=NOW)
    clock_chain(Chain.Trigger.ANNIVERSARY, 1, re_entry="per_order")

    assert hourly(NOW, NOW + 3 * DAY) == [dt.datetime(2026, 3, 11, 10, tzinfo=dt.UTC)]
    assert Enrolment.objects.get().triggered_at == dt.datetime(2026, 3, 11, 10, tzinfo=dt.UTC)


def test_a_month_before_the_warranty_ends():
    product = make_product(warranty_months=12)
    make_order(
        product=product,
        placed_at=NOW.replace(year=2025, month=4, day=7),
        delivered_at=NOW.replace(year=2025, month=4, day=11),
    )
    clock_chain(Chain.Trigger.WARRANTY_END, -30)

    assert hourly(NOW, NOW + 4 * DAY) == [dt.datetime(2026, 3, 12, 10, tzinfo=dt.UTC)]


def test_when_it_is_time_to_buy_the_product_again():
    product = make_product(repurchase_days=60)
    make_order(product=product, placed_at=NOW - 61 * DAY, delivered_at=NOW - 58 * DAY)
    clock_chain(Chain.Trigger.REPURCHASE, 0)

    assert hourly(NOW, NOW + 4 * DAY) == [dt.datetime(2026, 3, 12, 10, tzinfo=dt.UTC)]


def test_the_day_before_an_appointment():
    make_order(placed_at=NOW, appointment_at=NOW + 3 * DAY)
    make_order(placed_at=NOW, appointment_at=NOW + 3 * DAY, cancelled_at=NOW + HOUR)
    clock_chain(Chain.Trigger.APPOINTMENT, -1)

    assert hourly(NOW, NOW + 4 * DAY) == [dt.datetime(2026, 3, 12, 10, tzinfo=dt.UTC)]


def test_an_outage_of_three_days_loses_nobody():
    make_customer(born_on=dt.date(1990, 3, 11))
    make_order(placed_at=NOW - 29 * DAY)
    clock_chain(Chain.Trigger.BIRTHDAY, 0)
    clock_chain(Chain.Trigger.LAST_ORDER, 30)
    tick(NOW)

    assert tick(NOW + 3 * DAY)["entered"] == 2


def test_what_fell_due_while_a_chain_was_paused_starts_nothing():
    make_order(placed_at=NOW - 29 * DAY)
    chain = clock_chain(Chain.Trigger.LAST_ORDER, 30)

    pausing.pause(chain, NOW)
    tick(NOW + 2 * DAY)
    pausing.resume(chain, NOW + 2 * DAY, "drop")

    assert tick(NOW + 3 * DAY)["entered"] == 0


def entered_after(*moments, **fields):
    """How often a customer who orders at these moments enters a chain."""
    live_chain(message(), wait(10), message(), **fields)
    customer = make_customer()
    for day in range(1, 22):
        if NOW + day * DAY in moments:
            make_order(customer=customer, placed_at=NOW + day * DAY)
        tick(NOW + day * DAY)
    return Enrolment.objects.count()


@pytest.mark.parametrize(
    ("told", "rule", "days", "expected"),
    [
        ("once in a lifetime", "once", 1, 1),
        ("for every order", "per_order", 1, 3),
        ("again after 15 days", "after_days", 15, 2),
        ("never while still in it", "after_days", 1, 2),
    ],
)
def test_how_often_a_customer_may_enter(told, rule, days, expected):
    moments = [NOW + DAY, NOW + 6 * DAY, NOW + 20 * DAY]

    assert entered_after(*moments, re_entry=rule, re_entry_days=days) == expected


def rule(field, operator, *values):
    return {"all": [{"field": field, "operator": operator, "value": list(values)}]}


def test_only_orders_with_goods_of_the_category_or_its_parts():
    kitchen = make_category("Kitchen")
    live_chain(message(), audience_rule=rule("order_category", "has", str(kitchen.pk)))
    kettle = make_product(category="Kitchen / Kettles")
    fridge = make_product(category="Large / Fridges")

    inside = make_order(product=kettle, placed_at=NOW + HOUR)
    make_order(product=fridge, placed_at=NOW + HOUR)
    tick(NOW + HOUR)

    assert Enrolment.objects.get().order == inside


def test_only_services():
    live_chain(message(), audience_rule=rule("order_kind", "is", "service"))
    visit = make_order(product=make_product(kind=Product.Kind.SERVICE), placed_at=NOW + HOUR)
    make_order(placed_at=NOW + HOUR)

    tick(NOW + HOUR)

    assert Enrolment.objects.get().order == visit


def test_only_customers_of_whom_the_rule_holds():
    live_chain(message(), audience_rule=rule("city", "is", "Rome"))
    roman = make_order(customer=make_customer(city="Rome"), placed_at=NOW + HOUR)
    make_order(customer=make_customer(city="Paris"), placed_at=NOW + HOUR)

    tick(NOW + HOUR)

    assert Enrolment.objects.get().order == roman


def test_only_complaints_start_a_chain_about_complaints():
    live_chain(message(), event="case.opened", audience_rule=rule("event_case", "is", "complaint"))
    angry, curious = make_customer(), make_customer()
    cases.open_case(angry, kind="complaint", subject="It leaks", at=NOW + HOUR)
    cases.open_case(curious, kind="question", subject="Which filter?", at=NOW + HOUR)

    tick(NOW + HOUR)

    assert Enrolment.objects.get().customer == angry
    assert Enrolment.objects.get().event.kind == "case.opened"


def test_a_customer_leaves_as_soon_as_the_exit_rule_holds():
    live_chain(message(), wait(1), message(), exit_rule=rule("city", "is", "Rome"))
    order = make_order(placed_at=NOW + HOUR)
    tick(NOW + HOUR)
    order.customer.city = "Rome"
    order.customer.save()

    tick(NOW + 2 * DAY)

    assert (Enrolment.objects.get().status, Enrolment.objects.get().ending) == ("left", "rule")


def test_a_rule_that_can_no_longer_be_read_stops_nothing_but_its_own_chain():
    segment = Segment.objects.create(name="Romans", rule=rule("city", "is", "Rome"))
    live_chain(message(name="narrow"), audience_rule=rule("segment", "is", str(segment.pk)))
    wide = live_chain(message(name="wide"))
    segment.delete()
    make_order(placed_at=NOW + HOUR)

    tick(NOW + HOUR)

    assert Enrolment.objects.get().chain == wide


def test_a_delivery_told_days_later_counts_from_when_it_happened():
    live_chain(message(late_after_hours=24 * 9), event="order.delivered")
    order = make_order(placed_at=NOW - DAY)
    orders.deliver(order, at=NOW + DAY)

    tick(NOW + 3 * DAY)

    assert Enrolment.objects.get().triggered_at == NOW + DAY


def by_calendar(**fields):
    fields = {"trigger_hour": 9, "re_entry": "per_order"} | fields
    return live_chain(message(), **fields)


def test_one_day_of_the_calendar_comes_to_everybody_at_their_own_hour():
    romans = rule("city", "is", "Rome")
    here = make_customer(city="Rome")
    far = make_customer(city="Rome", time_zone="Asia/Vladivostok")
    make_customer(city="Paris")
    by_calendar(trigger="moment", trigger_on=dt.date(2026, 3, 12), audience_rule=romans)

    assert hourly(NOW, NOW + 4 * DAY) == [
        dt.datetime(2026, 3, 11, 23, tzinfo=dt.UTC),
        dt.datetime(2026, 3, 12, 9, tzinfo=dt.UTC),
    ]
    assert Enrolment.objects.get(customer=far).triggered_at == dt.datetime(2026, 3, 11, 23, tzinfo=dt.UTC)
    assert Enrolment.objects.get(customer=here).triggered_at == dt.datetime(2026, 3, 12, 9, tzinfo=dt.UTC)


def test_by_the_shops_clock_everybody_starts_at_one_moment():
    make_customer()
    make_customer(time_zone="Asia/Vladivostok")
    by_calendar(trigger="moment", trigger_on=dt.date(2026, 3, 12), trigger_clock="shop")

    assert hourly(NOW, NOW + 4 * DAY) == [dt.datetime(2026, 3, 12, 9, tzinfo=dt.UTC)] * 2


def test_a_day_of_the_calendar_that_is_past_starts_nothing():
    make_customer()
    by_calendar(trigger="moment", trigger_on=dt.date(2026, 3, 10))

    assert hourly(NOW, NOW + 2 * DAY) == []


@pytest.mark.parametrize(
    ("told", "fields", "days"),
    [
        ("every day", {"trigger_every": "day"}, [11, 12, 13, 14]),
        ("every week", {"trigger_every": "week", "trigger_weekdays": [2, 4]}, [11, 13]),
        ("every month", {"trigger_every": "month", "trigger_day": 13}, [13]),
        ("every year", {"trigger_every": "year", "trigger_day": 12, "trigger_month": 3}, [12]),
        ("in another month", {"trigger_every": "year", "trigger_day": 12, "trigger_month": 4}, []),
    ],
)
def test_again_and_again_by_the_calendar(told, fields, days):
    make_customer()
    by_calendar(trigger="season", **fields)

    assert hourly(NOW, NOW + 4 * DAY) == [dt.datetime(2026, 3, day, 9, tzinfo=dt.UTC) for day in days]


@pytest.mark.parametrize(
    ("told", "day", "is_start"),
    [
        ("the last of February", dt.date(2026, 2, 28), True),
        ("the last of a leap February", dt.date(2028, 2, 29), True),
        ("not the day before it", dt.date(2028, 2, 28), False),
        ("the 30th of April", dt.date(2026, 4, 30), True),
        ("the 31st of May", dt.date(2026, 5, 31), True),
        ("not the 30th of May", dt.date(2026, 5, 30), False),
    ],
)
def test_the_31st_of_every_month_is_its_last_day(told, day, is_start):
    assert falls_on(Trigger(kind="season", every="month", day=31), day) is is_start


@pytest.mark.parametrize(
    ("told", "zone", "day", "moment"),
    [
        (
            "an hour that spring skips",
            "Europe/Berlin",
            dt.date(2026, 3, 29),
            dt.datetime(2026, 3, 29, 1, tzinfo=dt.UTC),
        ),
        (
            "an hour that autumn repeats",
            "Europe/Berlin",
            dt.date(2026, 10, 25),
            dt.datetime(2026, 10, 25, 0, tzinfo=dt.UTC),
        ),
        (
            "the first zone to see the day",
            "Pacific/Kiritimati",
            dt.date(2026, 5, 1),
            dt.datetime(2026, 4, 30, 12, tzinfo=dt.UTC),
        ),
        ("the last zone to see the day", "Etc/GMT+12", dt.date(2026, 5, 1), dt.datetime(2026, 5, 1, 14, tzinfo=dt.UTC)),
    ],
)
def test_the_moment_of_a_day_in_a_zone(told, zone, day, moment):
    trigger = Trigger(kind="moment", on=day, hour=2)

    assert latest(trigger, ZoneInfo(zone), moment - DAY, moment) == moment
    assert latest(trigger, ZoneInfo(zone), moment, moment + DAY) is None
    assert may_start(trigger, moment - HOUR, moment)


def test_an_outage_makes_up_for_the_last_start_only():
    make_customer()
    by_calendar(trigger="season", trigger_every="day")
    tick(NOW)

    assert tick(NOW + 3 * DAY)["entered"] == 1
    assert Enrolment.objects.get().triggered_at == dt.datetime(2026, 3, 13, 9, tzinfo=dt.UTC)


def test_a_clock_that_jumps_back_starts_nobody_twice():
    make_customer(born_on=dt.date(1990, 3, 11))
    make_order(placed_at=NOW - 30 * DAY + HOUR)
    clock_chain(Chain.Trigger.BIRTHDAY, 0, re_entry="per_order")
    clock_chain(Chain.Trigger.LAST_ORDER, 30)
    by_calendar(trigger="season", trigger_every="day")
    ahead = NOW + DAY

    first = tick(ahead)["entered"]
    counts = [tick(ahead - hours * HOUR)["entered"] for hours in (6, 3, 1, 0)]

    assert (first, sum(counts)) == (4, 0)


def test_a_date_that_the_shop_keeps_with_the_customer():
    make_customer(attributes={"departure": "2026-03-20"})
    make_customer(attributes={"departure": "2026-03-20T18:30:00"})
    make_customer(attributes={"departure": "soon"})
    make_customer(attributes={"departure": "2026-13-45"})
    make_customer()
    clock_chain(Chain.Trigger.ATTRIBUTE, -7, trigger_attribute="departure")

    assert hourly(NOW, NOW + 5 * DAY) == [dt.datetime(2026, 3, 13, 10, tzinfo=dt.UTC)] * 2


def test_a_date_of_the_customer_that_comes_back_every_year():
    make_customer(attributes={"wedding": "2019-03-13"})
    make_customer(attributes={"wedding": "2020-02-29"})
    start = dt.datetime(2027, 2, 27, tzinfo=dt.UTC)
    clock_chain(Chain.Trigger.ATTRIBUTE, 0, trigger_attribute="wedding", is_yearly=True, at=start)

    assert hourly(start, start + 16 * DAY) == [
        dt.datetime(2027, 2, 28, 10, tzinfo=dt.UTC),
        dt.datetime(2027, 3, 13, 10, tzinfo=dt.UTC),
    ]


def test_days_before_a_payment_is_due_and_only_while_it_is():
    make_order(placed_at=NOW, payment_due_at=NOW + 5 * DAY)
    make_order(placed_at=NOW, payment_due_at=NOW + 5 * DAY, paid_at=NOW + HOUR)
    clock_chain(Chain.Trigger.PAYMENT_DUE, -3)

    assert hourly(NOW, NOW + 4 * DAY) == [dt.datetime(2026, 3, 12, 10, tzinfo=dt.UTC)]


@pytest.mark.parametrize("kind", ["segment.entered", "segment.left"])
def test_only_the_segment_that_the_chain_names(kind):
    romans = Segment.objects.create(name="Romans", rule=rule("city", "is", "Rome"))
    others = Segment.objects.create(name="Parisians", rule=rule("city", "is", "Paris"))
    live_chain(message(), event=kind, trigger_segment=romans)
    for segment in (romans, others):
        told = make_customer()
        events.record(
            kind,
            customer=told,
            occurred_at=NOW + HOUR,
            source="test",
            key=segment.name,
            properties={"segment": segment.pk},
        )

    tick(NOW + HOUR)

    assert Enrolment.objects.get().event.properties == {"segment": romans.pk}


def test_a_customer_in_the_chain_for_one_order_enters_for_another():
    customer = make_customer()
    live_chain(message(), wait(30), message())
    for day in (1, 2):
        make_order(customer=customer, placed_at=NOW + day * DAY)

    tick(NOW + 3 * DAY)

    assert Enrolment.objects.active().filter(customer=customer).count() == 2


def test_an_event_told_late_still_starts_the_chain():
    """It committed after later ones were handled: the inbox keeps no place in the order of events."""
    live_chain(message(late_after_hours=100))
    make_order(placed_at=NOW + 3 * HOUR)
    tick(NOW + 3 * HOUR)

    make_order(placed_at=NOW + HOUR)
    tick(NOW + 4 * HOUR)

    assert Enrolment.objects.count() == 2


def test_a_date_told_after_its_moment_starts_nothing():
    clock_chain(Chain.Trigger.BIRTHDAY, 0)
    tick(NOW + 2 * DAY)
    make_customer(born_on=dt.date(1990, 3, 11))

    assert tick(NOW + 3 * DAY)["entered"] == 0


def test_a_registered_product_starts_a_chain():
    live_chain(message(), event="product.registered")
    order = make_order(placed_at=NOW)
    line = order.lines.get()

    for _click in range(2):
        orders.register_product(order, line.product, at=NOW + HOUR, serial="K-1")
    tick(NOW + HOUR)

    assert Enrolment.objects.get().event.properties == {
        "number": order.number,
        "product": line.product_id,
        "serial": "K-1",
    }
