"""Branches, splits, event waits, changes and dates with the real verbs and a clock that the test moves."""

import datetime as dt

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.urls import reverse

from chains.admin.chain_page import written_version
from chains.definition.publishing import publish
from chains.engine.advance.advance import advance
from chains.engine.enrol.enrol import enrol
from chains.engine.run import tick
from chains.explain.decisions import decisions
from chains.explain.version_differences import differences
from chains.models import Enrolment, Passage, Step, Touch
from crm.customers import attributes, dates, merge
from crm.customers.find_or_create import find_or_create
from crm.events import record
from crm.models import Customer, Event, Product
from crm.orders import orders
from segments.models import Segment
from tests.chains.factories import (
    add_tag,
    branch,
    leave,
    live_chain,
    make_template,
    marketing,
    message,
    split,
    until,
    wait,
)
from tests.conftest import NOW, make_customer, make_order

pytestmark = pytest.mark.django_db

HOUR = dt.timedelta(hours=1)
DAY = dt.timedelta(days=1)
REPEAT = {"all": [{"field": "orders_count", "operator": "at_least", "value": 2}]}
FROM_OMSK = {"all": [{"field": "city", "operator": "is", "value": ["Omsk"]}]}


@pytest.fixture(autouse=True)
def kettle_shop(shop):
    return shop


def subjects():
    return [letter.subject for letter in mail.outbox]


def letter(words, **fields):
    return message(subject=words, name=words, **fields)


def tell(customer, kind, at, order=None, key="1", **properties):
    return record(
        kind,
        customer=customer,
        occurred_at=at,
        source="site",
        key=f"{customer.pk}:{kind}:{key}",
        order=order,
        properties=properties,
    )


def test_everybody_takes_the_first_arm_that_suits_them():
    live_chain(
        branch((REPEAT, letter("welcome back")), (FROM_OMSK, letter("hello Omsk")), (None, letter("welcome"))),
        letter("for all"),
    )
    known, omsk, new = make_customer(city="Omsk"), make_customer(city="Omsk"), make_customer()
    make_order(customer=known, placed_at=NOW - 9 * DAY)
    for number, customer in enumerate((known, omsk, new)):
        make_order(customer=customer, placed_at=NOW + HOUR + number * dt.timedelta(seconds=1))

    tick(NOW + 2 * HOUR)

    letters = {customer: set() for customer in (known, omsk, new)}
    for enrolment in Enrolment.objects.prefetch_related("touches"):
        letters[enrolment.customer] = {touch.step_name for touch in enrolment.touches.all()}
    assert letters == {
        known: {"welcome back", "for all"},
        omsk: {"hello Omsk", "for all"},
        new: {"welcome", "for all"},
    }
    assert Passage.objects.count() == 3


def test_branches_ask_once_a_rule_however_many_people_stand_there(django_assert_max_num_queries):
    live_chain(branch((REPEAT, leave()), (None, letter("welcome"))), branch((REPEAT,), (None,)))
    for _ in range(30):
        make_order(placed_at=NOW + HOUR)
    enrol(NOW + HOUR)

    with django_assert_max_num_queries(20):
        counts = advance(NOW + HOUR)

    assert counts["advanced"] == 30


def test_an_arm_is_taken_once_and_a_second_pass_changes_nothing():
    live_chain(branch((REPEAT, add_tag("loyal")), (None, add_tag("new"))), wait(1), letter("end"))
    customer = make_order(placed_at=NOW + HOUR).customer
    tick(NOW + HOUR)
    make_order(customer=customer, placed_at=NOW + 2 * HOUR)
    Enrolment.objects.filter(order__placed_at=NOW + HOUR).update(due_at=NOW + 2 * HOUR)

    tick(NOW + 2 * HOUR)
    assert set(tick(NOW + 2 * HOUR).values()) == {0}

    customer.refresh_from_db()
    assert customer.tags == ["new", "loyal"]
    assert Enrolment.objects.earliest("pk").passages.count() == 2


def test_a_branch_whose_rule_can_no_longer_be_read_suits_nobody():
    segment = Segment.objects.create(name="Gone", rule=FROM_OMSK)
    inside = {"all": [{"field": "segment", "operator": "is", "value": [str(segment.pk)]}]}
    live_chain(branch((inside, letter("never")), (None, letter("otherwise"))))
    segment.delete()
    make_order(placed_at=NOW + HOUR)

    tick(NOW + HOUR)

    assert subjects() == ["otherwise"]


def test_a_split_shares_customers_out_steadily():
    live_chain(split((1, letter("a")), (1, letter("b"))))
    for _ in range(40):
        make_order(placed_at=NOW + HOUR)

    tick(NOW + HOUR)

    assert len(mail.outbox) == 40
    assert 8 < subjects().count("a") < 32


def test_a_leave_step_ends_the_way_and_what_was_due_before_still_goes_out():
    live_chain(letter("last"), split((1, leave()), (1, leave())))
    make_order(placed_at=NOW + HOUR)

    tick(NOW + HOUR)

    assert subjects() == ["last"]
    assert (Enrolment.objects.get().status, Enrolment.objects.get().ending) == ("finished", "leave_step")


def test_an_awaited_event_wakes_whoever_waits_for_it():
    live_chain(
        letter("first"),
        until("cart.filled", happened=[letter("thanks")], ran_out=[letter("reminder")]),
        letter("last"),
        event="order.paid",
    )
    order = make_order(placed_at=NOW)
    orders.pay(order, at=NOW + HOUR)
    tick(NOW + HOUR)
    enrolment = Enrolment.objects.get()
    assert (enrolment.awaits, enrolment.awaited_event, enrolment.due_at) == (
        "event",
        "cart.filled",
        NOW + HOUR + 3 * DAY,
    )

    tell(order.customer, "page.viewed", NOW + DAY)
    tick(NOW + DAY)
    assert Enrolment.objects.get().due_at == NOW + HOUR + 3 * DAY

    event = tell(order.customer, "cart.filled", NOW + 2 * DAY)
    tick(NOW + 2 * DAY)
    assert subjects() == ["first", "thanks", "last"]
    assert Passage.objects.get().event == event


def test_an_awaited_event_that_does_not_come_runs_out():
    live_chain(until("order.paid", happened=[letter("thanks")], ran_out=[letter("reminder")], wait_this_order=True))
    order = make_order(placed_at=NOW + HOUR)
    other = make_order(customer=order.customer, placed_at=NOW)
    tick(NOW + HOUR)
    orders.pay(other, at=NOW + DAY)

    tick(NOW + HOUR + 3 * DAY)

    assert subjects() == ["reminder"]
    assert Passage.objects.get().event is None


def test_an_event_wait_looks_back_from_the_start_of_the_chain():
    """Another order before it came here; the one that started the chain is not what it waits for."""
    live_chain(wait(2), until("order.paid", happened=[letter("paid")], ran_out=[letter("not")], wait_from="trigger"))
    order = make_order(placed_at=NOW + HOUR)
    tick(NOW + HOUR)
    orders.pay(order, at=NOW + DAY)

    tick(NOW + HOUR + 2 * DAY)

    assert subjects() == ["paid"]


def test_an_event_wait_does_not_look_back_before_its_arrival_unless_told_to():
    live_chain(wait(2), until("order.paid", happened=[letter("paid")], ran_out=[], wait_from="arrival"))
    order = make_order(placed_at=NOW + HOUR)
    tick(NOW + HOUR)
    orders.pay(order, at=NOW + DAY)

    tick(NOW + HOUR + 2 * DAY)

    assert Enrolment.objects.get().awaits == "event"


def test_a_postponed_appointment_takes_its_reminder_along_in_both_directions():
    live_chain(letter("booked"), wait(-1, since="appointment"), letter("reminder"))
    order = make_order(placed_at=NOW + HOUR, appointment_at=NOW + 10 * DAY)
    tick(NOW + HOUR)
    assert Enrolment.objects.get().due_at == NOW + 9 * DAY

    orders.move_appointment(order, to=NOW + 20 * DAY, at=NOW + DAY)
    tick(NOW + DAY)
    assert Enrolment.objects.get().due_at == NOW + 19 * DAY

    orders.move_appointment(order, to=NOW + 5 * DAY, at=NOW + 2 * DAY)
    orders.move_appointment(order, to=NOW + 5 * DAY, at=NOW + 2 * DAY)
    tick(NOW + 2 * DAY)
    assert Enrolment.objects.get().due_at == NOW + 4 * DAY

    orders.move_appointment(order, to=None, at=NOW + 3 * DAY)
    tick(NOW + 3 * DAY)
    assert (Enrolment.objects.get().due_at, Enrolment.objects.get().awaits) == (None, "appointment")
    assert Event.objects.filter(kind="order.appointment_moved").count() == 3
    assert subjects() == ["booked"]


def test_a_date_of_the_customer_that_changes_moves_the_wait():
    live_chain(
        wait(-2, since="attribute", wait_attribute="departure_on", wait_hour=10), letter("pack"), re_entry="once"
    )
    customer = make_customer(external_id="c1", time_zone="Europe/Moscow")
    make_order(customer=customer, placed_at=NOW + HOUR)
    tick(NOW + HOUR)
    assert Enrolment.objects.get().awaits == "attribute"

    find_or_create(external_id="c1", now=NOW + DAY, attributes={"departure_on": "2026-07-01"})
    find_or_create(external_id="c1", now=NOW + DAY, attributes={"departure_on": "2026-07-01", "mood": "fine"})
    tick(NOW + DAY)
    assert Enrolment.objects.get().due_at == dt.datetime(2026, 6, 29, 7, tzinfo=dt.UTC)

    attributes.set_attribute(Customer.objects.all(), "departure_on", "2026-06-01", NOW + 2 * DAY)
    assert attributes.set_attribute(Customer.objects.all(), "departure_on", "2026-06-01", NOW + 2 * DAY) == 0
    tick(NOW + 2 * DAY)
    assert Enrolment.objects.get().due_at == dt.datetime(2026, 5, 30, 7, tzinfo=dt.UTC)
    told = [event.properties for event in Event.objects.filter(kind="customer.date").order_by("occurred_at")]
    assert told == [
        {"name": "departure_on", "from": None, "to": "2026-07-01"},
        {"name": "departure_on", "from": "2026-07-01", "to": "2026-06-01"},
    ]


def test_a_warranty_is_waited_for_from_the_delivery_on():
    live_chain(wait(-30, since="warranty_end", wait_hour=10), letter("service"))
    customer = make_customer(time_zone="Europe/Moscow")
    order = make_order(customer=customer, placed_at=NOW + HOUR, lines=[orders.LineData("KETTLE", quantity=1, price=10)])
    tick(NOW + HOUR)
    assert (Enrolment.objects.get().awaits, Enrolment.objects.get().due_at) == ("warranty_end", None)
    orders.deliver(order, at=NOW + DAY)
    tick(NOW + DAY)
    assert Enrolment.objects.get().due_at == NOW + 2 * DAY

    Product.objects.filter(sku="KETTLE").update(warranty_months=12)
    tick(NOW + 2 * DAY)

    assert Enrolment.objects.get().due_at == dt.datetime(2027, 2, 9, 7, tzinfo=dt.UTC)


def test_a_merge_moves_the_waits_of_whoever_is_kept():
    live_chain(wait(since="birthday", amount=0, wait_hour=10), letter("happy birthday"))
    keeper = make_customer(time_zone="Europe/Moscow")
    make_order(customer=keeper, placed_at=NOW + HOUR)
    tick(NOW + HOUR)
    assert Enrolment.objects.get().awaits == "birthday"

    merge.merge(keeper, make_customer(born_on=dt.date(1990, 5, 1)), at=NOW + DAY)
    tick(NOW + DAY)

    assert Enrolment.objects.get().due_at == dt.datetime(2026, 5, 1, 7, tzinfo=dt.UTC)


def test_an_offer_whose_moment_passed_long_ago_is_missed():
    live_chain(
        letter("order"), wait(3, since="delivered"), letter("care"), wait(5, since="placed"), marketing(name="offer")
    )
    order = make_order(placed_at=NOW + HOUR)
    tick(NOW + HOUR)
    orders.deliver(order, at=NOW + 20 * DAY)
    tick(NOW + 20 * DAY)

    tick(NOW + 23 * DAY)

    statuses = {touch.step_name: touch.status for touch in Enrolment.objects.get().touches.all()}
    assert statuses == {"order": "sent", "care": "sent", "offer": "missed"}


def test_those_held_back_go_the_same_way_and_nothing_about_them_changes():
    live_chain(
        add_tag("met"), letter("hello"), wait(3, since="delivered"), marketing(), control_share=50, event="order.placed"
    )
    for _ in range(20):
        make_order(placed_at=NOW + HOUR)

    tick(NOW + HOUR)

    held = set(Enrolment.objects.filter(is_control=True).values_list("customer_id", flat=True))
    assert 0 < len(held) < 20
    assert set(Customer.objects.filter(tags=[]).values_list("pk", flat=True)) == held
    assert Passage.objects.count() == 20


def test_a_click_in_a_message_of_an_arm_tells_its_tags(client):
    template = make_template(tags=["care"], words="[Look](https://kettle.example.com/)")
    live_chain(
        branch((REPEAT,), (None, split((1, letter("a", template=template)), (1, letter("b", template=template)))))
    )
    make_order(placed_at=NOW + HOUR)
    tick(NOW + HOUR)

    client.get(f"/m/c/{Touch.objects.get().token}/0/")

    assert Event.objects.get(kind="message.clicked").properties["tags"] == ["care"]


def test_what_changed_in_an_arm_is_told_of_the_version():
    chain = live_chain(branch((REPEAT, message(name="inside")), (None,), name="Known?"))
    before = chain.version
    chain.steps.get(name="Known?").arms.filter(rule__isnull=True).update(name="the rest")
    chain.steps.get(name="inside").delete()
    Step.objects.create(chain=chain, position=9, **message(name="last"))
    publish(chain, NOW)
    chain.refresh_from_db()

    assert differences(chain, written_version(before), written_version(chain.version)) == [
        "Name of the arm 1b: b → the rest",
        "New: 2. “last”",
        "Removed: 1a.1. “inside”",
    ]


def test_the_way_somebody_went_is_told_in_words(client):
    live_chain(
        add_tag("met"),
        branch((REPEAT,), (None,), name="Known?"),
        split((1,), (1,)),
        until("order.paid", happened=[], ran_out=[letter("reminder")], wait_this_order=True),
        until("page.viewed", ran_out=[]),
        letter("end"),
    )
    order = make_order(placed_at=NOW + HOUR)
    tick(NOW + HOUR)
    orders.pay(order, at=NOW + DAY)
    tick(NOW + DAY)
    enrolment = Enrolment.objects.get()

    told = [(turn.number, turn.words) for turn in decisions(enrolment)]

    assert told[:2] == [("1", "add the tag “met”"), ("2", "took “b”: nothing before it suited")]
    assert told[2][1].endswith(": by chance")
    assert told[3][1].startswith("took “a”: order paid, ")
    assert len(told) == 4
    client.force_login(User.objects.create_superuser("boss"))
    page = client.get(reverse("admin:chains_enrolment_change", args=[enrolment.pk])).content.decode()
    assert "nothing before it suited" in page
    assert "page viewed" in page
    tick(NOW + 9 * DAY)
    assert list(decisions(enrolment))[4].words == "took “b”: it did not happen in time"


@pytest.mark.parametrize(
    ("value", "date"),
    [
        ("2026-07-01", dt.date(2026, 7, 1)),
        ("2026-07-01T10:00:00+03:00", dt.datetime(2026, 7, 1, 7, tzinfo=dt.UTC)),
        ("2026-7-1", None),
        ("", None),
        (20260701, None),
        (None, None),
        ("9999-12-31", None),
    ],
)
def test_an_attribute_may_spell_a_date(value, date):
    assert dates.date_in(value) == date
