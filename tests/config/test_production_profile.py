"""A real worker on whatever database and broker the environment names, from files to RabbitMQ."""

import os
import signal
import subprocess
import sys
import time
from urllib.parse import quote

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from chains.models import Touch
from config.celery import app
from config.supervisor.readiness import READY
from tests.chains.factories import live_chain, message
from tests.conftest import make_customer, make_order

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("shop")]


@pytest.fixture(autouse=True)
def bell(settings):
    settings.ENCORE_RING = True
    app.control.purge()
    yield
    app.control.purge()


@pytest.fixture
def start_process():
    """Start `celery worker` or `celery beat` on the test's database and wait until it is ready."""
    params = connection.get_connection_params()
    secret = f":{quote(params['password'])}" if params.get("password") else ""
    database = f"postgres://{params['user']}{secret}@{params['host']}:{params['port']}/{params['dbname']}"
    environment = {
        **os.environ,
        "DATABASE_URL": database,
        "CELERY_BROKER_URL": app.conf.broker_url,
        "ENCORE_VAR": str(settings.VAR_DIR),
        "PYTHONUNBUFFERED": "1",
    }
    started = []

    def start(*arguments):
        process = subprocess.Popen(
            [sys.executable, "-m", "celery", "-A", "config", "--quiet", *arguments],
            cwd=settings.BASE_DIR,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        started.append(process)
        while READY not in (line := process.stdout.readline()):
            assert line, f"{arguments} ended before it was ready"
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def start_worker(start_process):
    return start_process("worker", "--concurrency", "1", "--without-gossip", "--without-mingle")


def sent(seconds=30):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        touches = list(Touch.objects.filter(status=Touch.Status.SENT).values_list("customer", flat=True))
        if touches:
            return touches
        time.sleep(0.1)
    return []


def buy():
    now = timezone.now()
    customer = make_customer()
    make_order(customer=customer, placed_at=now)
    return customer


def test_a_fact_wakes_the_worker_and_its_letter_leaves(start_process):
    live_chain(message(), at=timezone.now())
    start_worker(start_process)

    customer = buy()

    assert sent() == [customer.pk]


def test_losing_the_broker_with_everything_in_it_costs_one_beat(start_process):
    live_chain(message(), at=timezone.now())
    interval = IntervalSchedule.objects.create(every=1, period=IntervalSchedule.SECONDS)
    PeriodicTask.objects.update_or_create(
        name="ring", defaults={"task": "chains.tasks.run_engine", "interval": interval, "expire_seconds": 5}
    )
    customer = buy()
    app.control.purge()

    start_worker(start_process)
    start_process("beat", "--pidfile=", "--max-interval", "1")

    assert sent() == [customer.pk]


def test_a_worker_told_to_stop_ends_by_itself(start_process):
    worker = start_worker(start_process)

    worker.send_signal(signal.SIGTERM)

    assert worker.wait(timeout=30) == 0
