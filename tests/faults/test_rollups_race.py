"""Counting figures while others count or sell, on connections of their own."""

import datetime as dt
import threading

import pytest
from django.db import connection

from analytics import rollups
from analytics.models import DayFigures
from analytics.period_counts import count_periods
from analytics.relations import relations_of_orders, rolled_up
from crm.figures.periods import ALL_TIME
from crm.models import OrderStanding
from tests.conftest import make_customer, make_order

pytestmark = pytest.mark.django_db(transaction=True)


def test_two_counts_at_once_follow_each_other(now):
    customer = make_customer()
    for day in range(20):
        make_order(customer=customer, placed_at=now - dt.timedelta(days=day), total=10)

    def count():
        try:
            rollups.rebuild(now)
        finally:
            connection.close()

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert DayFigures.objects.count() == 20
    assert count_periods(rolled_up(), [ALL_TIME], 180) == count_periods(
        relations_of_orders(OrderStanding.objects.all()), [ALL_TIME], 180
    )


def test_a_new_order_is_noticed_without_anybody_ringing(now):
    rollups.rebuild(now)
    write_out_statistics()
    rollups.rebuild(now)
    assert not rollups.refresh(now + dt.timedelta(hours=1))

    make_order(placed_at=now, total=10)
    write_out_statistics()

    assert rollups.refresh(now + dt.timedelta(hours=1))
    assert DayFigures.objects.get().orders == 1


def write_out_statistics():
    """PostgreSQL passes its counters on within ten seconds; at once when asked."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush()")
    connection.close()
