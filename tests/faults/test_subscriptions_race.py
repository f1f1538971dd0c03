"""Two real processes look after the same subscriptions: each comes round once."""

import datetime as dt

import pytest

from crm.models import Event, StaffTask, SubscriptionRenewal
from crm.subscriptions.subscriptions import subscribe
from tests.conftest import NOW, make_customer, make_product
from tests.faults.test_facts_race import finish, start

pytestmark = pytest.mark.django_db(transaction=True)

CUSTOMERS = 20
TEND = """
from crm.subscriptions import renewals
renewals.BATCH = 3
for day in range(27, 40):
    renewals.tend(now + dt.timedelta(days=day))
"""
SKIP_SAME = """
from crm.models import Subscription
from crm.subscriptions.subscriptions import skip
for one in Subscription.objects.select_related("product").order_by("pk"):
    skip(one, at=now, date=one.anchor_on)
"""


@pytest.fixture
def many():
    product = make_product(name="Filter")
    return [
        subscribe(make_customer(consent=False), product, at=NOW, every=30, next_on=NOW.date() + dt.timedelta(days=30))
        for _one in range(CUSTOMERS)
    ]


def test_two_workers_never_ask_for_one_date_twice(many):
    finish(start(TEND, "a", "b"))

    assert SubscriptionRenewal.objects.count() == CUSTOMERS
    assert StaffTask.objects.count() == CUSTOMERS
    for kind in ("upcoming", "due"):
        assert Event.objects.filter(kind=f"subscription.{kind}").count() == CUSTOMERS


def test_a_date_skipped_by_two_presses_at_once_is_skipped_once(many):
    finish(start(SKIP_SAME, "a", "b"))

    for one in many:
        one.refresh_from_db()
        assert (one.cycle, one.skipped) == (1, 1)
    assert Event.objects.filter(kind="subscription.skipped").count() == CUSTOMERS
