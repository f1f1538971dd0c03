"""What is to be expected of customers: the models by their papers' figures, and the nightly pass."""

import datetime as dt
import io
from decimal import Decimal

import numpy as np
import pytest
from django.core.management import call_command
from django.db import transaction
from django.db.models import Sum

from analytics.predictions import nightly
from analytics.predictions.fitting import are_enough
from analytics.predictions.histories import PurchaseHistories, histories
from analytics.predictions.hold_out import hold_out
from analytics.predictions.nightly import fit, predict
from analytics.predictions.purchasing import BG_NBD, MBG_NBD, Purchasing, fit_likeliest
from analytics.predictions.purchasing import fit as fit_purchasing
from analytics.predictions.spending import Spending
from crm.customers.merge import merge
from crm.figures import stats
from crm.models import CustomerPrediction, Order, OrderStanding, PredictionRun
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


def test_finds_the_parameters_of_the_papers(cdnow):
    found = fit(histories(OrderStanding.objects.all(), END.date()))

    bought, spent = found.purchasing, found.spending
    assert (bought.name, found.at_edge) == (BG_NBD, [])
    assert [bought.r, bought.alpha, bought.a, bought.b] == pytest.approx([0.243, 4.414, 0.793, 2.426], abs=6e-4)
    assert [spent.p, spent.q, spent.v] == pytest.approx([6.25, 3.744, 15.444], abs=6e-4)


def buyers_who(leave_after_first, count=3000, known_for=60.0):
    """Simulated: each buys on average every eight weeks, and leaves after half of the purchases."""
    random = np.random.default_rng(5)
    gaps = np.cumsum(random.exponential(8, (count, 40)), axis=1)
    lives = random.geometric(0.5, count) - leave_after_first
    bought = (gaps < known_for) & (np.arange(40) < lives[:, None])
    last_at = np.where(bought, gaps, 0).max(axis=1)
    known, zeros = np.full(count, known_for), np.zeros(count)
    return PurchaseHistories(np.arange(count), bought.sum(axis=1).astype(float), last_at, known, zeros)


@pytest.mark.parametrize(("leave_after_first", "likeliest"), [(1, MBG_NBD), (0, BG_NBD)])
def test_takes_the_model_in_which_buyers_leave_as_they_do_in_the_shop(leave_after_first, likeliest):
    known = buyers_who(leave_after_first)

    assert fit_likeliest(known, BG_NBD).name == fit_likeliest(known, MBG_NBD).name == likeliest


def test_keeps_the_model_of_the_last_night_where_the_other_is_hardly_likelier(cdnow):
    known = histories(OrderStanding.objects.all(), END.date())

    assert fit(known).purchasing.name == BG_NBD
    assert fit(known, MBG_NBD).purchasing.name == MBG_NBD


def test_buyers_who_may_leave_after_the_first_purchase_are_not_expected_for_ever():
    known = buyers_who(leave_after_first=1)
    once = known.repeats == 0

    chance = fit_purchasing(known, MBG_NBD).alive(known)[once].mean()

    assert chance < 0.05
    assert (fit_purchasing(known, BG_NBD).alive(known)[once] == 1).all()


@pytest.mark.parametrize("name", [BG_NBD, MBG_NBD])
@pytest.mark.parametrize("corner", [(-6, -6, -6, -6), (6, -6, 6, -6), (-6, 6, -6, 6), (6, 6, 6, 6), (-6, -2, 6, -6)])
def test_expects_sensible_numbers_at_every_edge_of_the_search(name, corner):
    model = Purchasing(*np.exp(corner), 0, name)

    for x, t_x, t in ((0, 0, 0), (0, 0, 500), (1, 1, 100), (300, 400, 401), (300, 1, 500)):
        known = one(x, t_x, t)
        assert 0 <= model.alive(known)[0] <= 1
        assert np.isfinite(model.orders(known, 52)[0])
        assert model.orders(known, 52)[0] >= -1e-6


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


@pytest.mark.django_db
def test_what_went_back_was_no_purchase_and_what_was_free_tells_of_no_price(now):
    customer = make_customer()
    for days, price in ((50, 10), (40, 0), (30, 70), (20, 90), (10, 60)):
        make_order(customer=customer, placed_at=now - days * DAY, price=price)
    give_back(customer.orders.get(total=70), share=1)
    give_back(customer.orders.get(total=90), share=Decimal("0.5"))

    known = histories(OrderStanding.objects.all(), now.date())

    assert (known.repeats[0], known.free[0], known.free_repeats[0]) == (3, 1, 1)
    assert (known.last_at[0], known.spend[0], known.paid_repeats[0]) == (40 / 7, 52.5, 2)
    assert known.paid_share[0] == 0.75


def give_back(order, share):
    with transaction.atomic():
        stats.lock([order.customer_id])
        Order.objects.filter(pk=order.pk).update(refunded=order.total * share)
        stats.refresh([order.customer_id])


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
    assert dt.date(1997, 8, 2) < (known.next_order_on or known.overdue_since)
    assert not CustomerPrediction.objects.filter(next_order_on__lt=END.date()).exists()
    assert not CustomerPrediction.objects.filter(overdue_since__gte=END.date()).exists()
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


def test_nobody_who_paid_nothing_is_expected_to_pay_what_others_do(cdnow):
    free, refunded = make_customer(), make_customer()
    for days in (10, 40, 90):
        make_order(customer=free, placed_at=END - days * DAY, price=0)
        make_order(customer=refunded, placed_at=END - days * DAY, price=5000)
    for order in refunded.orders.all():
        give_back(order, share=1)

    predict(END)

    assert CustomerPrediction.objects.get(customer=free).revenue == 0
    told = CustomerPrediction.objects.get(customer=refunded)
    assert (told.orders, told.revenue, told.alive_percent, told.next_order_on) == (0, 0, None, None)


def test_a_night_without_an_answer_leaves_the_last_one(cdnow, monkeypatch):
    predict(END)
    before = list(CustomerPrediction.objects.order_by("pk").values())
    monkeypatch.setattr(nightly, "fit", lambda known, usual: None)

    changed = predict(END + DAY)

    assert changed == 0
    assert list(CustomerPrediction.objects.order_by("pk").values()) == before
    assert [run.outcome for run in PredictionRun.objects.order_by("at")] == ["found", "no_answer"]


@pytest.mark.django_db
@pytest.mark.parametrize("prices", [[29.9], [10.0, 20.0, 30.0, 45.0, 80.0]])
def test_small_changes_take_no_predictions_away(now, prices):
    """A hundred buyers of one price, or of few: likelihoods so flat that a search loses its way on them."""
    customers = [make_customer() for _number in range(100)]
    random = np.random.default_rng(11)
    for customer in customers[:60]:
        for days in random.choice(np.arange(30, 300), 3, replace=False).tolist():
            make_order(customer=customer, placed_at=now - days * DAY, price=random.choice(prices))
    for customer in customers[60:]:
        make_order(customer=customer, placed_at=now - 200 * DAY, price=random.choice(prices))
    told = []

    for night in range(3):
        make_order(customer=customers[night], placed_at=now + (night - 0.5) * DAY, price=prices[0])
        predict(now + night * DAY)
        told.append(CustomerPrediction.objects.count())

    assert told == [100] * 3


def test_a_shop_a_little_below_the_fewest_keeps_the_predictions_it_has():
    assert not are_enough(99, 30)
    assert are_enough(100, 30)
    assert are_enough(99, 24, usual=BG_NBD)
    assert not are_enough(79, 30, usual=BG_NBD)


@pytest.mark.django_db
def test_a_shop_that_has_become_too_small_to_tell_predicts_nothing(now):
    customer = make_customer()
    CustomerPrediction.objects.create(customer=customer, orders=1, revenue=1, predicted_at=now)

    assert predict(now) == 1
    assert not CustomerPrediction.objects.exists()
    assert PredictionRun.objects.get().outcome == "too_few"


@pytest.mark.django_db
def test_a_merged_customer_keeps_the_prediction_of_the_keeper_alone():
    keeper, duplicate = make_customer(), make_customer()
    for customer in (keeper, duplicate):
        CustomerPrediction.objects.create(customer=customer, orders=1, revenue=1, predicted_at=NOW)

    merge(keeper, duplicate, at=NOW)

    assert list(CustomerPrediction.objects.values_list("customer", flat=True)) == [keeper.pk]


@pytest.mark.django_db
def test_a_shop_with_too_few_buyers_back_then_cannot_be_told(now):
    assert hold_out(OrderStanding.objects.all(), now.date(), 90, 0) is None


def test_holding_back_notices_buyers_who_came_no_more(cdnow):
    until = OrderStanding.objects.filter(placed_at__lt=END - 90 * DAY)

    found = hold_out(until, END.date(), 90, 2357)

    assert (found.orders_came, found.revenue_came) == (0, 0)
    assert found.orders_predicted > 500
    assert hold_out(until, END.date(), 200, 2357) is None


def test_a_large_shop_is_tried_on_a_part_of_its_buyers(cdnow):
    whole = hold_out(OrderStanding.objects.all(), END.date(), 90, 25_000)
    half = hold_out(OrderStanding.objects.all(), END.date(), 90, 50_000)

    assert 0.3 < half.orders_came / whole.orders_came < 0.7
    assert half.orders_predicted / half.orders_came == pytest.approx(
        whole.orders_predicted / whole.orders_came, abs=0.3
    )


def test_each_night_tells_what_had_been_predicted_of_the_last_days_and_what_came(cdnow):
    predict(END)

    run = PredictionRun.objects.get()
    assert (run.outcome, run.buyers, run.repeat_buyers) == ("found", 2357, 946)
    assert run.parameters["model"] == BG_NBD
    cut = END.date() - 90 * DAY
    before, after = (histories(OrderStanding.objects.all(), day) for day in (cut, END.date()))
    # Everybody of this sample had bought before.
    assert (run.orders_days, run.orders_came) == (90, after.repeats.sum() - before.repeats.sum())
    assert run.orders_predicted == pytest.approx(fit(before).purchasing.orders(before, 90 / 7).sum())
    # Nine months are too short a past to hold a year back.
    since = OrderStanding.objects.filter(placed_at__gt=END - 90 * DAY, placed_at__lte=END)
    assert (run.revenue_days, run.revenue_came) == (90, float(since.aggregate(all=Sum("net_revenue"))["all"]))
    assert run.orders == pytest.approx(float(sum(one.orders for one in CustomerPrediction.objects.all())))
