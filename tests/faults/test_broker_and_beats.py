"""The broker emptied under a running worker, and two beats by mistake: late by a beat, never lost or doubled."""

import datetime as dt
import shutil
from collections import Counter

import pytest
from django.utils import timezone
from django_celery_beat.models import PeriodicTask

from chains.models import Touch
from crm.models import EventInbox
from tests.chains.factories import live_chain, message
from tests.conftest import make_customer, make_order
from tests.faults.celery_processes import ENGINE, Processes, address_of_database, ring_every_second, wait_for

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def processes(shop, sink, tmp_path):
    """On the test's database, with a broker of their own. The schedule rings the engine every second."""
    ring_every_second()
    live_chain(message(), event="order.placed", re_entry="per_order", at=timezone.now() - dt.timedelta(days=1))
    processes = Processes(tmp_path, address_of_database(), (sink.hostname, sink.port))
    yield processes
    processes.kill()


def buy(count):
    for _number in range(count):
        make_order(customer=make_customer(), placed_at=timezone.now())


def sent():
    return Touch.objects.sent().count()


def assert_each_letter_left_once(sink, count):
    arrived = Counter(sink.handler.message_ids)
    assert Touch.objects.count() == sent() == len(arrived) == count
    assert set(arrived.values()) == {1}
    assert not EventInbox.objects.filter(consumer="chains").exists()


def test_a_broker_emptied_again_and_again_costs_a_beat_and_no_letter(processes, sink):
    processes.worker()
    processes.beat()
    processes.wait_until_ready("worker", "beat")

    buy(3)
    wait_for(lambda: sent() == 3, told=processes.everything)
    for number in range(1, 6):
        shutil.rmtree(processes.broker)
        buy(2)
        wait_for(lambda wanted=3 + 2 * number: sent() == wanted, told=processes.everything)

    assert_each_letter_left_once(sink, 13)
    assert [process.poll() for process in processes.running] == [None, None]


def test_two_beats_and_two_workers_double_nothing(processes, sink):
    for number in "12":
        processes.worker(f"worker{number}")
        processes.beat(f"beat{number}")
    processes.wait_until_ready("worker1", "worker2", "beat1", "beat2")
    runs = PeriodicTask.objects.get(task=ENGINE).total_run_count

    for _burst in range(8):
        buy(5)
    wait_for(lambda: sent() == 40, told=processes.everything)
    wait_for(lambda: PeriodicTask.objects.get(task=ENGINE).total_run_count > runs + 3)

    assert_each_letter_left_once(sink, 40)
    assert [process.poll() for process in processes.running] == [None] * 4
    assert "Traceback" not in processes.everything()
