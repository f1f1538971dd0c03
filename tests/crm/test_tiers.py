"""Tiers: up at once, down after a notice, and what they bring."""

import datetime as dt

import pytest
from django.utils import timezone

from crm.customers.merge import merge
from crm.loyalty.birthdays import earn_birthdays
from crm.loyalty.ledger import balances
from crm.loyalty.liability import liability
from crm.loyalty.order_points import approve_due
from crm.loyalty.points import PointsGift, give_points, spend_points
from crm.loyalty.shown import loyalty_for_customer
from crm.loyalty.tiers import keep_tier, review_tiers
from crm.models import CustomerTier, EarningRule, Event, LoyaltySettings, StaffTask, Tier
from crm.orders import orders
from crm.tasks import watch_loyalty
from tests.conftest import NOW, make_customer, make_order

pytestmark = pytest.mark.django_db

DAY = dt.timedelta(days=1)


@pytest.fixture
def tiers():
    silver = Tier.objects.create(name="Silver", threshold=100)
    gold = Tier.objects.create(name="Gold", threshold=500, times="1.5")
    gold.rewards.create(kind="delivery", words="Delivery is free.")
    gold.rewards.create(kind="manager", words="A manager of your own.", opens_task=True)
    return silver, gold


def tier_of(customer):
    standing = CustomerTier.objects.select_related("tier").filter(customer=customer).first()
    return standing.tier.name if standing else ""


def told(customer):
    events = Event.objects.filter(customer=customer, kind__startswith="tier.").order_by("pk")
    return [(event.kind, event.properties["to"]) for event in events]


def test_customer_rises_at_once_and_somebody_sees_to_what_that_brings(tiers):
    ann, bob = make_customer(), make_customer()
    make_order(customer=ann, price=600)
    make_order(customer=bob, price=99)

    for _turn in range(2):
        review_tiers(NOW)

    assert (tier_of(ann), tier_of(bob)) == ("Gold", "")
    assert told(ann) == [("tier.up", "Gold")]
    task = StaffTask.objects.get()
    assert (task.customer, task.script, task.owner_group.name) == (ann, "A manager of your own.", "Support")


def test_customer_falls_only_after_a_notice_and_not_once_they_buy_again(tiers):
    ann, bob = make_customer(), make_customer()
    for person in (ann, bob):
        make_order(customer=person, price=600, placed_at=NOW - 350 * DAY)
    review_tiers(NOW)

    review_tiers(NOW + 30 * DAY)
    make_order(customer=bob, price=500, placed_at=NOW + 31 * DAY)
    review_tiers(NOW + 40 * DAY)
    still = tier_of(ann)
    review_tiers(NOW + 60 * DAY)

    assert still == "Gold"
    assert (tier_of(ann), tier_of(bob)) == ("", "Gold")
    assert told(ann) == [("tier.up", "Gold"), ("tier.ending", ""), ("tier.down", "")]
    assert told(bob) == [("tier.up", "Gold"), ("tier.ending", "")]
    assert CustomerTier.objects.get(customer=bob).ends_at is None


def test_what_came_back_does_not_count(tiers):
    order = make_order(price=600)
    orders.return_goods(order, at=NOW)

    review_tiers(NOW)

    assert tier_of(order.customer) == ""


def test_tiers_may_count_points_earned(tiers):
    LoyaltySettings(pk=1, tier_basis="points").save()
    EarningRule.objects.create(name="Points", points=10)
    order = make_order(price=60)

    review_tiers(NOW)

    assert tier_of(order.customer) == "Gold"


def test_manager_keeps_somebody_in_a_tier(tiers):
    silver, gold = tiers
    ann = make_customer()

    keep_tier(ann.pk, gold, at=NOW)
    review_tiers(NOW + 400 * DAY)
    kept = tier_of(ann)
    keep_tier(ann.pk, None, at=NOW + 400 * DAY)
    review_tiers(NOW + 401 * DAY)
    review_tiers(NOW + 431 * DAY)

    assert kept == "Gold"
    assert tier_of(ann) == ""
    assert told(ann) == [("tier.up", "Gold"), ("tier.ending", ""), ("tier.down", "")]


def test_merged_customer_keeps_the_higher_tier(tiers):
    silver, gold = tiers
    ann, double = make_customer(), make_customer()
    keep_tier(ann.pk, silver, at=NOW)
    keep_tier(double.pk, gold, at=NOW)

    merge(ann, double, at=NOW)

    assert tier_of(ann) == "Gold"
    assert CustomerTier.objects.count() == 1


def test_tiers_of_many_take_the_same_queries(tiers, django_assert_num_queries):
    tiers[1].rewards.all().delete()
    counts = []
    for number in (1, 20):
        for _person in range(number):
            make_order(price=600)
        with django_assert_num_queries(15) as asked:
            assert review_tiers(NOW) == number
        counts.append(len(asked))

    assert counts[0] == counts[1]


def test_birthday_earns_once_a_year():
    EarningRule.objects.create(name="Happy birthday", occasion="birthday", way="fixed", points=100)
    ann = make_customer(born_on=dt.date(1990, 3, 10))
    leap = make_customer(born_on=dt.date(1992, 2, 29))
    make_customer(born_on=dt.date(1990, 3, 12))

    earned = [earn_birthdays(NOW), earn_birthdays(NOW + DAY), earn_birthdays(NOW.replace(month=2, day=28, year=2027))]

    assert earned == [1, 0, 1]
    assert balances([ann.pk, leap.pk], NOW) == {ann.pk: 100, leap.pk: 100}


def test_what_the_shop_owes_is_told_with_what_it_is_worth():
    LoyaltySettings(pk=1, point_value="0.5").save()
    EarningRule.objects.create(name="Points")
    ann = make_customer()
    give_points([PointsGift(ann.pk, 100, "gift", NOW, expires_at=NOW + 40 * DAY)])
    spend_points(ann, 30, at=NOW, key="spent")
    make_order(customer=ann, price=20)

    owed = liability(NOW)

    assert (owed.approved, owed.pending, owed.value, owed.pending_value) == (70, 20, 35, 10)
    assert [(one.month, one.points, one.value) for one in owed.ending] == [(dt.date(2026, 4, 1), 70, 35)]
    assert (owed.given, owed.spent, owed.expired, owed.breakage) == (100, 30, 0, 0)


def test_customer_is_shown_their_points_tier_and_what_is_missing(tiers, django_assert_max_num_queries):
    EarningRule.objects.create(name="Points")
    ann = make_customer()
    make_order(customer=ann, price=120, delivered_at=NOW - 20 * DAY, placed_at=NOW - 22 * DAY)
    approve_due(NOW)
    give_points([PointsGift(ann.pk, 50, "gift", NOW, expires_at=NOW + 30 * DAY)])
    make_order(customer=ann, price=30)
    review_tiers(NOW)

    with django_assert_max_num_queries(14):
        shown = loyalty_for_customer(ann, NOW)

    assert (shown.balance, shown.pending, shown.expiring) == (170, 30, 50)
    assert shown.expiring_on == dt.date(2026, 4, 9)
    assert (shown.tier.name, shown.next_tier, shown.missing) == ("Silver", "Gold", "€350.00")


def test_customer_without_points_in_a_shop_without_tiers_is_shown_nothing():
    assert loyalty_for_customer(make_customer(), NOW) is None


def test_nightly_task_does_it_all(tiers):
    EarningRule.objects.create(name="Points")
    now = timezone.now()
    order = make_order(price=120, placed_at=now - 40 * DAY, delivered_at=now - 30 * DAY)

    watch_loyalty()

    assert tier_of(order.customer) == "Silver"
    assert balances([order.customer_id], timezone.now())[order.customer_id] == 120
