from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.admin.what_if_result import what_if
from analytics.filters import Filters
from analytics.metrics.average_order import AverageOrder
from analytics.metrics.buyer_value import BuyerValue
from analytics.metrics.frequency import Frequency
from analytics.metrics.ratio import ratio
from analytics.metrics.repeat_rate import RepeatRate
from analytics.period_counts import count_periods
from analytics.relations import relations_of_orders
from analytics.what_if import Lever, gains_of_equal_effort, gains_step_by_step
from crm.figures.periods import ALL_TIME
from tests.conftest import make_customer, make_order, make_product

NOW = BuyerValue(Decimal("0.2"), Decimal(2), Decimal(8000), None)
shares = st.decimals(0, 1, places=6)
times = st.decimals(2, 50, places=6)
amounts = st.decimals(0, 1_000_000, places=2)
buyer_values = st.builds(BuyerValue, shares, times, amounts, st.none() | shares)


def close(value):
    return pytest.approx(value, rel=Decimal("1e-20"), abs=Decimal("1e-15"))


def all_counts():
    return count_periods(relations_of_orders(Filters().standings()), [ALL_TIME], 180)[0]


def test_more_who_come_back_are_worth_an_eighth_more_and_dearer_orders_a_tenth_on_top():
    more_come_back = replace(NOW, conversion=Decimal("0.35"))
    and_spend_more = replace(more_come_back, order_value=Decimal(8800))

    assert [one.revenue for one in (NOW, more_come_back, and_spend_more)] == [9600, 10_800, 11_880]
    assert ratio(more_come_back.revenue - NOW.revenue, NOW.revenue) == Decimal("0.125")
    assert and_spend_more.revenue == more_come_back.revenue * Decimal("1.1")
    assert [(gain.lever, gain.revenue) for gain in gains_step_by_step(NOW, and_spend_more)] == [
        ("conversion", 1200),
        ("repeat_orders", 0),
        ("order_value", 1080),
    ]


def test_more_orders_of_who_came_back_count_for_them_alone():
    assert replace(NOW, repeat_orders=Decimal(3)).revenue == 8000 * Decimal("1.4")


@pytest.mark.django_db
def test_the_shops_own_figures_multiply_to_revenue_by_buyer(busy_shop):
    counts = all_counts()

    value = BuyerValue.of(counts)

    assert value.conversion == RepeatRate.of(counts).rate
    assert value.order_value == AverageOrder.of(counts).value
    assert value.orders == close(Frequency.of(counts).orders_per_buyer)
    assert value.revenue == close(counts.revenue / counts.buyers)
    assert value.margin is None


@pytest.mark.django_db
def test_margin_is_that_of_orders_whose_cost_is_known(now):
    twice, once = make_customer(), make_customer()
    for _order in range(2):
        make_order(customer=twice, product=make_product(price=100, cost=70))
    make_order(customer=once, total=100)

    value = BuyerValue.of(all_counts())

    assert (value.margin_share, value.revenue) == (Decimal("0.3"), 150)
    assert value.margin == 45


@pytest.mark.django_db
def test_where_nobody_came_back_the_least_that_coming_back_can_mean_is_assumed(now):
    make_order(total=80)

    value = BuyerValue.of(all_counts())

    assert (value.conversion, value.repeat_orders, value.revenue) == (0, 2, 80)
    assert replace(value, conversion=Decimal("0.5")).revenue == 120


@pytest.mark.django_db
def test_without_orders_there_is_nothing_to_multiply(db):
    assert BuyerValue.of(all_counts()) is None


@given(now=buyer_values, then=buyer_values)
def test_the_steps_add_up_to_the_difference(now, then):
    gains = gains_step_by_step(now, then)

    assert [gain.lever for gain in gains] == list(Lever)
    assert sum(gain.revenue for gain in gains) == close(then.revenue - now.revenue)


@given(now=buyer_values)
def test_a_tenth_more_of_an_orders_value_never_comes_second(now):
    first, *others = gains_of_equal_effort(now)

    assert first.revenue == close(now.revenue / 10)
    assert all(first.revenue >= other.revenue >= 0 for other in others)


@pytest.mark.django_db
def test_what_is_shown_is_now_then_and_the_difference(settings):
    settings.CURRENCY = "USD"
    then = replace(NOW, conversion=Decimal("0.35"))

    found = what_if(NOW, then, buyers=500)

    one, everybody = found.of_a_buyer, found.of_all
    assert (one.now, one.then, one.difference, one.change) == ("$9,600.00", "$10,800", "+$1,200.00", "+12.5%")
    assert (one.wanted, everybody.difference) == ("10800.00", "+$600,000")
    assert [(share.title, share.amount) for share in found.equal_effort] == [
        ("Average order", "+$960.00"),
        ("Orders of a buyer who came back", "+$320.00"),
        ("Repeat rate", "+$160.00"),
    ]
    conversion = found.rows[0]
    assert (conversion.now, conversion.then, conversion.difference) == ("20.0%", "35.0%", "+15.0 points")
    assert (conversion.wanted, [row.wanted for row in found.rows if row.figure == "average_order"]) == ("35.00", [""])
