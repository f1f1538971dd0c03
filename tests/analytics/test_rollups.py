import datetime as dt
import json
import random
from decimal import Decimal

import pytest
from django.core.management import call_command
from django.db import connection
from django_celery_beat.models import PeriodicTask

from analytics import rollups
from analytics.filters import Filters
from analytics.metrics.cohort_value import cohort_values
from analytics.metrics.cohorts import cohorts
from analytics.metrics.second_order import second_order
from analytics.metrics.timeline import Grain, timeline
from analytics.models import CohortFigures, ComebackFigures, Dashboard, DayFigures
from analytics.period_counts import count_periods
from analytics.relations import relations, relations_of_orders, rolled_up
from analytics.tasks import refresh_rollups
from crm.customers.merge import merge
from crm.figures.periods import ALL_TIME, Period
from crm.models import Order, OrderStanding, Product
from crm.orders import orders

pytestmark = pytest.mark.django_db

VERSIONS = "SELECT ctid, xmin, cmin FROM {table} ORDER BY ctid"
YEAR = Period(dt.date(2025, 7, 1), dt.date(2026, 6, 30))


def test_rollups_say_what_a_full_recount_says(busy_shop, now):
    rollups.rebuild(now)

    assert_equal_to_recount()


def test_rollups_follow_every_kind_of_change(busy_shop, now):
    rollups.rebuild(now)
    customer = next(each for each in busy_shop if each.orders.counted().count() > 2)
    first, *_, last = Order.objects.counted().filter(customer=customer).order_by("placed_at")
    orders.cancel(first, at=now)
    orders.return_goods(last, at=now, amount=Decimal(1))
    orders.place("new", customer=customer, placed_at=now, total=Decimal(10))

    rollups.rebuild(now)

    assert_equal_to_recount()


def test_rollups_follow_random_orders_returns_and_merges(shop_with_goods, now):
    dice, customers = random.Random(9), list(shop_with_goods)
    rollups.rebuild(now)
    for _ in range(4):
        counted = list(Order.objects.counted().filter(returned_at=None))
        for order in dice.sample(counted, 8):
            if dice.random() < 0.3:
                orders.cancel(order, at=now)
            else:
                orders.return_goods(order, at=now, amount=(order.total - order.refunded) / 2)
        for number in range(8):
            product = Product.objects.get(sku=dice.choice(["kettle", "tea"]))
            lines = [orders.LineData(product.sku, Decimal(1), Decimal(30), product.cost)]
            at = now - dt.timedelta(days=dice.randrange(600))
            orders.place(f"r{_}-{number}", customer=dice.choice(customers), placed_at=at, lines=lines)
        keeper, duplicate = dice.sample(customers, 2)
        merge(keeper, duplicate, at=now)
        customers.remove(duplicate)

        rollups.rebuild(now)

        assert_equal_to_recount()


def test_a_second_count_writes_no_row_that_stays_the_same(busy_shop, now):
    rollups.rebuild(now)
    before = versions()

    rollups.rebuild(now + dt.timedelta(minutes=1))

    assert versions() == before


def test_a_count_of_nothing_leaves_nothing(busy_shop, now):
    rollups.rebuild(now)
    OrderStanding.objects.all().delete()

    rollups.rebuild(now)

    assert (DayFigures.objects.count(), ComebackFigures.objects.count(), CohortFigures.objects.count()) == (0, 0, 0)


def test_the_dashboard_row_names_the_moment_and_the_sources(busy_shop, now):
    call_command("rebuild_rollups")
    dashboard = rollups.rebuild(now)

    assert dashboard.counted_at == now
    assert dashboard.sources == ["ads", "friend"]
    assert Dashboard.objects.count() == 1


@pytest.mark.parametrize(
    ("what", "minutes", "changes", "zone", "stale"),
    [
        ("nothing changed", 60, 5, "UTC", False),
        ("nothing changed for a day", 24 * 60, 5, "UTC", True),
        ("orders changed", 60, 6, "UTC", True),
        ("orders changed, but the last count was long and is recent", 1, 6, "UTC", False),
        ("days begin at another hour", 0, 5, "Europe/Moscow", True),
    ],
)
def test_counts_again_when(what, minutes, changes, zone, stale, now):
    last = Dashboard(counted_at=now - dt.timedelta(minutes=minutes), seconds_taken=30, changes_seen=5, time_zone=zone)

    assert rollups.is_stale(last, now, changes) is stale


def test_refresh_counts_once_and_then_rests(busy_shop, now):
    assert rollups.refresh(now)

    assert not rollups.refresh(now)


def test_whole_base_reads_rollups_and_a_narrowed_one_orders(busy_shop, now, settings):
    dashboard = rollups.rebuild(now)

    assert relations(Filters(period=YEAR), dashboard) == rolled_up()
    assert "crm_orderstanding" in relations(Filters(source="ads"), dashboard).clause
    assert "crm_orderstanding" in relations(Filters(), None).clause
    settings.TIME_ZONE = "Europe/Moscow"
    assert "crm_orderstanding" in relations(Filters(), dashboard).clause


def test_beat_has_the_count_in_its_schedule(db):
    task = PeriodicTask.objects.get(task="analytics.tasks.refresh_rollups")

    assert task.enabled
    assert json.loads(task.args) == []


def assert_equal_to_recount():
    recounted, rolled = relations_of_orders(OrderStanding.objects.all()), rolled_up()
    periods = [ALL_TIME, YEAR, Period(dt.date(2026, 3, 10), dt.date(2026, 3, 10))]
    assert count_periods(rolled, periods, 90) == count_periods(recounted, periods, 90)
    assert cohorts(rolled) == cohorts(recounted)
    assert len(cohorts(rolled)) > 20
    assert cohort_values(rolled) == cohort_values(recounted)
    for period in periods:
        assert second_order(rolled, period) == second_order(recounted, period)
    for grain in Grain:
        assert timeline(rolled, YEAR, grain) == timeline(recounted, YEAR, grain)


def versions():
    """Which transaction and command wrote each row."""
    with connection.cursor() as cursor:
        found = []
        for model in (DayFigures, ComebackFigures, CohortFigures):
            cursor.execute(VERSIONS.format(table=model._meta.db_table))
            found.append(cursor.fetchall())
    return found


def test_the_task_counts_what_has_changed(busy_shop):
    refresh_rollups()

    assert_equal_to_recount()
