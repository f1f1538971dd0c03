"""Points and coupons given by steps of a chain."""

import datetime as dt
from decimal import Decimal

import pytest
from django.contrib.auth.models import User
from django.urls import reverse

from chains.definition.checks.steps import step_problems
from chains.definition.step_kinds import step_sentence
from chains.definition.tree import tree_of
from chains.engine.run import tick
from chains.explain.decisions import decisions
from chains.models import Enrolment, Passage, Step
from crm.models import Coupon, PointsEntry
from tests.chains.factories import draft_chain, live_chain, marketing, message, wait
from tests.conftest import NOW, make_category, make_order

pytestmark = pytest.mark.django_db

HOUR = dt.timedelta(hours=1)
DAY = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def kettle_shop(shop):
    return shop


def give_points(points, **fields):
    return {"kind": Step.Kind.CHANGE, "change": "points", "points": points, "name": "Thanks", **fields}


def issue_coupon(kind="percent", value=10, **fields):
    return {"kind": Step.Kind.CHANGE, "change": "coupon", "coupon_kind": kind, "coupon_value": value, **fields}


def test_points_and_coupons_are_given_once_to_everybody_who_comes_by():
    category = make_category("Kettles")
    chain = live_chain(
        give_points(200, points_days=30),
        issue_coupon(coupon_category=category, coupon_days=7, coupon_minimum=50),
        issue_coupon("gift", None, coupon_gift="a mug"),
        message(),
    )
    for _ in range(3):
        make_order(placed_at=NOW + HOUR)

    tick(NOW + HOUR)
    Passage.objects.all().delete()
    Enrolment.objects.update(
        status="active", ending="", ended_at=None, due_at=NOW + HOUR, step_key=chain.version.program["steps"][0]["key"]
    )
    tick(NOW + HOUR)

    assert [(entry.points, entry.reason, entry.expires_at) for entry in PointsEntry.objects.all()] == [
        (200, "Thanks", NOW + HOUR + 30 * DAY)
    ] * 3
    percents = Coupon.objects.filter(kind="percent")
    assert {(one.value, one.category, one.minimum, one.term_days) for one in percents} == {
        (Decimal(10), category, Decimal(50), 7)
    }
    assert percents.count() == Coupon.objects.filter(gift="a mug").count() == 3


def test_those_held_back_get_nothing():
    live_chain(give_points(5), message(), wait(3, since="delivered"), marketing(), control_share=50)
    for _ in range(20):
        make_order(placed_at=NOW + HOUR)

    tick(NOW + HOUR)

    held = Enrolment.objects.filter(is_control=True)
    assert 0 < held.count() < 20
    assert PointsEntry.objects.count() == 20 - held.count()
    assert "control group" in next(iter(decisions(held[0]))).words


def test_a_discount_on_everything_is_not_issued_before_anything_was_offered():
    arrived = wait(1, since="delivered")
    category = make_category("Kettles")

    def problems(*steps):
        chain = draft_chain(message(), arrived, *steps)
        return [str(found) for found in step_problems(chain, tree_of(chain))]

    assert any("must not be the first offer" in problem for problem in problems(issue_coupon(), marketing()))
    assert problems(issue_coupon(coupon_category=category), marketing()) == []
    assert problems(issue_coupon("free_delivery", None), marketing()) == []
    assert problems(marketing(), issue_coupon(), marketing()) == []
    assert any("say what to change" in problem for problem in problems(issue_coupon(value=None)))
    assert any("say what to change" in problem for problem in problems(give_points(None)))


@pytest.mark.parametrize(
    ("step", "words"),
    [
        (give_points(1), "give 1 point"),
        (issue_coupon(), "issue a coupon: 10 % off"),
        (issue_coupon("amount", Decimal("500.00")), "issue a coupon: 500 off"),
        (issue_coupon("free_delivery", None), "issue a coupon: free delivery"),
        (issue_coupon("gift", None, coupon_gift="a mug"), "issue a coupon: a gift, a mug"),
        (issue_coupon(value=None), "issue a coupon: — % off"),
    ],
)
def test_a_reward_in_words(step, words):
    chain = draft_chain(step)

    assert step_sentence(chain.steps.get()) == words


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"change": "points"}, "Say how many points."),
        ({"change": "points", "points": "0"}, "Say how many points."),
        ({"change": "coupon", "coupon_kind": "percent"}, "Say how much the coupon is worth."),
        ({"change": "coupon", "coupon_kind": "percent", "coupon_value": "101"}, "No more than 100 percent."),
        ({"change": "coupon", "coupon_kind": "points", "coupon_value": "1.5"}, "Points are whole."),
        ({"change": "coupon", "coupon_kind": "gift"}, "Say what the gift is."),
        ({"change": "coupon", "coupon_kind": "amount", "coupon_value": "-5"}, "greater than or equal to 0.01"),
    ],
)
def test_what_a_reward_lacks_is_said_at_its_place(client, fields, words):
    client.force_login(User.objects.create_superuser("boss"))
    chain = draft_chain()

    answer = client.post(
        f"{reverse('admin:chains_step_add')}?chain={chain.pk}&kind=change",
        {"coupon_kind": "percent", "coupon_minimum": "0"} | fields,
    )

    assert words in answer.content.decode()
    assert not chain.steps.exists()
