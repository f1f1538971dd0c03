"""What must hold along every way through a chain before it may be published."""

import pytest

from chains.definition.checks import steps
from chains.definition.tree import tree_of
from chains.models import Step
from tests.chains.factories import (
    add_tag,
    branch,
    draft_chain,
    leave,
    make_template,
    marketing,
    message,
    split,
    task,
    until,
    wait,
)

pytestmark = pytest.mark.django_db


def step_problems(chain):
    return [str(found) for found in steps.step_problems(chain, tree_of(chain))]


REPEAT = {"all": [{"field": "orders_count", "operator": "at_least", "value": 2}]}
BROKEN = {"all": [{"field": "gone", "operator": "is", "value": 1}]}
ARRIVED = {"since": "delivered"}
FIRST = "a service message must come first"
TOO_EARLY = "marketing must not come before the delivery"
NOBODY = "nobody ever gets here"


def offer(words="Have a look."):
    return marketing(name="offer", template=make_template(purpose="marketing", words=words))


@pytest.mark.parametrize(
    ("told", "steps", "problems"),
    [
        ("in order", lambda: [message(), wait(1, **ARRIVED), offer()], []),
        (
            "no service on one way",
            lambda: [branch((REPEAT, message()), (None,)), wait(1, **ARRIVED), offer()],
            ["Step 3"],
        ),
        (
            "service on every way",
            lambda: [branch((REPEAT, message()), (None, task())), wait(1, **ARRIVED), offer()],
            [],
        ),
        (
            "too early in an arm",
            lambda: [message(), split((1, offer()), (1, wait(1, **ARRIVED), offer()))],
            ["Step 2a.1"],
        ),
        ("one way does not wait", lambda: [message(), split((1,), (1, wait(1, **ARRIVED))), offer()], ["Step 3"]),
        ("the other way ends", lambda: [message(), split((1, leave()), (1, wait(1, **ARRIVED))), offer()], []),
        ("goes on unknown", lambda: [message(), wait(1, **ARRIVED, if_unknown="go_on"), offer()], ["Step 3"]),
        ("before the delivery", lambda: [message(), wait(-1, **ARRIVED), offer()], ["Step 3"]),
        ("before the warranty ends", lambda: [message(), wait(-30, since="warranty_end"), offer()], []),
        (
            "the delivery happened",
            lambda: [message(), until("order.delivered", wait_this_order=True, happened=[offer()], ran_out=[leave()])],
            [],
        ),
        (
            "the delivery did not happen",
            lambda: [message(), until("order.delivered", wait_this_order=True, ran_out=[offer()])],
            ["Step 2b.1"],
        ),
        ("behind the end", lambda: [message(), split((1, leave()), (1, leave())), message(), message()], ["Step 3"]),
        ("behind the end of an arm", lambda: [message(), split((1, leave(), add_tag("x")), (1,))], ["Step 2a.2"]),
    ],
)
def test_every_way_keeps_the_order(told, steps, problems):
    found = list(step_problems(draft_chain(*steps())))

    assert [problem.partition(" (")[0] for problem in found] == problems


@pytest.mark.parametrize(
    ("told", "steps", "words"),
    [
        ("marketing first", lambda: [wait(1, **ARRIVED), offer()], FIRST),
        ("marketing too early", lambda: [message(), offer()], TOO_EARLY),
        ("out of reach", lambda: [message(), leave(), message()], NOBODY),
        ("nothing to do", lambda: [wait()], "nothing to send or to do"),
        ("one arm", lambda: [message(), split((1,))], "at least two arms"),
        ("no arm for the rest", lambda: [message(), branch((REPEAT,), (REPEAT,))], "a last arm for everybody else"),
        (
            "an arm asked before",
            lambda: [message(), branch((REPEAT,), (REPEAT,), (None,))],
            "one before it asks the same",
        ),
        ("an arm for all", lambda: [message(), branch((None,), (None,))], "nobody takes those behind it"),
        ("a broken rule", lambda: [message(), branch((BROKEN,), (None,))], "choose what to ask about"),
        ("a broken match", lambda: [message(), until("order.paid", wait_rule=BROKEN)], "choose what to ask about"),
        ("no event", lambda: [message(), until("")], "say until what happens"),
        ("no time-out", lambda: [message(), until("order.paid", amount=0)], "say how long at most"),
        ("no date", lambda: [message(), wait(wait=Step.Wait.DATE)], "say until which date"),
        ("no attribute", lambda: [message(), wait(since="attribute")], "which attribute holds the date"),
        ("no tag", lambda: [message(), add_tag("")], "say what to change"),
    ],
)
def test_what_is_wrong_is_said_in_words(told, steps, words):
    assert any(words in problem for problem in step_problems(draft_chain(*steps())))


@pytest.mark.parametrize(
    ("words", "is_storewide"),
    [
        ("Take 10 % off everything in the shop.", True),
        ("Скидка 15% на весь ассортимент до пятницы!", True),
        ("Скидка 500 руб. на любой заказ.", True),
        ("10 % off accessories for your kettle, for 7 days.", False),
        ("Скидка 10 % на аксессуары.", False),
        ("100 % of everything we sell is tested.", False),
        ("All orders come with tea. Save the date: 10 May.", False),
    ],
)
def test_a_discount_on_everything_is_not_the_first_offer(words, is_storewide):
    chain = draft_chain(message(), wait(1, **ARRIVED), offer(words))
    later = draft_chain(message(), wait(1, **ARRIVED), offer(), wait(30), offer(words))

    assert any("must not be the first offer" in problem for problem in step_problems(chain)) is is_storewide
    assert list(step_problems(later)) == []


def test_steps_left_in_an_arm_that_is_gone_are_told(shop):
    chain = draft_chain(message(), until("order.paid", happened=[message(name="inside")]))
    chain.steps.filter(wait="event").update(wait="time")

    assert list(step_problems(chain)) == ["The step “inside” lies in an arm that no longer exists."]


COUPON = {"kind": Step.Kind.CHANGE, "change": "coupon", "coupon_kind": "free_delivery"}
NO_COUPON = "not everybody who gets here has one"


def shows(place="words", purpose="service"):
    words = {"words": "Good day."} | {place: "{{ customer.first_name }} {% if coupon.code != '' %}Yours{% endif %}"}
    return message(template=make_template(purpose=purpose, **words), name="coupon letter")


@pytest.mark.parametrize(
    ("told", "steps", "places"),
    [
        ("issued before", lambda: [COUPON, shows()], []),
        ("not issued", lambda: [shows("subject")], ["Step 1 (coupon letter)"]),
        ("issued after", lambda: [shows(), COUPON], ["Step 1 (coupon letter)"]),
        ("told once", lambda: [shows(), shows("preheader")], ["Step 1 (coupon letter)"]),
        ("issued long before", lambda: [COUPON, message(), wait(3), task(), shows()], []),
        ("on one way", lambda: [branch((REPEAT, COUPON), (None,)), shows()], ["Step 2 (coupon letter)"]),
        ("on every way", lambda: [split((1, COUPON), (1, message(), COUPON)), shows()], []),
        ("others have left", lambda: [branch((REPEAT, COUPON), (None, message(), leave())), shows()], []),
        ("in its own arm", lambda: [branch((REPEAT, COUPON, shows()), (None, shows()))], ["Step 1b.1 (coupon letter)"]),
        ("words alone", lambda: [message(words="Your coupon.code is {{ shop.name }}")], []),
    ],
)
def test_a_message_shows_no_coupon_that_was_not_issued(told, steps, places):
    problems = [problem for problem in step_problems(draft_chain(*steps())) if NO_COUPON in problem]

    assert [problem.split(":")[0] for problem in problems] == places, told
