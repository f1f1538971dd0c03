import datetime as dt
import random
import statistics
from collections import defaultdict
from zoneinfo import ZoneInfo

import pytest

from analytics.filters import Filters
from analytics.metrics.repeat_revenue import RepeatRevenue
from analytics.period_counts import count_periods
from analytics.relations import relations_of_orders
from crm.figures.periods import Period
from crm.models import Order

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("zone", ["UTC", "Pacific/Kiritimati", "America/New_York"])
def test_counts_of_any_period_equal_a_plain_recount_buyer_by_buyer(busy_shop, settings, zone):
    settings.TIME_ZONE = zone
    dice = random.Random(zone)
    periods = []
    for _ in range(25):
        first = dt.date(2024, 12, 1) + dt.timedelta(days=dice.randrange(780))
        periods.append(Period(first, first + dt.timedelta(days=dice.choice([0, 6, 29, 90, 365]))))

    found = count_periods(relations_of_orders(Filters().standings()), periods, lapse_days=60)

    for period, counts in zip(periods, found, strict=True):
        expected = recount(period, ZoneInfo(zone), lapse_days=60)
        assert {name: getattr(counts, name) for name in expected} == pytest.approx(expected), period


def test_an_empty_shop_has_no_figures_but_no_errors_either(db):
    (counts,) = count_periods(
        relations_of_orders(Filters().standings()), [Period(dt.date(2026, 1, 1), dt.date(2026, 1, 31))], 180
    )

    assert (counts.orders, counts.buyers, counts.revenue, counts.lapsed, counts.margin) == (0, 0, 0, 0, None)
    assert counts.median_gap_days is None
    assert RepeatRevenue.of(counts).share is None


def recount(period, zone, lapse_days):
    """The same counts the slow way: every buyer's orders one by one."""
    history = defaultdict(list)
    for order in Order.objects.counted().order_by("placed_at"):
        day = order.placed_at.astimezone(zone).date()
        history[order.customer_id].append((day, order.placed_at, order.total - order.refunded))
    inside = {
        buyer: [order for order in orders if period.first_on <= order[0] <= period.last_on]
        for buyer, orders in history.items()
    }
    buyers = {buyer for buyer, orders in inside.items() if orders}
    single = {b for b, orders in history.items() if sum(day <= period.last_on for day, *_ in orders) == 1}
    lapsed_before = period.first_on - dt.timedelta(days=lapse_days)
    lapsed = {
        buyer
        for buyer, orders in history.items()
        if (days := [day for day, *_ in orders if day < period.first_on]) and max(days) < lapsed_before
    }
    gaps = [
        (later[1] - earlier[1]).total_seconds() / 86400
        for orders in history.values()
        for earlier, later in zip(orders, orders[1:], strict=False)
        if period.first_on <= later[0] <= period.last_on
    ]
    return {
        "orders": sum(len(orders) for orders in inside.values()),
        "revenue": sum(amount for orders in inside.values() for *_, amount in orders),
        "buyers": len(buyers),
        "new_buyers": sum(history[buyer][0][0] >= period.first_on for buyer in buyers),
        "repeat_buyers": sum(len(inside[buyer]) >= 2 for buyer in buyers),
        "single_revenue": sum(amount for buyer in buyers & single for *_, amount in inside[buyer]),
        "lapsed": len(lapsed),
        "reactivated": len(lapsed & buyers),
        "buyers_so_far": sum(orders[0][0] <= period.last_on for orders in history.values()),
        "repeat_buyers_so_far": sum(len(orders) > 1 and orders[1][0] <= period.last_on for orders in history.values()),
        "revenue_so_far": sum(
            amount for orders in history.values() for day, _at, amount in orders if day <= period.last_on
        ),
        "median_gap_days": statistics.median(gaps) if gaps else None,
    }
