"""The four verbs together, with a clock that the test moves."""

import datetime as dt

import pytest
from django.core import mail

from chains.definition import pausing, publishing
from chains.engine.advance.advance import advance
from chains.engine.enrol.enrol import enrol
from chains.engine.run import tick
from chains.explain.reasons import sentence
from chains.models import Enrolment, Touch
from crm import consent
from crm.customers import merge
from crm.customers.mood import note_mood
from crm.models import Customer, Shop, StaffTask
from crm.orders import orders
from crm.service import cases
from crm.service.case_corrections import correct
from tests.chains.factories import draft_chain, live_chain, marketing, message, task, wait
from tests.conftest import NOW, make_case, make_customer, make_order

pytestmark = pytest.mark.django_db

HOUR = dt.timedelta(hours=1)
DAY = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def kettle_shop(shop):
    return shop


def touch_of(customer, step_name=None):
    touches = Touch.objects.filter(customer=customer)
    return touches.get(step_name=step_name) if step_name else touches.get()


def outcome(customer, step_name=None):
    touch = touch_of(customer, step_name)
    return touch.status, touch.reason


def test_an_order_starts_its_chain_and_the_letter_leaves_in_the_same_pass():
    live_chain(message(subject="Thank you, {{ customer.first_name }}"))
    order = make_order(placed_at=NOW + HOUR, customer=make_customer(email="ann@example.com"))

    counts = tick(NOW + HOUR)

    assert (counts["entered"], counts["claimed"], counts["sent"]) == (1, 1, 1)
    assert [(letter.to, letter.subject) for letter in mail.outbox] == [(["ann@example.com"], "Thank you, Ann")]
    touch = touch_of(order.customer)
    assert (touch.status, touch.sent_at, touch.subject) == ("sent", NOW + HOUR, "Thank you, Ann")


def test_a_second_pass_at_the_same_moment_does_nothing():
    live_chain(message(), wait(1), message())
    make_order(placed_at=NOW + HOUR)
    tick(NOW + HOUR)

    assert set(tick(NOW + HOUR).values()) == {0}
    assert len(mail.outbox) == 1


def test_each_verb_run_twice_writes_once():
    live_chain(message(), message(name="second"))
    make_order(placed_at=NOW + HOUR)

    enrol(NOW + HOUR)
    assert enrol(NOW + HOUR).total() == 0
    advance(NOW + HOUR)
    assert advance(NOW + HOUR).total() == 0

    assert (Enrolment.objects.count(), Touch.objects.count()) == (1, 2)


def test_what_happened_before_the_chain_was_switched_on_starts_nothing():
    make_order(placed_at=NOW - HOUR)
    live_chain(message())

    tick(NOW)

    assert not Enrolment.objects.exists()
    assert mail.outbox == []


def test_a_draft_starts_for_nobody():
    draft_chain(message())
    make_order(placed_at=NOW + HOUR)

    tick(NOW + HOUR)

    assert not Enrolment.objects.exists()


def test_waits_count_from_the_plan_even_when_the_engine_was_late():
    live_chain(message(name="first"), wait(2), message(name="second"))
    order = make_order(placed_at=NOW + HOUR)

    tick(NOW + 22 * HOUR)

    touch = touch_of(order.customer, "first")
    assert (touch.due_at, touch.sent_at or touch.status) == (NOW + HOUR, NOW + 22 * HOUR)
    assert Enrolment.objects.get().due_at == NOW + HOUR + 2 * DAY


def test_waits_for_a_delivery_that_is_not_known_yet():
    live_chain(message(name="order"), wait(3, since="delivered"), message(name="care"))
    order = make_order(placed_at=NOW + HOUR)
    tick(NOW + HOUR)
    assert (Enrolment.objects.get().awaits, Enrolment.objects.get().due_at) == ("delivered", None)

    orders.deliver(order, at=NOW + 2 * DAY)
    tick(NOW + 2 * DAY)
    assert Enrolment.objects.get().due_at == NOW + 5 * DAY
    tick(NOW + 5 * DAY - HOUR)
    assert len(mail.outbox) == 1
    tick(NOW + 5 * DAY)

    assert outcome(order.customer, "care") == ("sent", "")
    assert Enrolment.objects.get().status == "finished"


def test_a_cancelled_order_ends_its_chain_at_once():
    live_chain(message(name="order"), wait(3), message(name="care"))
    order = make_order(placed_at=NOW + HOUR)
    tick(NOW + HOUR)

    orders.cancel(order, at=NOW + 2 * HOUR)
    tick(NOW + 2 * HOUR)

    enrolment = Enrolment.objects.get()
    assert (enrolment.status, enrolment.ending) == ("left", "cancelled")
    tick(NOW + 4 * DAY)
    assert len(mail.outbox) == 1


def test_a_chain_about_a_return_is_not_ended_by_that_return():
    live_chain(message(), event="order.returned")
    order = make_order(placed_at=NOW - 9 * DAY, delivered_at=NOW - 8 * DAY)

    orders.return_goods(order, at=NOW + HOUR)
    tick(NOW + HOUR)

    assert outcome(order.customer) == ("sent", "")


def test_marketing_ends_when_the_goal_is_reached_and_service_goes_on():
    live_chain(
        message(name="order"),
        wait(2, since="delivered"),
        marketing(name="offer"),
        message(name="care"),
        goal="ordered",
    )
    order = make_order(placed_at=NOW + HOUR, delivered_at=NOW + HOUR)
    tick(NOW + HOUR)
    make_order(customer=order.customer, placed_at=NOW + DAY)
    tick(NOW + DAY)

    tick(NOW + 3 * DAY)

    first = Enrolment.objects.order_by("triggered_at").first()
    assert {touch.step_name: (touch.status, touch.reason) for touch in first.touches.all()} == {
        "order": ("sent", ""),
        "offer": ("skipped", "goal"),
        "care": ("sent", ""),
    }


def test_a_chain_with_only_marketing_left_ends_when_the_goal_is_reached():
    live_chain(message(), wait(2, since="delivered"), marketing(), goal="ordered", re_entry="once")
    order = make_order(placed_at=NOW + HOUR, delivered_at=NOW + HOUR)
    tick(NOW + HOUR)
    make_order(customer=order.customer, placed_at=NOW + DAY)

    tick(NOW + 3 * DAY)

    assert (Enrolment.objects.get().status, Enrolment.objects.get().ending) == ("finished", "goal")
    assert len(mail.outbox) == 1


def test_a_complaint_holds_marketing_until_it_is_resolved():
    live_chain(marketing(late_after_hours=240), event="case.confirmed")
    live_chain(message(), wait(1, since="delivered"), marketing(name="offer", late_after_hours=240))
    order = make_order(placed_at=NOW + HOUR, delivered_at=NOW + HOUR)
    tick(NOW + HOUR)
    case = make_case(order.customer, at=NOW + 2 * HOUR)

    tick(NOW + 2 * DAY)
    assert sentence(touch_of(order.customer, "offer")) == "Waits: an open complaint (“The lid does not close”)"
    assert len(mail.outbox) == 1

    cases.resolve(case, at=NOW + 2 * DAY + HOUR)
    tick(NOW + 2 * DAY + HOUR)
    assert outcome(order.customer, "offer") == ("sent", "")


def test_marketing_follows_what_staff_make_of_a_case_at_once():
    live_chain(message(), wait(1, since="delivered"), marketing(name="offer", late_after_hours=240))
    order = make_order(placed_at=NOW + HOUR, delivered_at=NOW + HOUR)
    tick(NOW + HOUR)
    case = make_case(order.customer, kind="question", at=NOW + 2 * HOUR)
    told = {"severity": case.severity, "order": None}

    correct(case, kind="complaint", at=NOW + 3 * HOUR, **told)
    tick(NOW + 2 * DAY)
    assert (outcome(order.customer, "offer"), len(mail.outbox)) == (("scheduled", "complaint"), 1)

    correct(case, kind="question", at=NOW + 2 * DAY + HOUR, **told)
    tick(NOW + 2 * DAY + HOUR)
    assert (outcome(order.customer, "offer"), len(mail.outbox)) == (("sent", ""), 2)


def test_a_bad_mood_holds_marketing_until_it_is_better():
    live_chain(message(), wait(1, since="delivered"), marketing(name="offer"))
    order = make_order(placed_at=NOW + HOUR, delivered_at=NOW + HOUR)
    note_mood(order.customer, Customer.Mood.BAD, at=NOW + HOUR)
    tick(NOW + HOUR)
    tick(NOW + 2 * DAY)
    assert outcome(order.customer, "offer") == ("scheduled", "mood")

    note_mood(order.customer, Customer.Mood.GOOD, at=NOW + 2 * DAY)
    tick(NOW + 2 * DAY)

    assert outcome(order.customer, "offer") == ("sent", "")


def test_no_marketing_for_an_order_before_it_has_arrived():
    live_chain(message(name="news"), marketing(name="offer"), event="order.milestone")
    order = make_order(placed_at=NOW)
    orders.reach_milestone(order, "Frame up", at=NOW + HOUR)
    tick(NOW + HOUR)
    tick(NOW + 2 * HOUR)
    assert outcome(order.customer, "offer") == ("scheduled", "not_delivered")

    orders.deliver(order, at=NOW + 3 * HOUR)
    tick(NOW + 3 * HOUR)

    assert outcome(order.customer, "offer") == ("sent", "")


def test_marketing_for_an_order_waits_until_its_service_has_gone_out():
    chain = live_chain(message(name="thanks"), marketing(name="offer"), event="order.delivered")
    order = make_order(placed_at=NOW - DAY)
    orders.deliver(order, at=NOW + HOUR)
    tick(NOW + HOUR)
    assert outcome(order.customer, "thanks") == ("sent", "")
    assert outcome(order.customer, "offer") == ("scheduled", "service_first")

    tick(NOW + 2 * HOUR)

    assert outcome(order.customer, "offer") == ("sent", "")
    assert Touch.objects.filter(chain=chain).count() == 2


def test_no_more_than_three_in_a_week_but_service_always():
    customer = make_customer()
    live_chain(message(), event="visited")
    live_chain(marketing(name="offer", late_after_hours=24 * 6), event="asked")
    for days in (1, 2, 3):
        _happened(customer, "visited", NOW + days * DAY)
        tick(NOW + days * DAY)
    _happened(customer, "asked", NOW + 4 * DAY)
    tick(NOW + 4 * DAY)

    assert sentence(touch_of(customer, "offer")) == "Waits: 3 of 3 messages this week (11, 12 and 13 March)"
    _happened(customer, "visited", NOW + 5 * DAY)
    tick(NOW + 5 * DAY)
    assert len(mail.outbox) == 4
    # On the eighth day the first leaves the week, but the fourth has taken its place; the next leaves on the ninth.
    tick(NOW + 8 * DAY)
    assert outcome(customer, "offer") == ("scheduled", "weekly_cap")
    tick(NOW + 9 * DAY)
    assert outcome(customer, "offer") == ("sent", "")


def _happened(customer, kind, at):
    from crm.events import record

    record(kind, customer=customer, occurred_at=at, source="test", key=f"{kind}:{customer.pk}:{at}")


def test_who_unsubscribed_gets_service_only():
    customer = make_customer(email="ann@example.com")
    consent.withdraw(customer, channel="email", address="ann@example.com", purpose="marketing", at=NOW, source="page")
    live_chain(marketing(name="offer"), message(name="service"), event="asked")

    _happened(customer, "asked", NOW + HOUR)
    tick(NOW + HOUR)

    assert sentence(touch_of(customer, "offer")) == "Not sent: the customer unsubscribed"
    assert outcome(customer, "service") == ("sent", "")
    assert len(mail.outbox) == 1


def test_who_muted_a_topic_does_not_get_it():
    customer = make_customer(muted_topics=["recipes"])
    live_chain(marketing(name="recipe", topic="recipes"), marketing(name="offer", topic="offers"), event="asked")

    _happened(customer, "asked", NOW + HOUR)
    tick(NOW + HOUR)

    assert outcome(customer, "recipe") == ("skipped", "topic_muted")
    assert outcome(customer, "offer") == ("sent", "")


def test_nobody_is_woken_at_night_unless_they_just_acted():
    night = NOW.replace(hour=23)
    live_chain(message(name="confirmation"))
    live_chain(message(name="shipped"), event="order.shipped")
    order = make_order(placed_at=night)
    orders.ship(order, at=night)

    tick(night)

    assert outcome(order.customer, "confirmation") == ("sent", "")
    assert outcome(order.customer, "shipped") == ("scheduled", "quiet_hours")
    tick(night + 11 * HOUR)
    assert outcome(order.customer, "shipped") == ("sent", "")


def test_what_is_too_late_is_missed():
    live_chain(message(late_after_hours=24))
    order = make_order(placed_at=NOW + HOUR)

    tick(NOW + 2 * DAY)

    assert sentence(touch_of(order.customer)) == "Not sent: too late to be useful"
    assert mail.outbox == []


def test_a_staff_task_appears_on_the_list_with_its_script():
    live_chain(task("Write how it went", task_kind="card", script="Good day!", due_days=2), event="order.delivered")
    order = make_order(placed_at=NOW - DAY)
    orders.deliver(order, at=NOW + HOUR)

    tick(NOW + HOUR)

    made = StaffTask.objects.get()
    assert (made.kind, made.title, made.script) == ("card", "Write how it went", "Good day!")
    assert made.due_at == NOW + HOUR + 2 * DAY
    assert Touch.objects.get(pk=made.touch_id).status == "sent"


def test_a_text_that_cannot_be_made_fails_only_its_own_touch():
    live_chain(message(subject="{% if customer.city == 'Zero' %}{{ 1 | divided_by: 0 }}{% endif %}!"))
    broken = make_order(placed_at=NOW + HOUR, customer=make_customer(city="Zero"))
    whole = make_order(placed_at=NOW + HOUR, customer=make_customer(city="Rome"))

    tick(NOW + HOUR)

    assert outcome(broken.customer) == ("failed", "template")
    assert sentence(touch_of(broken.customer)).startswith("Not sent: the text could not be made (")
    assert outcome(whole.customer) == ("sent", "")


def test_a_paused_chain_holds_everybody_and_resuming_lets_them_go_on():
    chain = live_chain(message(name="first"), wait(1), message(name="second"))
    order = make_order(placed_at=NOW + HOUR)
    tick(NOW + HOUR)

    pausing.pause(chain, NOW + 2 * HOUR)
    meanwhile = make_order(placed_at=NOW + 3 * HOUR)
    tick(NOW + 2 * DAY)
    assert (len(mail.outbox), Enrolment.objects.get().awaits) == (1, "resume")

    pausing.resume(chain, NOW + 2 * DAY, "send")
    tick(NOW + 2 * DAY)
    assert outcome(order.customer, "second") == ("sent", "")
    assert order.enrolments.get().status == "finished"
    assert outcome(meanwhile.customer, "first") == ("sent", "")


def test_an_archived_chain_lets_everybody_go():
    chain = live_chain(message(name="first"), wait(1), message(name="second"))
    make_order(placed_at=NOW + HOUR)
    tick(NOW + HOUR)

    pausing.archive(chain, NOW + 2 * HOUR)
    tick(NOW + 2 * HOUR)

    assert (Enrolment.objects.get().status, Enrolment.objects.get().ending) == ("left", "archived")
    tick(NOW + 2 * DAY)
    assert len(mail.outbox) == 1


def test_those_under_way_finish_the_version_they_began_with():
    chain = live_chain(message(name="first"), wait(1), message(name="second"))
    order = make_order(placed_at=NOW + HOUR)
    tick(NOW + HOUR)

    chain.steps.filter(name="second").delete()
    publishing.publish(chain, NOW + 2 * HOUR)
    tick(NOW + 2 * DAY)
    newer = make_order(placed_at=NOW + 2 * DAY)
    tick(NOW + 4 * DAY)

    assert outcome(order.customer, "second") == ("sent", "")
    assert Touch.objects.filter(customer=newer.customer).count() == 1


def test_a_merged_customer_goes_on_under_the_name_of_the_kept_one():
    live_chain(message(name="first"), wait(1), message(name="second"), re_entry="once")
    keeper, duplicate = make_customer(), make_customer()
    make_order(customer=duplicate, placed_at=NOW + HOUR)
    tick(NOW + HOUR)

    merge.merge(keeper, duplicate, at=NOW + 2 * HOUR)
    tick(NOW + 2 * DAY)

    assert Touch.objects.filter(customer=keeper, status="sent").count() == 2


def test_of_two_merged_customers_in_one_chain_one_goes_on():
    live_chain(message(name="first"), wait(1), message(name="second"), re_entry="once")
    keeper, duplicate = make_customer(), make_customer()
    make_order(customer=keeper, placed_at=NOW + HOUR)
    make_order(customer=duplicate, placed_at=NOW + HOUR)
    tick(NOW + HOUR)

    merge.merge(keeper, duplicate, at=NOW + 2 * HOUR)
    tick(NOW + 2 * DAY)

    assert Touch.objects.filter(step_name="second", status="sent").count() == 1
    assert Enrolment.objects.get(status="left").ending == "merged"


def test_the_shops_quiet_hours_and_cap_are_read_at_every_pass():
    Shop.objects.update(weekly_cap=1)
    live_chain(marketing(name="one"), marketing(name="two"), event="asked")
    customer = make_customer()

    _happened(customer, "asked", NOW + HOUR)
    tick(NOW + HOUR)

    assert sorted([outcome(customer, "one")[1], outcome(customer, "two")[1]]) == ["", "weekly_cap"]
