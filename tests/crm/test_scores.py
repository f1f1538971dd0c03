import datetime as dt
from decimal import Decimal

import pytest

from crm.customers import merge
from crm.figures.scores import score_all
from crm.models import CustomerScore
from crm.orders import orders
from tests.conftest import make_customer, make_order, make_product

pytestmark = pytest.mark.django_db

DAY = dt.timedelta(days=1)


def buy(count, total, at, customer=None):
    customer = customer or make_customer(consent=False)
    for _ in range(count):
        make_order(customer=customer, total=Decimal(total), placed_at=at)
    return customer


def score(customer):
    return CustomerScore.objects.get(customer=customer)


def test_customers_are_ranked_in_fifths(now):
    customers = [buy(1, 100 * (rank + 1), now - (20 - rank) * DAY) for rank in range(11)]

    assert score_all(now) == 11

    assert [score(customer).recency for customer in customers] == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 5]
    assert [score(customer).monetary for customer in customers] == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 5]


def test_equal_values_get_equal_scores(now):
    once = [buy(1, 10, now) for _ in range(8)]
    often = [buy(3, 10, now) for _ in range(2)]

    score_all(now)

    assert {score(customer).frequency for customer in once} == {1}
    assert {score(customer).frequency for customer in often} == {5}
    assert {score(customer).recency for customer in [*once, *often]} == {1}


def test_the_best_tenth_by_margin_of_a_year_are_vips(now):
    for rank in range(18):
        make_order(product=make_product(price=Decimal(100), cost=Decimal(90 - rank)), placed_at=now - DAY)
    thin = make_order(product=make_product(price=Decimal(1000), cost=Decimal(999)), placed_at=now - DAY).customer
    unknown_cost = buy(1, 500, now - DAY)
    last_year = buy(1, 9000, now - 366 * DAY)

    score_all(now)

    vips = CustomerScore.objects.filter(is_vip=True)
    assert vips.count() == 2
    assert score(unknown_cost).is_vip
    assert not score(thin).is_vip
    assert not score(last_year).is_vip


def test_customers_level_with_the_last_vip_are_vips_too_but_nobody_for_nothing(now):
    level = [buy(1, 10, now) for _ in range(3)]
    score_all(now)
    assert all(score(customer).is_vip for customer in level)

    free = buy(1, 0, now)
    score_all(now)
    assert not score(free).is_vip


def test_a_second_night_without_changes_writes_nothing(now):
    customer = buy(2, 10, now)
    score_all(now)

    assert score_all(now + DAY) == 0
    assert score(customer).scored_at == now


def test_whoever_no_longer_counts_loses_the_score(now):
    order = make_order(total=Decimal(10))
    keeper, duplicate = buy(1, 10, now), buy(1, 10, now)
    score_all(now)

    orders.cancel(order, at=now)
    merge.merge(keeper, duplicate, at=now)
    score_all(now)

    assert list(CustomerScore.objects.values_list("customer", flat=True)) == [keeper.pk]


def test_no_customers_is_fine(now):
    assert score_all(now) == 0


def test_the_nightly_pass_is_on_the_schedule():
    from django_celery_beat.models import PeriodicTask

    from crm.tasks import score_customers

    scheduled = PeriodicTask.objects.get(task=score_customers.name)
    assert (scheduled.enabled, scheduled.crontab.hour) == (True, "3")

    buy(1, 10, dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
    score_customers()
    assert CustomerScore.objects.count() == 1
