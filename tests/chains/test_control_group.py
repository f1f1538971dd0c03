"""The control group: drawn once, walks along, gets the service and none of the marketing."""

import datetime as dt
import functools
import itertools

import pytest
from django.core import mail

from chains.definition import publishing
from chains.definition.checks import problems
from chains.engine.enrol.control_group import draws_control
from chains.engine.enrol.enrol import enrol
from chains.engine.run import tick
from chains.explain.reasons import sentence
from chains.models import Enrolment, Touch
from crm.customers import merge
from crm.events import record
from crm.models import Shop
from tests.chains.factories import draft_chain, live_chain, marketing, message, wait
from tests.conftest import NOW, make_customer

pytestmark = pytest.mark.django_db

HOUR = dt.timedelta(hours=1)
DAY = dt.timedelta(days=1)
_serial = itertools.count(1)


@pytest.fixture(autouse=True)
def kettle_shop(shop):
    return shop


def happens(customer, at, kind="asked"):
    record(kind, customer=customer, occurred_at=at, source="test", key=f"{next(_serial)}")


def held_out(chain):
    """A customer whom the chain's control group draws."""
    return next(one for one in iter(make_customer, None) if draws_control(chain.pk, one.pk, chain.control_share))


def treated(chain):
    return next(one for one in iter(make_customer, None) if not draws_control(chain.pk, one.pk, chain.control_share))


def outcomes(customer):
    touches = Touch.objects.filter(customer=customer).order_by("pk")
    return list(touches.values_list("step_name", "status", "reason"))


@pytest.mark.parametrize("share", [1, 10, 50])
def test_the_group_holds_about_its_share_of_customers(share):
    drawn = sum(draws_control(7, customer, share) for customer in range(1, 20_001))

    assert drawn == pytest.approx(200 * share, rel=0.15)


def test_a_larger_share_keeps_everybody_a_smaller_one_had():
    small, large = ({pk for pk in range(5000) if draws_control(7, pk, share)} for share in (10, 20))

    assert small < large


def test_chains_draw_independently_of_each_other():
    one, other = ({pk for pk in range(20_000) if draws_control(chain, pk, 50)} for chain in (7, 8))

    assert len(one & other) == pytest.approx(5000, rel=0.1)


def test_no_share_holds_nobody():
    assert not any(draws_control(7, pk, 0) for pk in range(5000))


def test_the_held_arm_gets_the_service_and_none_of_the_marketing():
    chain = live_chain(message(name="news"), wait(1), marketing(name="offer"), event="asked", control_share=50)
    without, along = held_out(chain), treated(chain)
    for customer in (without, along):
        happens(customer, NOW + HOUR)

    tick(NOW + HOUR)
    counts = tick(NOW + HOUR + DAY)

    assert (counts["sent"], counts["control"]) == (1, 1)
    assert outcomes(along) == [("news", "sent", ""), ("offer", "sent", "")]
    assert outcomes(without) == [("news", "sent", ""), ("offer", "control", "control")]
    assert sentence(Touch.objects.get(status="control")) == "Held back: in the control group"
    assert len(mail.outbox) == 3
    assert set(Enrolment.objects.values_list("status", flat=True)) == {"finished"}
    assert tick(NOW + HOUR + DAY)["control"] == 0


def test_what_would_not_have_been_sent_is_not_held_but_skipped():
    chain = live_chain(marketing(name="offer"), event="asked", control_share=50)
    without = held_out(chain)
    without.contacts.update(marketing_consent="withdrawn")
    happens(without, NOW + HOUR)

    tick(NOW + HOUR)

    assert outcomes(without) == [("offer", "skipped", "opted_out")]


def test_what_is_held_leaves_room_in_the_week():
    Shop.objects.update(weekly_cap=1)
    chain = live_chain(marketing(name="held"), event="asked", control_share=50)
    live_chain(marketing(name="other"), event="asked", priority=9)
    without = held_out(chain)
    happens(without, NOW + HOUR)

    tick(NOW + HOUR)

    assert sorted(outcomes(without)) == [("held", "control", "control"), ("other", "sent", "")]


def test_who_was_drawn_once_stays_in_their_arm_when_the_share_changes():
    chain = live_chain(marketing(), event="asked", control_share=10, re_entry="after_days", re_entry_days=1)
    arms_of = {share: functools.partial(draws_control, chain.pk, share=share) for share in (10, 50)}
    along = next(one for one in iter(make_customer, None) if arms_of[50](one.pk) and not arms_of[10](one.pk))
    happens(along, NOW + HOUR)
    tick(NOW + HOUR)

    chain.control_share = 50
    chain.save()
    publishing.publish(chain, NOW + 2 * HOUR)
    newcomer = held_out(chain)
    for customer in (along, newcomer):
        happens(customer, NOW + 3 * DAY)
    enrol(NOW + 3 * DAY)

    assert set(Enrolment.objects.filter(customer=along).values_list("is_control", flat=True)) == {False}
    assert Enrolment.objects.get(customer=newcomer).is_control


def test_a_share_of_nothing_ends_the_experiment_for_everybody():
    chain = live_chain(marketing(), event="asked", control_share=50, re_entry="after_days", re_entry_days=1)
    without = held_out(chain)
    happens(without, NOW + HOUR)
    tick(NOW + HOUR)

    chain.control_share = 0
    chain.save()
    publishing.publish(chain, NOW + 2 * HOUR)
    happens(without, NOW + 3 * DAY)
    tick(NOW + 3 * DAY)

    assert list(Enrolment.objects.order_by("pk").values_list("is_control", flat=True)) == [True, False]


@pytest.mark.parametrize("keeps_first", [True, False])
def test_of_two_merged_customers_the_arm_drawn_first_wins(keeps_first):
    chain = live_chain(
        message(), wait(1), marketing(name="offer"), event="asked", control_share=50, re_entry="per_order"
    )
    first, second = held_out(chain), treated(chain)
    for customer, at in ((first, NOW + HOUR), (second, NOW + 2 * HOUR)):
        happens(customer, at)
        tick(at)

    keeper = merge.merge(*((first, second) if keeps_first else (second, first)), at=NOW + 3 * HOUR)
    tick(NOW + 2 * DAY)
    happens(keeper, NOW + 3 * DAY)
    enrol(NOW + 3 * DAY)

    assert set(Enrolment.objects.filter(customer=keeper).values_list("is_control", flat=True)) == {True}
    assert set(Touch.objects.filter(step_name="offer").values_list("status", flat=True)) == {"control"}


def test_a_chain_without_marketing_can_have_no_control_group(shop):
    chain = draft_chain(message(), control_share=10)

    assert problems(chain, shop) == [
        "A control group goes without marketing, and this chain has none: set the group's share to 0."
    ]
