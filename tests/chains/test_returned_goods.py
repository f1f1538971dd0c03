"""What was given back, or bought again, starts no chain and is written about no more."""

import datetime as dt
from decimal import Decimal

import pytest
from django.core import mail

from chains.engine import goods
from chains.engine.run import tick
from chains.explain.reasons import sentence
from chains.models import Chain, Enrolment, Touch
from chains.program.program import Program
from chains.program.step import parse_steps
from chains.program.trigger import Trigger
from crm.orders import orders
from crm.orders.catalogue import LineData
from crm.orders.returns import return_goods, returns_of, undo_return
from tests.chains.factories import live_chain, message, until, wait
from tests.chains.test_walk import event_wait, letter, parting, pause
from tests.conftest import NOW, make_customer, make_order, make_product

pytestmark = pytest.mark.django_db

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
# Tomorrow thirty days are left of a year's warranty.
WARRANTY, LAST_YEAR = {"warranty_months": 12}, dt.datetime(2025, 4, 10, 12, tzinfo=dt.UTC)
REFILL, REFILLED = {"repurchase_days": 60}, NOW - 58 * DAY


@pytest.fixture(autouse=True)
def kettle_shop(shop):
    return shop


def daily(*days):
    for day in days:
        tick(NOW + day * DAY)


def bought(*skus, customer=None, at=LAST_YEAR, delivered_at=None):
    return make_order(
        customer=customer or make_customer(),
        placed_at=at,
        delivered_at=delivered_at or at,
        lines=[LineData(sku, Decimal(2), Decimal(10)) for sku in skus],
    )


def gives_back(order, *skus, at=NOW - 200 * DAY, quantity=2):
    return_goods(order, at=at, lines={sku: Decimal(quantity) for sku in skus} or None)


def told():
    """What became of each message, and why."""
    return list(Touch.objects.order_by("pk").values_list("step_name", "status", "reason"))


@pytest.mark.parametrize(
    ("story", "back", "entered"),
    [
        ("nothing came back", (), 1),
        ("one of two came back", ("KETTLE", 1), 1),
        ("both came back", ("KETTLE", 2), 0),
        ("what has no warranty came back", ("CUP", 2), 1),
    ],
)
def test_a_warranty_ends_for_what_is_kept(story, back, entered):
    make_product(sku="KETTLE", **WARRANTY), make_product(sku="CUP")
    order = bought("KETTLE", "CUP")
    if back:
        gives_back(order, back[0], quantity=back[1])
    live_chain(message(), trigger=Chain.Trigger.WARRANTY_END, trigger_days=-30)

    daily(0, 1)

    assert Enrolment.objects.count() == entered


def test_the_first_warranty_that_ends_is_the_first_of_what_is_kept():
    make_product(sku="KETTLE", **WARRANTY), make_product(sku="FRIDGE", warranty_months=24)
    order = bought("KETTLE", "FRIDGE")
    gives_back(order, "KETTLE")
    live_chain(message(), trigger=Chain.Trigger.WARRANTY_END, trigger_days=-30)

    daily(0, 1, 364, 365, 366)

    assert Enrolment.objects.get().triggered_at.date() == dt.date(2027, 3, 11)


@pytest.mark.parametrize(("back", "entered"), [((), 1), (("CUP",), 1), (("KETTLE", "CUP"), 0)])
def test_an_order_has_an_anniversary_while_anything_of_it_is_kept(back, entered):
    make_product(sku="KETTLE"), make_product(sku="CUP")
    order = bought("KETTLE", "CUP", at=NOW - 364 * DAY)
    if back:
        gives_back(order, *back)
    live_chain(message(), trigger=Chain.Trigger.ANNIVERSARY, trigger_days=0)

    daily(0, 1, 2)

    assert Enrolment.objects.count() == entered


@pytest.mark.parametrize(
    ("trigger", "moment"),
    [(Chain.Trigger.APPOINTMENT, "appointment_at"), (Chain.Trigger.PAYMENT_DUE, "payment_due_at")],
)
def test_nobody_is_reminded_of_a_date_of_what_they_gave_back(trigger, moment):
    kept, returned = (make_order(placed_at=NOW - DAY, **{moment: NOW + 8 * DAY}) for _ in range(2))
    return_goods(returned, at=NOW - HOUR)
    live_chain(message(), trigger=trigger, trigger_days=-7)

    daily(0, 1, 2)

    assert Enrolment.objects.get().order == kept


def test_who_bought_again_is_asked_when_the_new_goods_run_out():
    make_product(sku="FILTER", **REFILL)
    customer = make_customer()
    bought("FILTER", customer=customer, at=REFILLED)
    again = bought("FILTER", customer=customer, at=NOW - 8 * DAY)
    live_chain(message(), trigger=Chain.Trigger.REPURCHASE, trigger_days=0, re_entry="per_order")

    daily(*range(6))
    assert not Enrolment.objects.exists()

    daily(*range(50, 55))
    assert Enrolment.objects.get().order == again


def test_who_is_waiting_for_the_new_goods_is_not_asked_yet():
    make_product(sku="FILTER", **REFILL)
    customer = make_customer()
    bought("FILTER", customer=customer, at=REFILLED)
    make_order(customer=customer, placed_at=NOW, lines=[LineData("FILTER", Decimal(1), Decimal(10))])
    live_chain(message(), trigger=Chain.Trigger.REPURCHASE, trigger_days=0)

    daily(*range(6))

    assert not Enrolment.objects.exists()


@pytest.mark.parametrize("undo", ["returned", "cancelled"])
def test_what_was_bought_again_and_not_kept_changes_nothing(undo):
    make_product(sku="FILTER", **REFILL)
    customer = make_customer()
    first = bought("FILTER", customer=customer, at=REFILLED)
    again = bought("FILTER", customer=customer, at=NOW - 8 * DAY)
    return_goods(again, at=NOW - DAY) if undo == "returned" else orders.cancel(again, at=NOW - DAY)
    live_chain(message(), trigger=Chain.Trigger.REPURCHASE, trigger_days=0)

    daily(*range(6))

    assert Enrolment.objects.get().order == first


def waiting(anchor, **fields):
    """A chain under way, that waits for a date of the goods of an order that was just delivered."""
    return live_chain(
        wait(0, since=anchor, wait_hour=10, **fields),
        message(name="ends"),
        wait(10),
        message(name="and later"),
        event="order.delivered",
        exit_on_cancel=False,
        at=NOW - DAY,
    )


@pytest.mark.parametrize("if_unknown", ["wait", "go_on", "leave"])
def test_who_waits_for_a_warranty_and_gives_the_goods_back_is_not_told(if_unknown):
    make_product(sku="KETTLE", **WARRANTY), make_product(sku="CUP")
    waiting("warranty_end", if_unknown=if_unknown)
    order = bought("KETTLE", "CUP", at=NOW)

    daily(0)
    gives_back(order, "KETTLE", at=NOW + 20 * DAY)
    daily(20, 21, 366, 367, 376, 377)

    assert told() == [("ends", "skipped", "goods_gone"), ("and later", "skipped", "goods_gone")]
    assert mail.outbox == []
    words = f"Not sent: nothing it is about is left of order {order.number}: it was returned or cancelled"
    assert sentence(Touch.objects.first()) == words


def test_a_return_that_was_a_mistake_holds_nothing_back():
    make_product(sku="KETTLE", **WARRANTY)
    waiting("warranty_end")
    order = bought("KETTLE", at=NOW)

    daily(0)
    gives_back(order, at=NOW + 20 * DAY)
    daily(20)
    undo_return(order, returns_of(order)[0].key, at=NOW + 21 * DAY)
    daily(21, 366)

    assert told() == [("ends", "sent", "")]


def test_who_waits_to_buy_again_and_has_is_not_told_to():
    make_product(sku="FILTER", **REFILL)
    customer = make_customer()
    waiting("repurchase")
    bought("FILTER", customer=customer, at=NOW)
    daily(0)
    make_order(customer=customer, placed_at=NOW + 50 * DAY, lines=[LineData("FILTER", Decimal(1), Decimal(9))])

    daily(50, 61, 62)

    assert told() == [("ends", "skipped", "bought_again")]
    assert sentence(Touch.objects.get()).endswith("was bought again since")


def test_the_wait_goes_by_the_goods_that_still_run_out():
    make_product(sku="FILTER", **REFILL), make_product(sku="BRUSH", repurchase_days=150)
    customer = make_customer()
    waiting("repurchase")
    bought("FILTER", "BRUSH", customer=customer, at=NOW)
    daily(0)
    make_order(customer=customer, placed_at=NOW + 50 * DAY, lines=[LineData("FILTER", Decimal(1), Decimal(9))])

    daily(50, 61)
    assert told() == []
    daily(151)
    assert told() == [("ends", "sent", "")]


def test_what_is_due_is_held_back_even_when_the_goods_went_at_the_last_moment():
    make_product(sku="KETTLE", **WARRANTY), make_product(sku="CUP")
    order = bought("KETTLE", "CUP")
    live_chain(
        message(name="soon"),
        wait(7),
        message(name="in a week"),
        trigger=Chain.Trigger.WARRANTY_END,
        trigger_days=-30,
        exit_on_cancel=False,
    )

    daily(0, 1)
    gives_back(order, "KETTLE", at=NOW + 2 * DAY)
    daily(2, 8, 9)

    assert told() == [("soon", "sent", ""), ("in a week", "skipped", "goods_gone")]


def test_an_answer_to_the_new_order_is_not_held_back_by_it():
    make_product(sku="FILTER", **REFILL)
    customer = make_customer()
    bought("FILTER", customer=customer, at=REFILLED)
    live_chain(
        message(name="time for new ones"),
        until("order.placed", happened=[message(name="thanks")], ran_out=[message(name="still")], amount=7),
        trigger=Chain.Trigger.REPURCHASE,
        trigger_days=0,
    )

    daily(2, 3)
    make_order(customer=customer, placed_at=NOW + 4 * DAY, lines=[LineData("FILTER", Decimal(1), Decimal(9))])
    daily(4, 5)

    assert told() == [("time for new ones", "sent", ""), ("thanks", "sent", "")]


@pytest.mark.parametrize("count", [1, 20])
def test_asks_for_the_goods_of_a_batch_in_a_constant_number_of_queries(count, django_assert_num_queries):
    make_product(sku="KETTLE", **WARRANTY, **REFILL)
    placed = [bought("KETTLE").pk for _ in range(count)]
    asked = [goods.OrderTerm(pk, term) for pk in placed for term in ("warranty_end", "repurchase", "anniversary")]

    with django_assert_num_queries(7):
        assert goods.gone(asked) == {}
    with django_assert_num_queries(4):
        assert goods.terms(placed) == dict.fromkeys(placed, goods.GoodsTerms(12, 60))


@pytest.mark.parametrize(
    ("story", "trigger", "steps", "term"),
    [
        ("as it starts", "warranty_end", [letter("x")], "warranty_end"),
        ("later of the same plan", "repurchase", [pause("1"), letter("x")], "repurchase"),
        ("anniversary", "anniversary", [pause("1", kind="hour"), letter("x")], "anniversary"),
        ("another date", "warranty_end", [pause("1", kind="offset", **{"from": "paid"}), letter("x")], ""),
        ("a day of the calendar", "warranty_end", [pause("1", kind="date", on="2026-05-01"), letter("x")], ""),
        ("by a wait", "event", [pause("1", kind="offset", **{"from": "repurchase"}), letter("x")], "repurchase"),
        ("by no goods", "event", [pause("1"), letter("x")], ""),
        ("in an arm", "repurchase", [parting("1", "branch", [letter("x")], [])], "repurchase"),
        ("behind like arms", "repurchase", [parting("1", "branch", [letter("y")], []), letter("x")], "repurchase"),
        (
            "behind arms that differ",
            "event",
            [parting("1", "branch", [pause("2", kind="offset", **{"from": "warranty_end"})], []), letter("x")],
            "",
        ),
        (
            "an arm that ends differs from nothing",
            "repurchase",
            [
                parting(
                    "1", "branch", [pause("2", kind="offset", **{"from": "paid"}), {"key": "3", "kind": "leave"}], []
                ),
                letter("x"),
            ],
            "repurchase",
        ),
        ("an answer to an order", "repurchase", [event_wait("1", [letter("x")], [])], ""),
        ("no answer to an order", "repurchase", [event_wait("1", [], [letter("x")])], "repurchase"),
        ("behind the end", "repurchase", [{"key": "1", "kind": "leave"}, letter("x")], ""),
    ],
)
def test_a_message_is_about_the_goods_by_which_it_was_planned(story, trigger, steps, term):
    assert Program(1, 1, Trigger(kind=trigger), parse_steps(steps)).term_of("x") == term
