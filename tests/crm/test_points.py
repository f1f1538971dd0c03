"""The ledger of points: lots, debts, holds and their ends."""

import datetime as dt

import pytest
from django.db.models import Sum

from crm import loyalty
from crm.customers.merge import merge
from crm.loyalty import PointsGift
from crm.loyalty.ledger import balances, spendable
from crm.loyalty.point_ends import follow_settings, months_later
from crm.loyalty.point_holds import cancel_hold, capture_points, hold_points, refund_sale, spend_for_sale
from crm.models import CouponBatch, LoyaltySettings, PointsEntry
from tests.conftest import NOW, make_customer, make_order

pytestmark = pytest.mark.django_db

DAY = dt.timedelta(days=1)
HOUR = dt.timedelta(hours=1)


def give(customer, points, key, at=NOW, **fields):
    loyalty.give_points([PointsGift(customer.pk, points, key, at, **fields)])


def balance(customer, at=NOW):
    return balances([customer.pk], at)[customer.pk]


def may_spend(customer, at=NOW):
    return spendable([customer.pk], at)[customer.pk]


def in_ledger(customer):
    return PointsEntry.objects.filter(customer=customer).aggregate(sum=Sum("points"))["sum"] or 0


def test_points_taken_back_after_they_were_spent_are_owed_and_paid_by_the_next():
    ann = make_customer()
    give(ann, 100, "order")
    loyalty.spend_points(ann, 80, at=NOW, key="spent")

    for _turn in range(2):
        loyalty.reverse_points(ann, 100, at=NOW, key="returned")
    after_return = balance(ann), may_spend(ann)
    give(ann, 50, "review")

    assert after_return == (-80, 0)
    assert (balance(ann), may_spend(ann), in_ledger(ann)) == (-30, 0, -30)
    give(ann, 40, "birthday")
    assert (balance(ann), may_spend(ann), in_ledger(ann)) == (10, 10, 10)


def test_what_ends_first_is_spent_first_so_that_less_is_lost():
    ann = make_customer()
    day = dt.datetime(2026, 1, 15, tzinfo=dt.UTC)
    give(ann, 100, "january", at=day, expires_at=dt.datetime(2026, 2, 1, tzinfo=dt.UTC))
    give(ann, 50, "march", at=day, expires_at=dt.datetime(2026, 4, 1, tzinfo=dt.UTC))

    loyalty.spend_points(ann, 70, at=day, key="spent")
    loyalty.expire_points(day + 30 * DAY)

    assert balance(ann, day + 30 * DAY) == in_ledger(ann) == 50


def test_points_given_back_keep_their_end_or_get_thirty_days():
    ann = make_customer()
    give(ann, 30, "soon", expires_at=NOW + 5 * DAY)
    give(ann, 30, "later", expires_at=NOW + 90 * DAY)
    give(ann, 30, "lasting")
    spent = loyalty.spend_points(ann, 80, at=NOW, key="spent")

    for _turn in range(2):
        loyalty.refund_points(spent, 80, at=NOW + 10 * DAY, key="back")

    back = PointsEntry.objects.filter(kind="refund").order_by("pk")
    assert list(back.values_list("points", "expires_at")) == [
        (30, NOW + 40 * DAY),
        (30, NOW + 90 * DAY),
        (20, None),
    ]
    assert balance(ann, NOW + 10 * DAY) == 90
    with pytest.raises(ValueError, match="only 0 are left to give back"):
        loyalty.refund_points(spent, 1, at=NOW + 10 * DAY, key="once more")


def test_points_that_a_till_holds_are_nobody_elses_and_still_on_the_balance():
    ann = make_customer()
    give(ann, 100, "gift")

    for _turn in range(2):
        hold_points(ann, 80, "sale-1", at=NOW, until=NOW + HOUR)

    assert (balance(ann), may_spend(ann)) == (100, 20)
    with pytest.raises(ValueError, match="only 20 points on the balance, not 80"):
        hold_points(ann, 80, "sale-2", at=NOW, until=NOW + HOUR)
    with pytest.raises(ValueError, match="only 20 points"):
        spend_for_sale(ann, 30, "sale-3", at=NOW)
    assert may_spend(ann, NOW + HOUR) == 100


def test_hold_is_spent_once_whoever_says_so_and_however_often():
    ann = make_customer()
    give(ann, 100, "gift")
    hold_points(ann, 80, "A-1", at=NOW, until=NOW + HOUR)

    first, second = (capture_points("A-1", at=NOW) for _turn in range(2))
    third = spend_for_sale(ann, 80, "A-1", at=NOW, order=make_order(customer=ann, number="A-1"))

    assert first == second == third
    assert (balance(ann), may_spend(ann)) == (20, 20)
    with pytest.raises(ValueError, match="has spent 80 points already"):
        spend_for_sale(ann, 10, "A-1", at=NOW)
    with pytest.raises(ValueError, match="are spent: give them back"):
        cancel_hold("A-1", at=NOW)


def test_what_was_held_in_time_is_spent_though_it_ended_or_was_taken_back_meanwhile():
    ann = make_customer()
    give(ann, 50, "ending", expires_at=NOW + HOUR)
    give(ann, 50, "lasting")
    hold_points(ann, 100, "A-1", at=NOW, until=NOW + DAY)
    loyalty.expire_points(NOW + 2 * HOUR)
    loyalty.reverse_points(ann, 50, at=NOW + 2 * HOUR, key="returned")

    capture_points("A-1", at=NOW + 3 * HOUR)

    assert balance(ann, NOW + 3 * HOUR) == in_ledger(ann) == -50


def test_hold_that_was_let_go_or_forgotten_gives_its_points_free():
    ann = make_customer()
    give(ann, 100, "gift")
    hold_points(ann, 80, "A-1", at=NOW, until=NOW + HOUR)
    hold_points(ann, 20, "A-2", at=NOW, until=NOW + HOUR)

    for _turn in range(2):
        cancel_hold("A-1", at=NOW)

    assert may_spend(ann) == 80
    with pytest.raises(ValueError, match="were let go"):
        capture_points("A-1", at=NOW)
    spend_for_sale(ann, 100, "A-3", at=NOW + 2 * HOUR)
    with pytest.raises(ValueError, match="only 0 points"):
        capture_points("A-2", at=NOW + 2 * HOUR)
    with pytest.raises(ValueError, match="No points are held for the sale A-9"):
        capture_points("A-9", at=NOW)


def test_sale_gives_points_back_once_in_all_or_by_key():
    ann = make_customer()
    give(ann, 100, "gift")
    spend_for_sale(ann, 80, "A-1", at=NOW)

    for _turn in range(2):
        refund_sale("A-1", 30, at=NOW, key="r-1")
    for _turn in range(2):
        refund_sale("A-1", None, at=NOW)

    assert balance(ann) == in_ledger(ann) == 100
    with pytest.raises(ValueError, match="has spent no points"):
        refund_sale("A-2", None, at=NOW)


def test_merging_pays_what_one_owed_with_what_the_other_had():
    ann, double = make_customer(), make_customer()
    give(ann, 100, "gift")
    give(double, 10, "other")
    loyalty.spend_points(ann, 100, at=NOW, key="spent")
    loyalty.reverse_points(ann, 30, at=NOW, key="returned")
    give(double, 40, "more")

    merge(ann, double, at=NOW)

    assert (balance(ann), may_spend(ann), in_ledger(ann)) == (20, 20, 20)
    assert not PointsEntry.objects.filter(owed__gt=0).exists()


def test_points_end_so_many_months_after_they_were_given_but_not_before_a_whole_period_of_the_rule():
    ann = make_customer()
    give(ann, 10, "old", at=NOW - 700 * DAY)
    give(ann, 10, "own end", expires_at=NOW + 3 * DAY)
    LoyaltySettings(pk=1, expiry="age", expiry_months=12, expiry_since=NOW).save()

    follow_settings()
    give(ann, 10, "new", at=NOW + 31 * DAY)

    ends = dict(PointsEntry.objects.values_list("key", "expires_at"))
    assert ends["old"].date() == dt.date(2027, 3, 11)
    assert ends["own end"] == NOW + 3 * DAY
    assert ends["new"].date() == dt.date(2027, 4, 11)
    LoyaltySettings.objects.update(expiry="never")
    follow_settings()
    assert PointsEntry.objects.exclude(expires_at=None).get().key == "own end"


def test_points_of_whoever_comes_back_end_later():
    ann, bob = make_customer(), make_customer()
    for person in (ann, bob):
        give(person, 10, f"gift:{person.pk}", at=NOW - 400 * DAY)
    LoyaltySettings(pk=1, expiry="inactivity", expiry_months=6, expiry_since=NOW - 300 * DAY).save()
    make_order(customer=bob, placed_at=NOW - 10 * DAY)

    follow_settings()
    loyalty.expire_points(NOW)

    assert (balance(ann), balance(bob)) == (0, 10)
    assert bob.points.get().expires_at.date() == months_later((NOW - 10 * DAY).date(), 6) + DAY


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [((2026, 1, 31), 1, (2026, 2, 28)), ((2026, 12, 1), 1, (2027, 1, 1)), ((2024, 2, 29), 12, (2025, 2, 28))],
)
def test_months_are_those_of_the_calendar(day, months, later):
    assert months_later(dt.date(*day), months) == dt.date(*later)


def test_sale_that_let_its_points_go_may_hold_others():
    ann = make_customer()
    give(ann, 100, "gift")
    hold_points(ann, 80, "A-1", at=NOW, until=NOW + HOUR)
    cancel_hold("A-1", at=NOW)

    hold_points(ann, 60, "A-1", at=NOW, until=NOW + HOUR)
    capture_points("A-1", at=NOW)

    assert balance(ann) == 40
    with pytest.raises(ValueError, match="were dealt with already"):
        hold_points(ann, 10, "A-1", at=NOW, until=NOW + HOUR)


def test_coupon_for_orders_without_points_and_points_exclude_each_other():
    ann = make_customer()
    give(ann, 100, "gift")
    CouponBatch.objects.create(name="Summer", code="SUMMER", kind="percent", value=10, most=9, is_alone=True)
    with_points = make_order(customer=ann, number="A-1")
    spend_for_sale(ann, 10, "A-1", at=NOW, order=with_points)

    with pytest.raises(loyalty.CouponRefused, match="SUMMER does not go together with points"):
        loyalty.redeem("SUMMER", order=with_points, at=NOW)
    make_order(customer=ann, number="A-2", coupon_code="SUMMER")
    with pytest.raises(ValueError, match="SUMMER does not go together with points"):
        spend_for_sale(ann, 10, "A-2", at=NOW)
