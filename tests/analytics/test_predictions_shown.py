"""What staff read of predictions, and how far they are told to believe them."""

import datetime as dt

import pytest
import time_machine

from analytics import rollups
from crm.figures import prediction_wording
from crm.models import Customer, CustomerPrediction, PredictionRun
from segments.compile import matching
from segments.rule_field import editable
from segments.vocabulary.predictions import FIELDS
from tests.conftest import NOW, make_customer, make_order

DAY = dt.timedelta(days=1)
MISFIT = "The model does not fit this shop."
HELD_BACK = {
    "orders_days": 90,
    "orders_predicted": 112.0,
    "orders_came": 100,
    "revenue_days": 365,
    "revenue_predicted": 91.0,
    "revenue_came": 100.0,
}


def night(**figures):
    return PredictionRun(**{"at": NOW, "outcome": "found", "buyers": 500, "repeat_buyers": 200, **figures})


@pytest.fixture
def customer(db, now):
    """Ordered three times in the last year, once lately; expected again."""
    customer = make_customer(external_id="7")
    for days, price in ((300, 40), (200, 50), (20, 60)):
        make_order(customer=customer, placed_at=now - days * DAY, price=price)
    CustomerPrediction.objects.create(
        customer=customer, alive_percent=81, orders="1.25", revenue=210, next_order_on=now + 9 * DAY, predicted_at=now
    )
    return customer


@pytest.fixture
def page(customer, admin_client):
    """What the customer's page says, as a function."""

    def read():
        with time_machine.travel(NOW, tick=False):
            text = admin_client.get(f"/admin/crm/customer/{customer.pk}/change/").content.decode()
        return " ".join(text.replace("&#x27;", "'").replace("&nbsp;", " ").replace("\u00a0", " ").split())

    return read


@pytest.mark.parametrize(
    ("predicted", "came", "told", "is_misfit"),
    [
        (112, 100, "this predicted 12 % too many orders.", False),
        (71, 100, "this predicted 29 % too few orders.", False),
        (100.2, 100, "this predicted as many orders as came.", False),
        (151, 100, f"this predicted 51 % too many orders. {MISFIT}", True),
        (40, 0, f"this predicted orders, and none came. {MISFIT}", True),
    ],
)
def test_says_how_far_off_the_orders_were(predicted, came, told, is_misfit):
    run = night(orders_days=90, orders_predicted=predicted, orders_came=came)

    expected = prediction_wording.Reliability(f"On the shop's own last 90 days {told}", is_misfit)
    assert prediction_wording.of_orders(run) == expected


@pytest.mark.parametrize(
    ("predicted", "came", "told", "is_misfit"),
    [
        (109.0, 100.0, "this predicted 9 % too much money.", False),
        (80.0, 100.0, "this predicted 20 % too little money.", False),
        (100.0, 100.0, "this predicted as much money as came.", False),
        (187.0, 100.0, f"this predicted 87 % too much money. {MISFIT}", True),
        (9.0, 0.0, f"this predicted money, and none came. {MISFIT}", True),
    ],
)
def test_says_how_far_off_the_money_was(predicted, came, told, is_misfit):
    run = night(revenue_days=365, revenue_predicted=predicted, revenue_came=came)

    expected = prediction_wording.Reliability(f"On the shop's own last 365 days {told}", is_misfit)
    assert prediction_wording.of_revenue(run) == expected


@pytest.mark.parametrize("run", [None, night()])
def test_what_could_not_be_tried_cannot_be_told(run):
    untold = prediction_wording.Reliability(
        "How far this is off cannot be told yet: too few orders to try it on.", is_misfit=False
    )

    assert prediction_wording.of_orders(run) == prediction_wording.of_revenue(run) == untold


def test_says_which_parameters_ended_at_the_edge_of_the_search():
    assert "ended at its edge (alpha, p)" in prediction_wording.of_search(night(at_edge=["alpha", "p"]))
    assert prediction_wording.of_search(night()) == ""


def test_the_page_of_a_customer_says_how_far_off_what_it_expects_was(page):
    night(**HELD_BACK).save()

    found = page()

    assert "<dd>81 %</dd>" in found
    assert "<dt>Orders expected in 90 days</dt> <dd>1.25</dd>" in found
    assert "<dt>Revenue expected in a year</dt> <dd>210</dd>" in found
    assert "On the shop's own last 90 days this predicted 12 % too many orders." in found
    assert "On the shop's own last 365 days this predicted 9 % too little money." in found
    assert MISFIT not in found


def test_where_a_model_does_not_fit_the_page_shows_what_the_customer_did_instead(page):
    night(**HELD_BACK | {"orders_predicted": 200.0}).save()

    found = page()

    assert MISFIT in found
    assert "<dt>Orders of the last 90 days</dt> <dd>1</dd>" in found
    assert "Orders expected in 90 days" not in found
    assert "<dt>Revenue expected in a year</dt> <dd>210</dd>" in found


def test_money_that_was_far_off_is_shown_as_what_the_customer_paid(page):
    night(**HELD_BACK | {"revenue_predicted": 900.0}).save()

    found = page()

    assert "<dt>Revenue of the last year</dt> <dd>150</dd>" in found
    assert "Revenue expected in a year" not in found


def test_the_page_says_of_which_night_its_figures_are(page):
    night(at=NOW - 2 * DAY).save()
    night(at=NOW, outcome="no_answer").save()

    found = page()

    day, last = (f"{moment:%m/%d/%Y}" for moment in (NOW - 2 * DAY, NOW))
    assert f"Counted from everybody's orders on {day}" in found
    assert f"The search of {last} found no answer" in found


@pytest.mark.parametrize(
    ("description", "dates"),
    [
        ("found to be overdue", {"next_order_on": None, "overdue_since": (NOW - 9 * DAY).date()}),
        ("passed since the last answer", {"next_order_on": (NOW - 9 * DAY).date()}),
    ],
)
def test_a_day_that_has_passed_is_called_overdue(page, customer, description, dates):
    CustomerPrediction.objects.filter(customer=customer).update(**dates)

    assert f"<dd>overdue since {NOW - 9 * DAY:%m/%d/%Y}</dd>" in page()


def test_a_small_shop_is_told_that_nothing_can_be_told(page):
    CustomerPrediction.objects.all().delete()
    night(outcome="too_few", buyers=41, repeat_buyers=12).save()

    found = page()

    assert "it takes 100 buyers, 30 of whom came back; the shop has 41 and 12." in found
    assert "Orders expected" not in found


@pytest.mark.django_db
def test_the_builder_of_segments_tells_how_far_off_predictions_are():
    night(**HELD_BACK | {"orders_predicted": 150.0}).save()

    notes = {one["name"]: one["note"] for one in editable(FIELDS)}

    orders = f"On the shop's own last 90 days this predicted 50 % too many orders. {MISFIT}"
    assert all(notes[name].endswith(orders) for name in ("alive", "expected_orders", "next_order"))
    assert notes["expected_revenue"].endswith("On the shop's own last 365 days this predicted 9 % too little money.")


@pytest.mark.parametrize(
    ("operator", "value", "expected"),
    [
        ("ago", 5, {"overdue"}),
        ("ago", 10, set()),
        ("next", 10, {"ahead"}),
        ("since", (NOW - 20 * DAY).date().isoformat(), {"overdue", "ahead"}),
        ("before", NOW.date().isoformat(), {"overdue"}),
    ],
)
@pytest.mark.django_db
def test_a_segment_finds_who_is_overdue_and_who_is_expected(now, operator, value, expected):
    day = now.date()
    for name, dates in (("overdue", {"overdue_since": day - 9 * DAY}), ("ahead", {"next_order_on": day + 9 * DAY})):
        CustomerPrediction.objects.create(
            customer=make_customer(external_id=name), orders=1, revenue=1, predicted_at=now, **dates
        )

    found = matching({"all": [{"field": "next_order", "operator": operator, "value": value}]}, now)

    assert set(Customer.objects.filter(pk__in=found).values_list("external_id", flat=True)) == expected


def dashboard(admin_client):
    text = admin_client.get("/admin/analytics/dashboard/").content.decode().replace("&#x27;", "'")
    return " ".join(text.split())


def test_the_dashboard_shows_what_to_expect_beside_how_far_off_it_was(customer, admin_client, now):
    night(**HELD_BACK | {"orders": 640.4, "revenue": 5000.0, "revenue_predicted": 187.0}).save()
    rollups.rebuild(now)

    found = dashboard(admin_client)

    assert "<dt>Orders expected in 90 days</dt> <dd>640</dd>" in found
    assert "this predicted 12 % too many orders." in found
    assert "<dt>Revenue expected in a year</dt> <dd>—</dd>" in found
    assert f"this predicted 87 % too much money. {MISFIT}" in found


def test_the_dashboard_of_a_shop_too_small_expects_nothing(customer, admin_client, now):
    night(outcome="too_few").save()
    rollups.rebuild(now)

    assert 'id="expected"' not in dashboard(admin_client)
