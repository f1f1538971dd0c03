"""Points under attack: many processes at one customer, repeated requests, and a kill -9 in the middle.

Whatever happened, the ledger's sum is the balance, nobody can spend what is not there, and nothing happens twice.
"""

import contextlib
import datetime as dt
import importlib
import os
import signal
from decimal import Decimal

import hypothesis.strategies as st
import pytest
from django.db.models import Q, Sum
from hypothesis import HealthCheck
from hypothesis import settings as tried
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from crm import loyalty
from crm.customers.merge import merge
from crm.loyalty import CouponDraft, PointsGift
from crm.loyalty.ledger import balances, spendable
from crm.loyalty.order_points import approve_due, pending_points
from crm.loyalty.point_holds import cancel_hold, capture_points, hold_points, refund_sale, spend_for_sale
from crm.models import Coupon, CouponBatch, Customer, Earning, EarningRule, Event, LoyaltySettings, Order, PointsEntry
from crm.orders import orders
from tests.conftest import NOW, make_customer, make_order
from tests.faults.forks import in_processes

TWENTY = range(20)
HOUR = dt.timedelta(hours=1)

POINTS = [
    (f"crm.{module}", place, when)
    for module, place in (
        ("loyalty.point_holds", "write_taking"),
        ("loyalty.ledger", "take"),
        ("loyalty.ledger", "record_changes"),
        ("loyalty.points", "write_taking"),
        ("orders.returns", "follow_order"),
    )
    for when in ("before", "after")
]


def attempt(verb, *args, **kwargs):
    with contextlib.suppress(ValueError):
        verb(*args, **kwargs)


def at_a_till(number):
    customer = Customer.objects.order_by("pk").first()
    with contextlib.suppress(ValueError):
        hold_points(customer, 80, f"sale-{number}", at=NOW, until=NOW + HOUR)
        capture_points(f"sale-{number}", at=NOW)


def same_sale(number):
    spend_for_sale(Customer.objects.get(), 80, "sale", at=NOW)


def anything(number):
    people = list(Customer.objects.filter(merged_into=None).order_by("pk"))
    order = Order.objects.order_by("pk")[number % 4]
    if number == 0:
        attempt(merge, people[0], people[-1], at=NOW)
    elif number % 5 == 1:
        orders.return_goods(order, at=NOW, key="all")
    elif number % 5 == 2:
        attempt(hold_points, people[0], 30, f"sale-{number}", at=NOW, until=NOW + HOUR)
        attempt(capture_points, f"sale-{number}", at=NOW)
        attempt(refund_sale, f"sale-{number}", 10, at=NOW, key="part")
    elif number % 5 == 3:
        attempt(spend_for_sale, order.customer, 40, order.number, at=NOW, order=order)
    else:
        approve_due(NOW + 30 * 24 * HOUR)
        loyalty.give_points([PointsGift(people[-1].pk, 5, "same gift", NOW)])


def with_summer(number):
    customer = Customer.objects.order_by("pk")[number]
    orders.place(f"A-{number}", customer=customer, placed_at=NOW, total=Decimal(10), coupon_code="SUMMER")


def killed(point):
    """A SIGKILL before or after the work of one function, in the middle of whatever transaction is open."""
    module, place, when = point
    module = importlib.import_module(module)
    work = getattr(module, place)

    def deadly(*args, **kwargs):
        if when == "after":
            work(*args, **kwargs)
        os.kill(os.getpid(), signal.SIGKILL)

    setattr(module, place, deadly)
    settle_and_return()


def settle_and_return():
    capture_points("till", at=NOW)
    orders.return_goods(Order.objects.get(), at=NOW, key="all")


def in_ledger(customer_id):
    return PointsEntry.objects.filter(customer=customer_id).aggregate(sum=Sum("points"))["sum"] or 0


def check_books(at=NOW):
    """What must hold whatever happened."""
    ids = list(Customer.objects.values_list("pk", flat=True))
    left, free = balances(ids, at), spendable(ids, at)
    for pk in ids:
        assert left[pk] == in_ledger(pk)
        assert free[pk] >= 0
        lines = PointsEntry.objects.filter(customer=pk)
        assert not (lines.filter(unspent__gt=0).exists() and lines.filter(owed__gt=0).exists())
    for earning in Earning.objects.exclude(approved_at=None):
        key = f"earning:{earning.key}"
        own = PointsEntry.objects.filter(Q(key=key) | Q(key__startswith=f"{key}:"))
        assert own.aggregate(sum=Sum("points"))["sum"] == earning.points
    assert PointsEntry.objects.count() == Event.objects.filter(kind="points.changed").count()


@pytest.mark.django_db(transaction=True)
def test_twenty_tills_at_one_balance_spend_it_once():
    ann = make_customer(consent=False)
    loyalty.give_points([PointsGift(ann.pk, 100, "gift", NOW)])

    assert in_processes(at_a_till, TWENTY) == [0] * 20

    assert PointsEntry.objects.filter(kind="spending").count() == 1
    assert balances([ann.pk], NOW)[ann.pk] == 20
    check_books()


@pytest.mark.django_db(transaction=True)
def test_one_sale_told_by_twenty_spends_once():
    ann = make_customer(consent=False)
    loyalty.give_points([PointsGift(ann.pk, 1000, "gift", NOW)])

    assert in_processes(same_sale, TWENTY) == [0] * 20

    assert balances([ann.pk], NOW)[ann.pk] == 920
    check_books()


@pytest.mark.django_db(transaction=True)
def test_twenty_who_spend_return_approve_and_merge_leave_the_books_right():
    LoyaltySettings(pk=1, point_value=1).save()
    EarningRule.objects.create(name="Points for orders")
    ann, double = make_customer(consent=False), make_customer(consent=False)
    for number, person in enumerate((ann, double, ann, double)):
        make_order(customer=person, number=f"A-{number}", price=100, delivered_at=NOW)
    loyalty.give_points([PointsGift(person.pk, 60, f"gift:{person.pk}", NOW) for person in (ann, double)])

    assert in_processes(anything, TWENTY) == [0] * 20

    check_books()
    assert PointsEntry.objects.filter(key="same gift").count() == 1
    assert Order.objects.filter(customer=ann).count() == 4
    assert not PointsEntry.objects.filter(customer=double).exists()


@pytest.mark.django_db(transaction=True)
def test_one_code_for_five_is_used_by_five_of_twenty():
    CouponBatch.objects.create(name="Summer", code="SUMMER", kind=Coupon.Kind.PERCENT, value=10, most=5)
    for _number in range(20):
        make_customer(consent=False)

    assert in_processes(with_summer, TWENTY) == [0] * 20

    assert Order.objects.count() == 20
    assert Coupon.objects.exclude(redeemed_at=None).count() == 5
    assert Event.objects.filter(kind="coupon.refused").count() == 15


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("point", POINTS, ids=" ".join)
def test_what_a_killed_process_left_is_whole_and_is_done_by_the_next(point):
    EarningRule.objects.create(name="Points for orders")
    order = make_order(price=100, delivered_at=NOW - 20 * 24 * HOUR, customer=make_customer(consent=False))
    approve_due(NOW)
    hold_points(order.customer, 60, "till", at=NOW, until=NOW + HOUR)

    assert in_processes(killed, [point]) == [-signal.SIGKILL]
    check_books()
    for _turn in range(2):
        settle_and_return()

    assert balances([order.customer_id], NOW)[order.customer_id] == -60
    check_books()


class Books(RuleBasedStateMachine):
    """Anything in any order: the books are right after each step."""

    @initialize()
    def open_books(self):
        EarningRule.objects.get_or_create(name="Points for orders")
        self.ann = make_customer(consent=False)
        self.serial = 0

    def order(self, number):
        return Order.objects.filter(customer=self.ann).order_by("pk")[number : number + 1].first()

    @rule(points=st.integers(1, 200))
    def give(self, points):
        self.serial += 1
        gift = PointsGift(self.ann.pk, points, f"gift:{self.ann.pk}:{self.serial}", NOW)
        assert loyalty.give_points([gift]) == 1
        assert loyalty.give_points([gift]) == 0

    @rule(price=st.integers(1, 300), spent=st.integers(0, 100))
    def buy(self, price, spent):
        order = make_order(customer=self.ann, price=price, quantity=2, delivered_at=NOW)
        if spent:
            loyalty.spend_with_order(order, spent, at=NOW)

    @rule()
    def approve(self):
        approve_due(NOW.replace(month=6))

    @rule(number=st.integers(0, 5))
    def return_one(self, number):
        if order := self.order(number):
            sku = order.lines.first().product.sku
            key = f"r-{order.pk}-{number}"
            attempt(orders.return_goods, order, at=NOW, lines={sku: Decimal(1)}, key=key)

    @rule(number=st.integers(0, 5))
    def cancel(self, number):
        if order := self.order(number):
            orders.cancel(order, at=NOW)

    @rule(points=st.integers(1, 150), sale=st.integers(0, 5))
    def hold(self, points, sale):
        name = f"{self.ann.pk}-{sale}"
        attempt(hold_points, self.ann, points, name, at=NOW, until=NOW.replace(hour=13))

    @rule(sale=st.integers(0, 5), verb=st.sampled_from([capture_points, cancel_hold]))
    def settle(self, sale, verb):
        attempt(verb, f"{self.ann.pk}-{sale}", at=NOW)

    @rule(points=st.integers(1, 150), sale=st.integers(0, 5))
    def spend(self, points, sale):
        attempt(spend_for_sale, self.ann, points, f"{self.ann.pk}-{sale}", at=NOW)

    @rule(points=st.integers(1, 150), sale=st.integers(0, 5))
    def give_back(self, points, sale):
        attempt(refund_sale, f"{self.ann.pk}-{sale}", points, at=NOW, key=str(points))

    @rule()
    def merge(self):
        double = make_customer(consent=False)
        loyalty.give_points([PointsGift(double.pk, 10, f"double:{double.pk}", NOW)])
        merge(self.ann, double, at=NOW)

    @invariant()
    def books_are_right(self):
        if hasattr(self, "ann"):
            check_books()
            assert pending_points({self.ann.pk})[self.ann.pk] >= 0


@pytest.mark.django_db
def test_books_are_right_after_anything_in_any_order():
    once = tried(max_examples=10, stateful_step_count=15, deadline=None, suppress_health_check=list(HealthCheck))
    run_state_machine_as_test(Books, settings=once)


@pytest.mark.django_db
def test_coupon_that_gave_points_takes_them_back_as_far_as_they_are_left():
    ann = make_customer(consent=False)
    loyalty.issue_coupons([CouponDraft(ann.pk, "points", "c", NOW, value=Decimal(50))])
    code = Coupon.objects.get().code
    make_order(customer=ann, number="A-1", coupon_code=code)
    loyalty.spend_points(ann, 30, at=NOW, key="spent")

    loyalty.release(code, "A-1", at=NOW)

    assert balances([ann.pk], NOW)[ann.pk] == 0
    check_books()
