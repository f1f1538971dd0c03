"""Twenty real processes at one recommendation, and at the same people: nobody is brought or rewarded twice."""

import contextlib
from decimal import Decimal

import pytest

from crm.customers.merge import merge
from crm.loyalty import balances
from crm.models import Coupon, Customer, Event, PointsEntry, Referral, ReferralCode, ReferralProgramme
from crm.orders import orders
from crm.referrals.attributing import attribute_waiting
from crm.referrals.codes import code_of, codes_of
from crm.referrals.joining import Arrival, ReferralRefused, join
from crm.referrals.settling import settle_all
from tests.conftest import NOW, make_customer, make_order
from tests.faults.forks import in_processes

pytestmark = pytest.mark.django_db(transaction=True)

TWENTY = range(20)
ALL_WELL = [0] * 20


def one_order(number):
    code = ReferralCode.objects.get(customer__first_name="Ann").code
    friend = Customer.objects.get(first_name="Ben")
    order = orders.place(f"B-{number}", customer=friend, placed_at=NOW, total=Decimal(100), coupon_code=code)
    orders.pay(order, at=NOW)
    attribute_waiting(NOW)


def settle(_number):
    for _time in range(3):
        settle_all(NOW)


def make_codes(_number):
    codes_of(list(Customer.objects.values_list("pk", flat=True)), NOW)


def bring_the_next(number):
    """The last brings the first: whatever the order, one of them is refused."""
    people = list(Customer.objects.order_by("pk"))
    with contextlib.suppress(ReferralRefused):
        join(people[number], people[(number + 1) % len(people)], Arrival("staff", NOW))


def merge_or_settle(number):
    ann, twin = Customer.objects.filter(last_name="Brown").order_by("pk")
    ben, other = Customer.objects.filter(last_name="Green").order_by("pk")
    if number % 2:
        settle_all(NOW)
    else:
        merge(ann, twin, at=NOW)
        merge(ben, other, at=NOW)


@pytest.fixture
def programme(shop):
    found = ReferralProgramme.load()
    found.is_on, found.counts_at = True, "paid"
    found.recommender_kind, found.recommender_value = "points", Decimal(500)
    found.friend_kind, found.friend_value = "percent", Decimal(10)
    found.save()
    return found


def person(first, last, **fields):
    return make_customer(first_name=first, last_name=last, consent=False, **fields)


def test_twenty_orders_at_once_bring_one_reward(programme):
    ann = person("Ann", "Brown")
    person("Ben", "Green", created_at=NOW)
    code_of(ann, NOW)

    assert in_processes(one_order, TWENTY) == ALL_WELL
    assert in_processes(settle, TWENTY) == ALL_WELL

    referral = Referral.objects.get()
    assert (referral.status, referral.recommender) == ("rewarded", ann)
    assert balances([ann.pk], NOW)[ann.pk] == 500
    assert PointsEntry.objects.count() == Coupon.objects.count() == 1
    assert Event.objects.filter(kind="referral.rewarded").count() == 2
    assert Event.objects.filter(kind="referral.used").count() == 1


def test_twenty_who_ask_for_codes_make_one_for_each_customer(programme):
    for number in range(10):
        person(f"P{number}", "Of all")

    assert in_processes(make_codes, TWENTY) == ALL_WELL

    assert ReferralCode.objects.count() == Customer.objects.count() == 10


def test_a_circle_of_twenty_is_never_closed(programme):
    for number in range(20):
        person(f"P{number}", f"Of {number}")

    assert in_processes(bring_the_next, TWENTY) == ALL_WELL

    assert Referral.objects.count() == 19
    assert Event.objects.filter(kind="referral.refused", properties__why="circle").count() == 2


def test_merging_both_sides_while_rewards_are_given_gives_one_reward(programme):
    ann, twin = person("Ann", "Brown"), person("Ann", "Brown")
    ben, other = person("Ben", "Green", created_at=NOW), person("Ben", "Green", created_at=NOW)
    order = make_order(customer=ben, placed_at=NOW, paid_at=NOW)
    for recommender, friend, status in ((ann, ben, "held"), (twin, other, "joined")):
        Referral.objects.create(
            recommender=recommender, friend=friend, came_by="form", joined_at=NOW, status=status,
            order=order if friend == ben else None,
        )  # fmt: skip

    assert in_processes(merge_or_settle, TWENTY) == ALL_WELL
    settle_all(NOW)

    assert balances([ann.pk], NOW)[ann.pk] == 500
    assert list(Referral.objects.order_by("pk").values_list("status", "why")) == [("rewarded", ""), ("void", "double")]
