"""Everybody at the same customers at once, in real processes: nobody waits in a circle, and the figures are right."""

import datetime as dt
import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from chains.engine.run import tick
from chains.models import Chain, Enrolment, Touch
from crm.figures import stats
from crm.models import Customer, CustomerStats, Event, Order, OrderStanding
from segments.models import Segment
from tests.chains.factories import add_tag, live_chain, marketing, message
from tests.conftest import make_customer
from tests.segments.conftest import condition, make_segment

pytestmark = pytest.mark.django_db(transaction=True)

PEOPLE = 60
SECONDS = 6


@pytest.fixture
def crowd(shop):
    """Few customers, so that everybody is after the same; a letter for each order, and two for each delivery."""
    shop.quiet_from = shop.quiet_until = dt.time(0)
    shop.save()
    Chain.objects.exclude(trigger_segment=None).delete()
    Segment.objects.all().delete()
    make_segment(condition("orders_count", "at_least", 1), name="Buyers")
    make_segment(condition("orders_count", "at_least", 2), name="Repeat")
    yesterday = timezone.now() - dt.timedelta(days=1)
    live_chain(message(), add_tag("bought"), event="order.placed", re_entry="per_order", at=yesterday)
    live_chain(message(), marketing(), event="order.delivered", re_entry="per_order", at=yesterday)
    for number in range(PEOPLE):
        one = make_customer(email="", external_id=f"C-{number}" if number % 2 else None)
        one.contacts.create(channel="email", address=f"p{one.pk}@example.com")


def work_at_once(port):
    """What each process tells of its work."""
    script = Path(__file__).with_name("crowded_shop.py")
    done = subprocess.run(
        [sys.executable, str(script), connection.settings_dict["NAME"], str(port), str(SECONDS)],
        cwd=settings.BASE_DIR,
        env=os.environ | {"PYTHONPATH": str(settings.BASE_DIR), "DJANGO_SETTINGS_MODULE": "config.settings"},
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def deadlocks():
    with connection.cursor() as cursor:
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        return cursor.fetchone()[0]


def test_nobody_waits_in_a_circle_and_every_figure_is_right(crowd, sink, settings):
    before = deadlocks()

    told = work_at_once(sink.port)

    assert deadlocks() == before
    assert min(one["turns"] for one in told) > 0
    settings.EMAIL_BACKEND = "chains.channels.email.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", sink.port
    tick(timezone.now())
    assert set(Order.objects.values_list("number", flat=True)) == {number for one in told for number in one["numbers"]}
    assert_figures_are_as_recounted()
    assert_each_letter_left_once(Counter(sink.handler.message_ids))


def assert_figures_are_as_recounted():
    merged = Customer.objects.exclude(merged_into=None)
    assert merged.exists()
    assert not Order.objects.filter(customer__in=merged).exists()
    kept = [list(model.objects.order_by("pk").values()) for model in (CustomerStats, OrderStanding)]
    OrderStanding.objects.all().delete()
    stats.rebuild()
    assert [list(model.objects.order_by("pk").values()) for model in (CustomerStats, OrderStanding)] == kept
    assert sum(CustomerStats.objects.values_list("orders_count", flat=True)) == Order.objects.counted().count()


def assert_each_letter_left_once(arrived):
    starts = Event.objects.filter(kind__in=["order.placed", "order.delivered"], is_historic=False)
    assert Enrolment.objects.count() == starts.count()
    assert not Touch.objects.filter(status__in=["claimed", "sending", "unknown", "failed"]).exists()
    assert set(arrived.values()) == {1}
    assert set(arrived) == {touch.message_id for touch in Touch.objects.sent().filter(channel="email")}
