import datetime as dt
import random

import pytest

from analytics import rollups
from analytics.filters import Filters
from analytics.metrics.second_order import WITHIN_DAYS, estimated, second_order
from analytics.relations import relations, relations_of_orders
from crm.figures.periods import ALL_TIME, Period
from tests.analytics import plain_recount
from tests.conftest import make_customer, make_order

UNTIL = dt.date(2026, 12, 31)


def counted(**filters):
    return relations_of_orders(Filters(**filters).standings())


@pytest.mark.parametrize("zone", ["UTC", "Pacific/Kiritimati", "America/New_York"])
def test_shares_of_any_period_equal_a_product_limit_written_by_hand(busy_shop, settings, zone):
    settings.TIME_ZONE = zone
    dice = random.Random(zone)
    histories = plain_recount.histories(zone)
    dashboard = rollups.rebuild(dt.datetime(2026, 12, 31, tzinfo=dt.UTC))
    periods = [ALL_TIME]
    for _ in range(12):
        first = dt.date(2024, 12, 1) + dt.timedelta(days=dice.randrange(760))
        periods.append(Period(first, first + dt.timedelta(days=dice.choice([0, 6, 29, 90, 365]))))

    for period in periods:
        observed = plain_recount.kaplan_meier(histories, period, UNTIL)
        for found in (
            second_order(counted(), period, UNTIL),
            second_order(relations(Filters(), dashboard), period, UNTIL),
        ):
            assert (found.buyers, found.seconds) == (len(observed), sum(event for _time, event in observed))
            for days in (0, 1, 7, *WITHIN_DAYS):
                share = plain_recount.product_limit(observed, days)
                assert found.within(days).share == (None if share is None else pytest.approx(share)), (period, days)


def test_a_narrowed_base_has_its_own_second_orders(shop_with_goods):
    histories = plain_recount.histories(source="friend")
    observed = plain_recount.kaplan_meier(histories, ALL_TIME, UNTIL)

    found = second_order(counted(source="friend"), ALL_TIME, UNTIL)

    assert found.within(90).share == pytest.approx(plain_recount.product_limit(observed, 90))


# Days, and whether they ended with a second order.
KNOWN = [(5, 1), (8, 1), (12, 1), (12, 0), (15, 1), (20, 1), (20, 0), (30, 1), (30, 0), (41, 0), (60, 0), (60, 0)]


def known():
    days = sorted({day for day, _event in KNOWN})
    return estimated((day, KNOWN.count((day, 1)), KNOWN.count((day, 0))) for day in days)


def test_the_estimate_its_bounds_and_its_median_are_those_of_the_book():
    found = known()

    shares = [round(found.within(days).share, 4) for days in (5, 8, 12, 15, 20, 30)]
    assert shares == [0.0833, 0.1667, 0.25, 0.3438, 0.4375, 0.55]
    assert (round(found.within(30).low, 4), round(found.within(30).high, 4)) == (0.2896, 0.8451)
    assert found.median_days == 30


@pytest.mark.parametrize(
    ("days", "watched", "share"),
    [
        (0, 12, 0),
        (4, 12, 0),
        (5, 12, 0.0833),
        (6, 11, 0.0833),
        (30, 5, 0.55),
        (59, 2, 0.55),
        (60, 2, 0.55),
        (61, 0, None),
    ],
)
def test_watched_are_those_known_that_long_without_a_second_order(days, watched, share):
    found = known().within(days)

    assert (found.watched, found.share and round(found.share, 4)) == (watched, share)


def test_nobody_and_nobody_again_are_no_errors():
    assert estimated([]).within(30).share is None
    assert estimated([]).median_days is None
    none_again = estimated([(100, 0, 30)])
    assert (none_again.within(30).share, none_again.within(30).low, none_again.median_days) == (0, None, None)
    assert none_again.within(101).share is None


def test_when_all_came_back_the_share_is_one_for_ever():
    found = estimated([(3, 30, 0)])

    assert (found.within(2).share, found.within(3).share, found.within(365).share) == (0, 1, 1)
    assert (found.within(365).low, found.within(365).watched, found.median_days) == (None, 0, 3)


@pytest.mark.django_db
def test_a_second_order_on_the_same_day_of_the_shop_is_within_no_days(settings):
    settings.TIME_ZONE = "Asia/Tokyo"
    customer = make_customer()
    make_order(customer=customer, placed_at=dt.datetime(2026, 1, 1, 15, 30, tzinfo=dt.UTC), total=10)
    make_order(customer=customer, placed_at=dt.datetime(2026, 1, 2, 14, 0, tzinfo=dt.UTC), total=10)
    make_order(customer=customer, placed_at=dt.datetime(2026, 1, 2, 15, 0, tzinfo=dt.UTC), total=10)

    found = second_order(counted(), Period(dt.date(2026, 1, 2), dt.date(2026, 1, 2)), UNTIL)

    assert (found.buyers, found.seconds, found.within(0).share) == (1, 1, 1)


@pytest.mark.django_db
def test_what_is_known_ends_with_the_last_day_with_an_order_unless_named():
    make_order(placed_at=dt.datetime(2026, 1, 1, 12, tzinfo=dt.UTC), total=10)
    make_order(placed_at=dt.datetime(2026, 1, 11, 12, tzinfo=dt.UTC), total=10)

    assert second_order(counted(), ALL_TIME).within(11).share is None
    assert second_order(counted(), ALL_TIME).within(10).share == 0
    assert second_order(counted(), ALL_TIME, dt.date(2026, 1, 12)).within(11).share == 0
