"""Publishing: what becomes of those under way, and of those to whom it had happened before."""

import datetime as dt

import pytest

from chains.definition import publishing
from chains.definition.publishing import LetIn
from chains.engine.enrol.enrol import enrol
from chains.engine.run import tick
from chains.explain.version_moves import moves
from chains.models import Backlog, Chain, Enrolment, Entrant, Touch
from chains.program.program import parse
from segments.models import Segment
from segments.refresh import refresh
from tests.chains.factories import draft_chain, live_chain, message, wait
from tests.conftest import NOW, make_customer, make_order

pytestmark = pytest.mark.django_db

HOUR = dt.timedelta(hours=1)
DAY = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def kettle_shop(shop):
    return shop


def names(customer):
    return list(Touch.objects.filter(customer=customer).order_by("due_at").values_list("step_name", flat=True))


def republish(chain, at, **decided):
    version = publishing.publish(chain, at, **decided)
    chain.refresh_from_db()
    return version


def test_a_second_click_publishes_nothing_new():
    chain = draft_chain(message())

    first = publishing.publish(chain, NOW)
    second = publishing.publish(chain, NOW + HOUR)

    assert second == first
    assert chain.versions.count() == 1
    chain.refresh_from_db()
    assert chain.watermark_at == NOW


def test_a_draft_changed_since_it_was_agreed_to_is_not_published(shop):
    chain = draft_chain(message())
    agreed = publishing.digest(publishing.compiled(chain, shop))
    chain.steps.update(name="another")

    with pytest.raises(publishing.NotPublishable, match="changed after this page"):
        publishing.publish(chain, NOW, agreed=agreed)

    chain.refresh_from_db()
    assert (chain.status, chain.version) == ("draft", None)


def test_those_moved_go_on_at_the_same_step_of_the_new_version():
    chain = live_chain(message(name="first"), wait(10), message(name="second"))
    customer = make_order(placed_at=NOW + HOUR).customer
    tick(NOW + HOUR)
    chain.steps.filter(kind="wait").update(wait_amount=3)
    chain.steps.filter(name="second").update(name="sooner")

    republish(chain, NOW + DAY, moves_people=True)
    assert tick(NOW + DAY)["moved"] == 1
    assert tick(NOW + DAY)["moved"] == 0
    tick(NOW + 3 * DAY + HOUR)

    enrolment = Enrolment.objects.get()
    assert (enrolment.version, enrolment.status) == (chain.version, "finished")
    assert names(customer) == ["first", "sooner"]


def test_a_wait_that_the_new_version_ended_long_ago_ends_now():
    chain = live_chain(message(name="first"), wait(30), message(name="second", late_after_hours=24))
    customer = make_order(placed_at=NOW + HOUR).customer
    tick(NOW + HOUR)
    chain.steps.filter(kind="wait").update(wait_amount=2)

    republish(chain, NOW + 20 * DAY, moves_people=True)
    tick(NOW + 20 * DAY)

    assert Touch.objects.get(customer=customer, step_name="second").status == "sent"


def test_whose_step_is_gone_goes_on_at_the_next_that_is_still_there():
    chain = live_chain(message(name="first"), wait(10), message(name="gone"), wait(20), message(name="last"))
    customer = make_order(placed_at=NOW + HOUR).customer
    tick(NOW + HOUR)
    chain.steps.filter(wait_amount=10).delete()
    chain.steps.filter(name="gone").delete()

    republish(chain, NOW + 5 * DAY, moves_people=True)
    tick(NOW + 5 * DAY)
    assert Enrolment.objects.get().due_at == NOW + 25 * DAY
    tick(NOW + 25 * DAY)

    assert names(customer) == ["first", "last"]


def test_who_stands_at_the_end_of_what_is_left_finishes():
    chain = live_chain(message(name="first"), wait(10), message(name="second"))
    customer = make_order(placed_at=NOW + HOUR).customer
    tick(NOW + HOUR)
    chain.steps.exclude(name="first").delete()

    republish(chain, NOW + 5 * DAY, moves_people=True)
    tick(NOW + 5 * DAY)

    assert Enrolment.objects.get().status == "finished"
    assert names(customer) == ["first"]


def test_what_moving_does_is_said_step_by_step_before(shop):
    chain = live_chain(message(name="first"), wait(10), message(name="second"), wait(20), message(name="last"))
    for _customer in range(2):
        make_order(placed_at=NOW + HOUR)
    tick(NOW + HOUR)
    tick(NOW + 10 * DAY + HOUR)
    make_order(placed_at=NOW + 11 * DAY)
    tick(NOW + 11 * DAY)

    def told():
        return moves(chain, parse(0, chain.pk, publishing.compiled(chain, shop)))

    assert told() == []
    chain.steps.filter(wait_amount=20).update(wait_amount=5)
    chain.steps.filter(wait_amount=10).delete()
    assert told() == [
        "1 customer at 2. wait for 10 days — the step is gone: on to 2. “second”.",
        "2 customers at 4. wait for 20 days — now: wait for 5 days, counted from when they came to it.",
    ]
    chain.steps.exclude(name="first").delete()
    assert told()[0] == (
        "1 customer at 2. wait for 10 days — the step is gone and nothing comes behind it: the chain is finished."
    )


def test_who_entered_the_old_version_while_the_new_one_was_published_is_moved_too():
    chain = live_chain(message(name="first"), wait(10), message(name="second"))
    old = chain.version
    chain.steps.filter(kind="wait").update(wait_amount=3)
    republish(chain, NOW + HOUR, moves_people=True)
    make_order(placed_at=NOW + 2 * HOUR)
    tick(NOW + 2 * HOUR)
    Enrolment.objects.update(version=old)

    tick(NOW + 3 * HOUR)

    assert Enrolment.objects.get().version == chain.version


def past_orders(*days):
    return [make_order(placed_at=NOW - day * DAY) for day in days]


def test_only_from_now_on_unless_it_is_said_otherwise():
    past_orders(1, 2)

    live_chain(message())
    tick(NOW + HOUR)

    assert Enrolment.objects.count() == 0


def test_all_to_whom_it_happened_lately_enter_at_once_and_count_from_now():
    order, _older, _oldest = past_orders(2, 5, 40)
    chain = draft_chain(message(name="hello"), wait(3), message(name="later"))

    publishing.publish(chain, NOW, let_in=LetIn(NOW - 30 * DAY))
    tick(NOW)

    assert Enrolment.objects.count() == 2
    enrolment = Enrolment.objects.get(order=order)
    assert (enrolment.triggered_at, enrolment.started_at) == (order.placed_at, NOW)
    assert enrolment.due_at == NOW + 3 * DAY
    assert Touch.objects.filter(status="sent").count() == 2
    assert (Entrant.objects.count(), Backlog.objects.count()) == (0, 0)


def test_the_past_is_let_in_little_by_little():
    past_orders(*range(1, 21))
    chain = draft_chain(message())

    publishing.publish(chain, NOW, let_in=LetIn(NOW - 30 * DAY, spread_days=10))
    tick(NOW)
    counts = []
    for day in range(11):
        tick(NOW + day * DAY)
        counts.append(Enrolment.objects.count())

    assert counts == sorted(counts)
    assert counts[0] < counts[5] < counts[10] == 20


def test_who_was_imported_is_let_in_when_it_is_asked_for():
    order = make_order(placed_at=NOW - 3 * DAY)
    order.events.update(is_historic=True)

    publishing.publish(draft_chain(message()), NOW, let_in=LetIn(NOW - 30 * DAY))
    tick(NOW)

    assert Enrolment.objects.get().order == order


def test_of_several_orders_the_last_lets_a_customer_in_once():
    customer = make_customer()
    for day in (20, 3, 12):
        order = make_order(customer=customer, placed_at=NOW - day * DAY, number=f"B-{day}")

    publishing.publish(draft_chain(message(), re_entry="once"), NOW, let_in=LetIn(NOW - 30 * DAY))
    tick(NOW)

    assert Enrolment.objects.get().order.number == "B-3"
    assert order.customer == customer


def test_members_found_silently_are_the_past_of_a_segment():
    segment = Segment.objects.create(
        name="Romans", rule={"all": [{"field": "city", "operator": "is", "value": ["Rome"]}]}
    )
    roman = make_customer(city="Rome")
    refresh(segment, NOW - DAY)
    chain = draft_chain(message(), event="segment.entered", trigger_segment=segment, re_entry="once")

    publishing.publish(chain, NOW, let_in=LetIn(NOW - 30 * DAY))
    tick(NOW)

    assert Enrolment.objects.get().customer == roman


def test_who_left_the_audience_before_their_turn_does_not_enter():
    order = past_orders(3)[0]
    rule = {"all": [{"field": "city", "operator": "is", "value": ["Rome"]}]}
    order.customer.city = "Rome"
    order.customer.save()
    chain = draft_chain(message(), audience_rule=rule)
    publishing.publish(chain, NOW, let_in=LetIn(NOW - 30 * DAY, spread_days=10))
    enrol(NOW)
    assert Entrant.objects.count() == 1

    order.customer.city = "Paris"
    order.customer.save()
    tick(NOW + 10 * DAY)

    assert (Enrolment.objects.count(), Entrant.objects.count()) == (0, 0)


def test_another_trigger_forgets_who_waited_for_the_one_before():
    past_orders(*range(1, 6))
    chain = draft_chain(message())
    publishing.publish(chain, NOW, let_in=LetIn(NOW - 30 * DAY, spread_days=10))
    enrol(NOW)
    Chain.objects.filter(pk=chain.pk).update(trigger_event="order.paid")

    publishing.publish(chain, NOW + HOUR)
    tick(NOW + 20 * DAY)

    assert (Enrolment.objects.count(), Entrant.objects.count()) == (0, 0)


def test_a_wider_audience_leaves_the_clock_of_the_trigger_where_it_is():
    chain = live_chain(message(), audience_rule={"all": [{"field": "city", "operator": "is", "value": ["Rome"]}]})
    make_order(placed_at=NOW + HOUR)
    Chain.objects.filter(pk=chain.pk).update(audience_rule=None)

    republish(chain, NOW + 2 * HOUR)
    tick(NOW + 2 * HOUR)

    assert chain.watermark_at == NOW
    assert Enrolment.objects.count() == 1
