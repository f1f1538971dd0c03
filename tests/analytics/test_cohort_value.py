import datetime as dt
import random
from decimal import Decimal

import pytest

from analytics import rollups
from analytics.filters import Filters
from analytics.metrics.cohort_value import CohortValue, Measure, arranged, cohort_values, curve
from analytics.metrics.cohorts import month_number
from analytics.metrics.year_value import years_apart
from analytics.relations import relations, relations_of_orders
from tests.analytics import plain_recount
from tests.conftest import make_category, make_customer, make_order, make_product

LATER = dt.datetime(2026, 12, 31, tzinfo=dt.UTC)


def counted(**filters):
    return relations_of_orders(Filters(**filters).standings())


def cohort(month, buyers, *amounts, margin=None):
    known = tuple(map(Decimal, amounts))
    margins = tuple(map(Decimal, margin)) if margin else (None,) * len(known)
    return CohortValue(dt.date(2026, month, 1), buyers, known, margins, buyers, len(margins) if margin else 0)


@pytest.mark.parametrize("zone", ["UTC", "Pacific/Kiritimati", "America/New_York"])
def test_values_equal_a_plain_recount_however_they_are_counted(shop_with_goods, settings, zone):
    settings.TIME_ZONE = zone
    expected = plain_recount.cohort_ltv(plain_recount.histories(zone))
    dashboard = rollups.rebuild(LATER)

    for found in (cohort_values(counted()), cohort_values(relations(Filters(), dashboard))):
        assert_equal(found, expected)
    assert any(len(revenue) == 25 for _buyers, revenue, _margin in expected.values())


def test_values_of_a_narrowed_base_equal_a_plain_recount_of_its_orders_alone(shop_with_goods):
    kitchen = make_category("Kitchen")

    assert_equal(cohort_values(counted(source="ads")), plain_recount.cohort_ltv(plain_recount.histories(source="ads")))
    assert_equal(
        cohort_values(counted(category=kitchen)),
        plain_recount.cohort_ltv(plain_recount.histories(category=kitchen.pk)),
    )


def assert_equal(found, expected):
    assert [month_number(each.first_month_on) for each in found] == list(expected)
    for each, (buyers, revenue, margin) in zip(found, expected.values(), strict=True):
        assert each.buyers == buyers
        assert each.per_buyer(Measure.REVENUE) == pytest.approx(revenue)
        assert each.per_buyer(Measure.MARGIN) == pytest.approx(margin)


def test_a_month_without_an_order_leaves_the_value_as_it_was(db):
    customer = make_customer()
    for moment, total in (("2026-01-10", 10), ("2026-04-10", 5)):
        make_order(customer=customer, placed_at=dt.datetime.fromisoformat(f"{moment}T12:00Z"), total=total)

    (found,) = cohort_values(counted())

    assert found.per_buyer(Measure.REVENUE) == [10, 10, 10, 15]


def test_margin_says_of_how_many_orders_it_is_known_and_nothing_where_of_none(db):
    ann, ben = make_customer(), make_customer()
    at = dt.datetime(2026, 1, 10, tzinfo=dt.UTC)
    make_order(customer=ann, placed_at=at, product=make_product(price=10, cost=4))
    make_order(customer=ann, placed_at=at + dt.timedelta(days=1), product=make_product(price=10))
    make_order(customer=ben, placed_at=at + dt.timedelta(days=40), product=make_product(price=10))

    january, february = cohort_values(counted())

    assert (january.orders, january.orders_with_margin) == (2, 1)
    assert january.per_buyer(Measure.MARGIN) == [6, 6]
    assert february.per_buyer(Measure.MARGIN) == []
    assert february.per_buyer(Measure.REVENUE) == [10]


def test_a_cohort_whose_own_month_is_not_over_has_buyers_and_no_value_yet():
    row = {"months_later": 0, "buyers": 3, "orders": 4, "revenue": Decimal(9), "margin": None, "orders_with_margin": 0}

    (found,) = arranged([{"first_month_on": dt.date(2026, 5, 1), **row}], dt.date(2026, 4, 1))

    assert (found.buyers, found.revenue, found.orders) == (3, (), 0)


def test_a_cohort_known_for_longer_than_its_orders_keeps_its_value_to_the_last_month_of_the_shop(db):
    first = make_customer()
    make_order(customer=first, placed_at=dt.datetime(2020, 1, 5, tzinfo=dt.UTC), total=10)
    make_order(customer=first, placed_at=dt.datetime(2023, 1, 5, tzinfo=dt.UTC), total=10)

    (found,) = cohort_values(counted())

    assert found.per_buyer(Measure.REVENUE) == [10] * 25


def test_each_point_of_a_curve_is_of_the_cohorts_old_enough_for_it():
    """Sum over ages of increment ÷ customers observed through that age."""
    cohorts = [cohort(1, 100, 5000, 1200, 900), cohort(2, 80, 4400, 800), cohort(3, 50, 2000)]

    found = curve(cohorts, Measure.REVENUE)

    assert [round(float(point.value), 2) for point in found] == [49.57, 60.68, 69.68]
    assert [point.buyers for point in found] == [230, 180, 100]


def test_a_curve_ends_where_fewer_than_20_buyers_are_that_old():
    assert len(curve([cohort(1, 19, 10, 10), cohort(2, 5, 10)], Measure.REVENUE)) == 1
    assert curve([cohort(1, 19, 10, 10)], Measure.REVENUE) == []


def test_cohorts_of_which_no_cost_is_known_are_not_in_the_curve_by_margin():
    cohorts = [cohort(1, 20, 100, margin=[40]), cohort(2, 20, 100)]

    assert [point.value for point in curve(cohorts, Measure.MARGIN)] == [2]


def year_of(first_year, years, *, buyers=20, amount=10):
    """A cohort a month; each brings its amount in every month since."""
    begins = dt.date(first_year, 1, 1)
    months = [dt.date(begins.year + number // 12, number % 12 + 1, 1) for number in range(12 * years)]
    last = month_number(months[-1])
    return [
        CohortValue(month, buyers, (Decimal(amount),) * (last - month_number(month) + 1), (), 0, 0) for month in months
    ]


def test_the_last_year_of_cohorts_old_enough_is_compared_with_the_year_before():
    cohorts = year_of(2022, 4)

    now, before = years_apart(cohorts, dt.date.max, Measure.REVENUE)

    assert (now.first_month_on, now.last_month_on) == (dt.date(2024, 1, 1), dt.date(2024, 12, 1))
    assert (before.first_month_on, before.last_month_on) == (dt.date(2023, 1, 1), dt.date(2023, 12, 1))
    assert (now.value, before.value) == (Decimal("6.5"), Decimal("6.5"))


def test_cohorts_after_the_period_are_not_in_its_year():
    now, before = years_apart(year_of(2022, 4), dt.date(2023, 6, 30), Measure.REVENUE)

    assert (now.first_month_on, now.last_month_on, before) == (dt.date(2022, 7, 1), dt.date(2023, 6, 1), None)


def test_a_year_of_few_buyers_and_a_shop_younger_than_a_year_tell_nothing():
    assert years_apart(year_of(2025, 1), dt.date.max, Measure.REVENUE) is None
    now, _before = years_apart(year_of(2024, 2, buyers=1), dt.date.max, Measure.REVENUE)
    assert (now.buyers, now.value) == (12, None)


def test_the_value_of_a_year_is_that_of_the_column_of_its_twelfth_month(shop_with_goods):
    found = cohort_values(counted())

    now, before = years_apart(found, dt.date.max, Measure.REVENUE)

    for year in (now, before):
        members = [each for each in found if year.first_month_on <= each.first_month_on <= year.last_month_on]
        brought = sum(each.per_buyer(Measure.REVENUE)[12] * each.buyers for each in members)
        assert float(year.value) == pytest.approx(float(brought / sum(each.buyers for each in members)))
    assert before.last_month_on < now.first_month_on


def test_random_curves_never_fall():
    dice = random.Random(3)
    cohorts = [
        cohort(month, dice.randrange(20, 90), *(dice.randrange(500) for _ in range(13 - month)))
        for month in range(1, 12)
    ]

    values = [point.value for point in curve(cohorts, Measure.REVENUE)]

    assert values == sorted(values)
