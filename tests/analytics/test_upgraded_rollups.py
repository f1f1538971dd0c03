"""Rollups of before the columns for what buyers are worth are not read, and counted anew."""

import datetime as dt

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.urls import reverse
from django.utils import timezone

from analytics import rollups
from analytics.filters import Filters
from analytics.metrics.cohort_value import cohort_values
from analytics.metrics.second_order import second_order
from analytics.models import Dashboard
from analytics.relations import relations, relations_of_orders, rolled_up
from crm.figures.periods import ALL_TIME
from tests.conftest import make_customer, make_order, make_product

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def upgraded(db):
    """A shop whose rollups were counted by the release before."""
    now = timezone.now()
    customer = make_customer()
    for days in (80, 30):
        make_order(customer=customer, placed_at=now - dt.timedelta(days=days), product=make_product(price=10, cost=4))
    rollups.rebuild(now)
    migrate([("analytics", "0001_initial")])
    assert Dashboard.objects.exists()
    migrate(MigrationExecutor(connection).loader.graph.leaf_nodes())
    return now


def migrate(targets):
    MigrationExecutor(connection).migrate(targets)


def test_nothing_is_read_from_rows_that_know_too_little(upgraded, admin_client):
    assert Dashboard.objects.first() is None
    assert "crm_orderstanding" in relations(Filters(), Dashboard.objects.first()).clause
    response = admin_client.get(reverse("admin:analytics_worth"), {"preset": "all"})
    assert response.context["page"].second.seconds == 1


def test_the_next_refresh_counts_all_of_it_anew(upgraded):
    assert second_order(rolled_up(), ALL_TIME).seconds == 0

    assert rollups.refresh(upgraded)

    recounted = relations_of_orders(Filters().standings())
    assert cohort_values(rolled_up()) == cohort_values(recounted)
    assert second_order(rolled_up(), ALL_TIME) == second_order(recounted, ALL_TIME)
    assert second_order(rolled_up(), ALL_TIME).seconds == 1
