"""Real worker processes on one database: two at once, and one that is killed while it sends."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter

import pytest
from django.conf import settings
from django.db import connection
from django.db.models import Count

from chains.engine.guard.guard import LEASE
from chains.engine.run import tick
from chains.models import Enrolment, Touch
from crm.models import Customer, Shop
from tests.chains.factories import fill_due, live_chain, marketing, message
from tests.conftest import NOW

pytestmark = pytest.mark.django_db(transaction=True)

WORKER = """
import datetime as dt, sys
import django
django.setup()
from uuid import uuid4
from django.conf import settings
from django.db import connection
connection.settings_dict["NAME"], port = sys.argv[1], int(sys.argv[2])
settings.EMAIL_BACKEND = "chains.channels.email.smtp.EmailBackend"
settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", port, 30
from chains.engine.deliver.deliver import deliver
from chains.engine.guard.guard import guard
now = dt.datetime(2026, 3, 10, 12, tzinfo=dt.UTC)
connection.ensure_connection()
print("ready", flush=True)
sys.stdin.readline()
claims = 0
while True:
    lease = uuid4()
    counts = guard(now, lease, limit=100)
    if not counts.total():
        break
    claims += counts["claimed"]
    deliver(now, lease)
print("claimed", claims, flush=True)
"""


@pytest.fixture
def worker(sink):
    """Starts a worker process; it begins when a line is written to it."""
    started = []

    def start():
        process = subprocess.Popen(
            [sys.executable, "-c", WORKER, connection.settings_dict["NAME"], str(sink.port)],
            cwd=settings.BASE_DIR,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=os.environ | {"ENCORE_RING": "false"},
        )
        started.append(process)
        assert process.stdout.readline() == "ready\n", process.stderr.read()
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def go(process):
    process.stdin.write("go\n")
    process.stdin.flush()


def test_two_workers_send_each_letter_once_and_keep_the_cap(shop, sink, worker):
    live = live_chain(marketing(), event="asked")
    people = fill_due(live, customers=600, each=5)
    fill_due(live_chain(message(), event="asked"), customers=600)
    workers = [worker(), worker()]

    for process in workers:
        go(process)
    told = [process.communicate(timeout=120) for process in workers]

    assert [process.returncode for process in workers] == [0, 0], told
    shares = [int(out.split()[1]) for out, _err in told]
    assert sum(shares) == 600 * 3 + 600
    assert min(shares) > 300
    assert len(sink.handler.message_ids) == len(set(sink.handler.message_ids)) == sum(shares)
    a_customer = Touch.objects.filter(customer__in=people, status="sent").values("customer").annotate(sent=Count("pk"))
    assert set(a_customer.values_list("sent", flat=True)) == {Shop.load().weekly_cap}
    assert set(Touch.objects.exclude(status="sent").values_list("status", "reason")) == {("skipped", "weekly_cap")}


def test_two_workers_keep_each_customers_own_number_and_hold_back_the_control_group(shop, sink, worker):
    shop.more_cap = 4
    shop.save()
    people = fill_due(live_chain(marketing(), event="asked"), customers=300, each=6)
    frequencies = {"less": people[:100], "": people[100:200], "more": people[200:]}
    for frequency, theirs in frequencies.items():
        Customer.objects.filter(pk__in=[person.pk for person in theirs]).update(frequency=frequency)
    held = fill_due(live_chain(marketing(), event="asked", control_share=50), customers=100, each=2)
    Enrolment.objects.filter(customer__in=held).update(is_control=True)
    workers = [worker(), worker()]

    for process in workers:
        go(process)
    told = [process.communicate(timeout=120) for process in workers]

    assert [process.returncode for process in workers] == [0, 0], told
    sent = Counter(Touch.objects.sent().values_list("customer", flat=True))
    numbers = {frequency: {sent[person.pk] for person in theirs} for frequency, theirs in frequencies.items()}
    assert numbers == {"less": {1}, "": {3}, "more": {4}}
    assert set(Touch.objects.filter(customer__in=held).values_list("status", "reason")) == {("control", "control")}
    assert len(sink.handler.message_ids) == len(set(sink.handler.message_ids)) == 100 * (1 + 3 + 4)


def test_a_worker_killed_while_sending_loses_nothing_and_doubles_no_marketing(shop, sink, worker, settings):
    for step in (marketing(), message()):
        fill_due(live_chain(step, event="asked"), customers=300)
    sink.handler.seconds_a_letter = 0.002

    for letters in (40, 90, 333, 390):
        process = worker()
        go(process)
        while len(sink.handler.message_ids) < letters:
            time.sleep(0.001)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        # The next worker begins before the lease ran out: what the dead one held stays untouched until then.
    last = worker()
    go(last)
    last.communicate(timeout=120)
    held = Touch.objects.leased().count()
    assert 0 < held <= 4 * 100
    settings.EMAIL_BACKEND = "chains.channels.email.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", sink.port
    tick(NOW + LEASE)
    tick(NOW + 2 * LEASE)

    assert_settled(Counter(sink.handler.message_ids))


def assert_settled(arrived):
    states = Counter(Touch.objects.values_list("purpose", "status"))
    uncertain = states["marketing", "unknown"]
    reasons = Counter(Touch.objects.values_list("purpose", "status", "reason"))
    assert states["service", "sent"] == 300, reasons
    assert states["marketing", "sent"] + uncertain == 300
    assert 0 < uncertain <= 4 * 50
    for touch in Touch.objects.only("token", "purpose", "status"):
        times = arrived[touch.message_id]
        if touch.purpose == "marketing":
            assert times <= 1
            assert times == 1 or touch.status == "unknown"
        else:
            assert times in (1, 2)
