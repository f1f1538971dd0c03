"""Two real processes applying what arrived, and one that dies in the middle."""

import datetime as dt
import subprocess
import sys
import time
from decimal import Decimal

import pytest
from django.conf import settings
from django.db import connection

from crm.intake import deliveries
from crm.intake.arrival import Arrival
from crm.intake.doors import read
from crm.models import Customer, Delivery, Order, Source
from tests.conftest import NOW, make_customer

pytestmark = pytest.mark.django_db(transaction=True)

ORDERS = 12
WORDS = 5
APPLY = """
import datetime as dt, sys
import django
django.setup()
from django.conf import settings
from django.db import connection
connection.settings_dict["NAME"] = sys.argv[1]
settings.ENCORE_RING = False
now = dt.datetime(2026, 3, 10, 12, tzinfo=dt.UTC)
from crm.intake import deliveries
from crm.intake.doors import read
connection.ensure_connection()
print("ready", flush=True)
sys.stdin.readline()
"""
UNTIL_NOTHING_IS_DUE = """
while deliveries.apply_due(now, read):
    pass
"""
STUCK_IN_THE_MIDDLE = """
import time
record = deliveries.record_fact
def stick(fact, source, now):
    record(fact, source, now)
    print("recorded", flush=True)
    time.sleep(60)
deliveries.record_fact = stick
deliveries.apply_due(now, read)
"""
READ_AND_GO_ON_WHEN_TOLD = """
record = deliveries.record_fact
def read_first(fact, source, now):
    print("read", flush=True)
    sys.stdin.readline()
    record(fact, source, now)
deliveries.record_fact = read_first
deliveries.apply_due(now, read)
"""
ERASE_EVERYBODY = """
from crm.models import Customer
from crm.privacy.erase import erase
for customer in Customer.objects.all():
    erase(customer, at=now)
"""


def start(work):
    process = subprocess.Popen(
        [sys.executable, "-c", APPLY + work, connection.settings_dict["NAME"]],
        cwd=settings.BASE_DIR, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout.readline() == "ready\n", process.stderr.read()
    return process


def go(process):
    process.stdin.write("\n")
    process.stdin.flush()


@pytest.fixture
def source():
    return Source.objects.create(kind="webhook", name="Till")


def arrive(source, number, word):
    """Each word of an order says another total and none says when, so that only their order decides."""
    order = {
        "number": number,
        "customer": {"email": f"{number}@example.com"},
        "placed_at": NOW.isoformat(),
        "total": str(100 + word),
    }
    payload = {"type": "order.updated", "data": order}
    received = NOW - dt.timedelta(hours=1) + dt.timedelta(seconds=word)
    key = f"{number}-{word}"
    deliveries.keep(source, Arrival(key, "order.updated", payload, f"order {number}"), received)


def test_two_workers_apply_the_words_about_an_order_as_they_came(source):
    for word in range(WORDS):
        for number in range(ORDERS):
            arrive(source, f"A-{number}", word)

    processes = [start(UNTIL_NOTHING_IS_DUE) for _turn in range(2)]
    for process in processes:
        go(process)
    for process in processes:
        _out, errors = process.communicate(timeout=60)
        assert process.returncode == 0, errors

    assert set(Delivery.objects.values_list("status", "attempts")) == {("applied", 1)}
    assert set(Order.objects.values_list("total", flat=True)) == {Decimal(100 + WORDS - 1)}
    assert Order.objects.count() == ORDERS


def test_a_worker_killed_after_recording_leaves_nothing_and_the_next_applies_it_once(source):
    arrive(source, "A-1", 0)
    process = start(STUCK_IN_THE_MIDDLE)
    go(process)
    assert process.stdout.readline() == "recorded\n", process.stderr.read()
    assert deliveries.apply_due(NOW, read) == {}

    process.kill()
    process.communicate(timeout=60)

    assert not Order.objects.exists()
    assert applied_within(seconds=20) == {"applied": 1}
    assert Order.objects.count() == 1


def test_erasing_waits_for_what_is_being_applied_about_the_person_and_for_nothing_in_a_circle(source):
    make_customer(email="A-1@example.com")
    arrive(source, "A-1", 0)
    held = Arrival("held", "order.updated", {"email": "a-1@example.com"})
    deliveries.keep(source, held, NOW)
    Delivery.objects.filter(key="held").update(status="held")
    applier, eraser = start(READ_AND_GO_ON_WHEN_TOLD), start(ERASE_EVERYBODY)
    go(applier)
    assert applier.stdout.readline() == "read\n", applier.stderr.read()
    go(eraser)
    wait_until_somebody_waits_for_a_lock()

    go(applier)
    for process in (applier, eraser):
        _out, errors = process.communicate(timeout=60)
        assert process.returncode == 0, errors

    assert set(Delivery.objects.values_list("key", "status")) == {("A-1-0", "applied"), ("held", "ignored")}
    assert not Delivery.objects.exclude(payload={}).exists()
    assert set(Customer.objects.values_list("erased_at", flat=True)) == {NOW}


def wait_until_somebody_waits_for_a_lock():
    end = time.monotonic() + 20
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    while time.monotonic() < end:
        with connection.cursor() as cursor:
            cursor.execute(waiting)
            if cursor.fetchone()[0]:
                return
        time.sleep(0.05)
    pytest.fail("Nobody waits.")


def applied_within(seconds):
    """The server notices in its own time that a client is gone."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if done := deliveries.apply_due(NOW, read):
            return done
        time.sleep(0.1)
    return {}
