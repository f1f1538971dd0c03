"""What is to be expected of customers: the models by their papers' figures, and the nightly pass."""

import datetime as dt
import io
from decimal import Decimal

import numpy as np
import pytest
from django.core.management import call_command

from analytics.predictions.histories import PurchaseHistories, histories
from analytics.predictions.nightly import fit, predict
from analytics.predictions.purchasing import Purchasing
from analytics.predictions.purchasing import fit as fit_purchasing
from analytics.predictions.spending import Spending
from crm.customers.merge import merge
from crm.models import Customer, CustomerPrediction, OrderStanding
from crm.orders.returns import return_goods
from tests.conftest import NOW, make_customer, make_order, make_product
from tests.order_files import order_file, reference

PAPER = Purchasing(0.242593, 4.413532, 0.792886, 2.425752, 0)
LETTERED = Spending(6.25, 3.74, 15.45, 0, 946, 0.11)
DAY = dt.timedelta(days=1)
END = dt.datetime(1997, 10, 1, tzinfo=dt.UTC) - dt.timedelta(hours=1)


def one(x, t_x, t, spend=0.0):
    return PurchaseHistories(np.array([1]), *(np.array([float(number)]) for number in (x, t_x, t, spend)))


@pytest.mark.parametrize(
    ("x", "t_x", "t", "orders", "alive"),
    [
        (2, 30.43, 38.86, 1.2259, 0.7266),
        (1, 1.71, 38.86, 0.2033, 0.2122),
        (0, 0, 38.86, 0.1948, 1.0),
        (7, 29.43, 38.86, 3.3372, 0.6418),
    ],
)
def test_expects_of_a_history_what_the_paper_does(x, t_x, t, orders, alive):
    assert PAPER.orders(one(x, t_x, t), 39)[0] == pytest.approx(orders, abs=2e-4)
    assert PAPER.alive(one(x, t_x, t))[0] == pytest.approx(alive, abs=1e-4)


@pytest.mark.parametrize(
    ("x", "mean", "spend"), [(2, 22.35, 24.668), (1, 11.77, 18.924), (7, 73.74, 71.471), (0, 0, 35.242)]
)
def test_draws_what_was_spent_to_the_mean_of_all(x, mean, spend):
    assert LETTERED.spend(one(x, 0, 0, mean))[0] == pytest.approx(spend, abs=1e-3)


def test_waits_for_the_next_order_as_the_buyer_does_and_the_shop():
    assert PAPER.interval(one(0, 0, 10))[0] == pytest.approx(4.413532 / 0.242593)
    assert PAPER.interval(one(9, 90, 95))[0] == pytest.approx(94.413532 / 9.242593)


@pytest.mark.django_db
def test_what_was_given_back_whole_is_no_purchase_to_learn_from():
    customer, days = make_customer(), (100, 60, 20)
    kept, whole, part = (
        make_order(
            customer=customer, placed_at=NOW - day * DAY, quantity=2, price=10, product=make_product(sku=f"{day}")
        )
        for day in days
    )

    return_goods(whole, at=NOW - 10 * DAY)
    return_goods(part, at=NOW - 10 * DAY, lines={"20": Decimal(1)})

    known = histories(OrderStanding.objects.all(), NOW.date())
    assert (known.repeats.tolist(), (known.last_at * 7).tolist(), known.spend.tolist()) == ([1], [80], [10])


def test_too_few_buyers_teach_nothing():
    assert fit(one(2, 10, 20, 50.0)) is None


def test_a_shop_of_one_time_buyers_only_has_no_parameters_or_sensible_ones():
    zeros = np.zeros(500)
    found = fit_purchasing(PurchaseHistories(np.arange(500), zeros, zeros, np.linspace(1, 50, 500), zeros))

    assert found is None or np.isfinite(found.orders(one(0, 0, 10), 52)[0])


@pytest.mark.django_db
def test_orders_of_one_day_are_one_purchase_and_later_ones_are_not_known_yet(now):
    customer = make_customer()
    for days, price in ((30, 10), (20, 40), (20, 60), (10, 200), (-5, 1000)):
        make_order(customer=customer, placed_at=now - days * DAY, price=price)

    known = histories(OrderStanding.objects.all(), now.date())

    assert (known.repeats[0], known.last_at[0], known.known_for[0]) == (2, 20 / 7, 30 / 7)
    assert known.spend[0] == 150


@pytest.fixture
def cdnow(db):
    call_command("import_data", "orders", order_file("cdnow_sample_orders"), stdout=io.StringIO())
    return reference("cdnow_sample_orders")


def test_the_nightly_pass_writes_what_the_reference_expects_of_a_customer(cdnow):
    changed = predict(END)

    assert changed == CustomerPrediction.objects.count() == 2357
    expected = cdnow["customer_0001"]
    known = CustomerPrediction.objects.get(customer__external_id="0001")
    assert known.alive_percent == round(100 * expected["p_alive"])
    assert 0 < known.orders < Decimal(str(expected["expected_39w"]))
    assert known.next_order_on > dt.date(1997, 8, 2)
    assert not CustomerPrediction.objects.filter(customer__stats__orders_count=1).exclude(alive_percent=None).exists()


def test_the_second_pass_of_a_night_changes_nothing(cdnow):
    predict(END)

    assert predict(END) == 0


def test_foretells_the_months_that_were_held_back(cdnow):
    """As near as the paper came: the reference has what was predicted and what happened."""
    holdout = cdnow["holdout_weeks_40_78"]
    known = histories(OrderStanding.objects.all(), END.date())
    later = histories(OrderStanding.objects.all(), END.date() + 273 * DAY)

    predicted = fit(known).purchasing.orders(known, 39)

    assert predicted.sum() == pytest.approx(holdout["predicted_total"], rel=1e-4)
    happened = later.repeats - known.repeats
    assert happened.sum() == holdout["actual_total"]
    assert np.corrcoef(predicted, happened)[0, 1] == pytest.approx(holdout["individual_corr"], abs=1e-3)


@pytest.mark.django_db
def test_a_shop_that_has_become_too_small_to_tell_predicts_nothing(now):
    customer = make_customer()
    CustomerPrediction.objects.create(customer=customer, orders=1, revenue=1, predicted_at=now)

    assert predict(now) == 1
    assert not CustomerPrediction.objects.exists()


@pytest.mark.django_db
def test_a_merged_customer_keeps_the_prediction_of_the_keeper_alone():
    keeper, duplicate = make_customer(), make_customer()
    for customer in (keeper, duplicate):
        CustomerPrediction.objects.create(customer=customer, orders=1, revenue=1, predicted_at=NOW)

    merge(keeper, duplicate, at=NOW)

    assert list(CustomerPrediction.objects.values_list("customer", flat=True)) == [keeper.pk]


def test_the_page_of_a_customer_tells_what_to_expect(cdnow, admin_client):
    predict(END)
    customer = Customer.objects.get(external_id="0001")

    page = admin_client.get(f"/admin/crm/customer/{customer.pk}/change/").content.decode()

    assert "What to expect" in page
    assert f"{customer.prediction.alive_percent}&nbsp;%" in page
