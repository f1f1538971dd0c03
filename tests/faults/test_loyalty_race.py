"""Two real processes at one balance and at one coupon."""

from decimal import Decimal

import pytest

from crm import loyalty
from crm.loyalty import CouponDraft, PointsGift
from crm.models import Coupon, Event, Order, PointsEntry
from tests.conftest import NOW, make_customer
from tests.faults.test_facts_race import finish, start

pytestmark = pytest.mark.django_db(transaction=True)

SPEND = """
from crm import loyalty
customer = Customer.objects.get()
for number in range(15):
    try:
        loyalty.spend_points(customer, 7, at=now, key=f"{name}-{number}")
    except ValueError:
        pass
"""
GIVE_SAME = """
from crm import loyalty
customer = Customer.objects.get()
for number in range(15):
    loyalty.give_points([loyalty.PointsGift(customer.pk, 1, f"gift-{number}", now)])
    loyalty.issue_coupons([loyalty.CouponDraft(customer.pk, "percent", f"coupon-{number}", now, value=Decimal(5))])
"""
REDEEM = """
from crm.models import Coupon
customer = Customer.objects.get()
for number, code in enumerate(Coupon.objects.order_by("pk").values_list("code", flat=True)):
    orders.place(f"{name}-{number}", customer=customer, placed_at=now, total=Decimal(10), coupon_code=code)
"""


def test_balance_spent_by_two_never_falls_below_nothing():
    ann = make_customer(consent=False)
    loyalty.give_points([PointsGift(ann.pk, 50, f"gift-{number}", NOW) for number in range(2)])

    finish(start(SPEND, "a", "b"))

    assert PointsEntry.objects.filter(kind="spending").count() == 14
    assert loyalty.balances([ann.pk], NOW)[ann.pk] == 2


def test_same_gifts_given_by_two_are_given_once():
    ann = make_customer(consent=False)

    finish(start(GIVE_SAME, "a", "b"))

    assert loyalty.balances([ann.pk], NOW)[ann.pk] == 15
    assert Coupon.objects.count() == 15
    assert Event.objects.filter(kind="coupon.issued").count() == 15


def test_coupon_brought_by_two_orders_is_redeemed_by_one():
    ann = make_customer(consent=False)
    loyalty.issue_coupons([CouponDraft(ann.pk, "percent", f"c{n}", NOW, value=Decimal(5)) for n in range(10)])

    finish(start(REDEEM, "a", "b"))

    assert Order.objects.count() == 20
    assert Coupon.objects.exclude(order=None).count() == 10
    assert Event.objects.filter(kind="coupon.redeemed").count() == 10
    assert Event.objects.filter(kind="coupon.refused").count() == 10
