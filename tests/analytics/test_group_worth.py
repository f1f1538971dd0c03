import datetime as dt
import random
from decimal import Decimal

import pytest

from analytics.buyers import buyers_of
from analytics.filters import Filters
from analytics.metrics.category_intervals import category_intervals
from analytics.metrics.group_worth import MOST_ROWS, GroupKind, groups
from crm.customers.merge import merge
from crm.figures.periods import ALL_TIME, Period
from crm.models import Category, Customer, CustomerPrediction
from segments.models import Membership, Segment
from tests.analytics import plain_recount
from tests.conftest import make_category, make_customer, make_order, make_product

pytestmark = pytest.mark.django_db

NOW = dt.datetime(2026, 12, 1, 12, tzinfo=dt.UTC)
PERIODS = [
    ALL_TIME,
    Period(dt.date(2024, 9, 1), dt.date(2025, 3, 31)),
    Period(dt.date(2025, 1, 1), dt.date(2026, 1, 1)),
]


def found(kind, at=NOW, **filters):
    by_kind = {each.kind: each for each in groups(buyers_of(Filters(**filters)), at)}
    return {row.key: row for row in by_kind[kind].rows}


def facts(row):
    return {name: getattr(row, name) for name in WORTH}


WORTH = ("buyers", "repeat_buyers", "orders", "revenue", "margin", "orders_with_margin")


@pytest.mark.parametrize("zone", ["UTC", "Pacific/Kiritimati"])
@pytest.mark.parametrize("period", PERIODS)
def test_sources_equal_a_plain_recount(shop_with_goods, settings, zone, period):
    settings.TIME_ZONE = zone
    histories = plain_recount.histories(zone)

    rows = found(GroupKind.SOURCE, period=period)

    for source in ("", "ads", "friend", "fair"):
        customers = set(Customer.objects.filter(source=source).values_list("pk", flat=True))
        assert facts(rows[source]) == plain_recount.worth_of(histories, customers, period), source
    assert len(rows) == 4


@pytest.mark.parametrize("period", PERIODS)
def test_categories_are_those_of_the_first_order_and_what_they_are_part_of(shop_with_goods, period):
    histories = plain_recount.histories()

    rows = found(GroupKind.CATEGORY, period=period)

    for category in Category.objects.all():
        customers = {each for each, orders in histories.items() if category.pk in orders[0].categories}
        assert facts(rows[str(category.pk)]) == plain_recount.worth_of(histories, customers, period), category
    without = {each for each, orders in histories.items() if not orders[0].categories}
    assert facts(rows[""]) == plain_recount.worth_of(histories, without, period)


def test_in_a_narrowed_base_the_first_order_is_the_first_of_its_own(shop_with_goods):
    food = make_category("Food")
    histories = plain_recount.histories(category=food.pk)

    rows = found(GroupKind.CATEGORY, category=food)

    assert facts(rows[str(food.pk)]) == plain_recount.worth_of(histories, set(histories), ALL_TIME)
    assert "" not in rows


@pytest.mark.parametrize("at", [dt.datetime(2025, month, 1, tzinfo=dt.UTC) for month in (1, 4, 9)])
def test_members_are_those_of_then(shop_with_goods, at):
    dice, segments = random.Random(5), [Segment.objects.create(name=f"S{number}") for number in range(3)]
    members = {segment.pk: set() for segment in segments}
    for customer in shop_with_goods:
        for segment in segments:
            entered = dt.datetime(2024, 8, 1, tzinfo=dt.UTC) + dt.timedelta(days=dice.randrange(400))
            left = entered + dt.timedelta(days=dice.randrange(200)) if dice.random() < 0.6 else None
            Membership.objects.create(segment=segment, customer=customer, entered_at=entered, left_at=left)
            if entered <= at and (left is None or left > at):
                members[segment.pk].add(customer.pk)
    histories = plain_recount.histories()

    rows = found(GroupKind.SEGMENT, at=at)

    assert {key: facts(row) for key, row in rows.items()} == {
        str(pk): plain_recount.worth_of(histories, customers, ALL_TIME)
        for pk, customers in members.items()
        if customers
    }


def test_stays_of_a_merged_record_are_those_of_its_keeper_once():
    keeper, duplicate = make_customer(), make_customer()
    segment = Segment.objects.create(name="Friends")
    for customer in (keeper, duplicate):
        Membership.objects.create(segment=segment, customer=customer, entered_at=NOW - dt.timedelta(days=9))
        make_order(customer=customer, total=10)
    merge(keeper, duplicate, at=NOW)

    row = found(GroupKind.SEGMENT)[str(segment.pk)]

    assert (row.buyers, row.orders, row.revenue) == (1, 2, 20)


def test_of_few_buyers_nothing_is_told():
    for number in range(20):
        make_order(customer=make_customer(source="ads"), total=10)
        if number:
            make_order(customer=make_customer(source="fair"), total=10)

    rows = found(GroupKind.SOURCE)

    ads, fair = rows["ads"], rows["fair"]
    assert (ads.is_enough, ads.revenue_mean, ads.orders_per_buyer, ads.repeat_rate) == (True, 10, 1, 0)
    assert (fair.is_enough, fair.buyers, fair.revenue_mean, fair.repeat_rate) == (False, 19, None, None)


def test_what_is_expected_is_the_mean_of_those_of_whom_anything_is():
    for number in range(25):
        customer = make_customer(source="ads")
        make_order(customer=customer, total=10)
        if number < 20:
            CustomerPrediction.objects.create(customer=customer, orders=1, revenue=number, predicted_at=NOW)

    assert found(GroupKind.SOURCE)["ads"].predicted_mean == Decimal("9.5")
    CustomerPrediction.objects.filter(customer=customer.pk - 5).delete()
    CustomerPrediction.objects.first().delete()
    assert found(GroupKind.SOURCE)["ads"].predicted_mean is None


def test_of_many_groups_those_with_the_most_buyers_are_shown():
    for number in range(MOST_ROWS + 3):
        make_order(customer=make_customer(source=f"s{number}"), total=1)
    make_order(customer=make_customer(source="s52"), total=1)

    sources = next(each for each in groups(buyers_of(Filters()), NOW) if each.kind is GroupKind.SOURCE)

    assert (len(sources.rows), sources.total, sources.rows[0].key) == (MOST_ROWS, MOST_ROWS + 3, "s52")


def test_a_circle_of_categories_ends():
    one, other = make_category("One"), make_category("Other")
    Category.objects.filter(pk=one.pk).update(parent=other)
    Category.objects.filter(pk=other.pk).update(parent=one)
    make_order(product=make_product(category=""), lines=None)
    product = make_product()
    product.category = one
    product.save()
    make_order(product=product)

    assert set(found(GroupKind.CATEGORY)) == {"", str(one.pk), str(other.pk)}


@pytest.mark.parametrize("period", PERIODS)
def test_intervals_equal_a_plain_recount(shop_with_goods, period):
    histories = plain_recount.histories()
    expected = {
        pk: plain_recount.intervals(histories, pk, period) for pk in Category.objects.values_list("pk", flat=True)
    }

    rows = category_intervals(buyers_of(Filters(period=period)))

    assert {row.category: row.intervals for row in rows} == {
        pk: len(days) for pk, days in expected.items() if len(days) >= 20
    }
    for row in rows:
        assert (row.lower_days, row.median_days, row.upper_days) == pytest.approx(
            tuple(plain_recount.quartiles(expected[row.category]))
        )
    assert [row.intervals for row in rows] == sorted((row.intervals for row in rows), reverse=True)


def test_an_interval_is_to_the_next_order_with_the_category_whatever_came_between(settings):
    kettle, tea = make_product(category="Kitchen / Kettles"), make_product(category="Food")
    pan = make_product(category="Kitchen / Pans")
    for number in range(20):
        customer = make_customer()
        for days, product in ((0, kettle), (3, tea), (10, pan), (40 + number, kettle)):
            make_order(customer=customer, product=product, placed_at=NOW - dt.timedelta(days=100 - days))

    kitchen, kettles = category_intervals(buyers_of(Filters()))

    assert (kitchen.category, kitchen.intervals, kitchen.lower_days) == (make_category("Kitchen").pk, 40, 10)
    assert (kettles.intervals, kettles.median_days, kettles.categories) == (20, 49.5, 2)
