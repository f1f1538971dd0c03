"""Two real processes telling another system, and one that dies after the other side took it."""

import datetime as dt
import subprocess
import sys
from collections import Counter

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from crm.events import record_many
from crm.models import Event, WebhookEndpoint, WebhookMessage
from crm.webhooks_out import sending
from tests.conftest import make_customer
from tests.crm.webhook_receiver import SECRET, receiving

pytestmark = pytest.mark.django_db(transaction=True)

PEOPLE, EACH = 12, 4
SEND = """
import sys
import django
django.setup()
from django.conf import settings
from django.db import connection
from django.utils import timezone
connection.settings_dict["NAME"] = sys.argv[1]
settings.ENCORE_RING, settings.PRIVATE_ADDRESSES_ALLOWED = False, True
from crm.webhooks_out import sending
connection.ensure_connection()
print("ready", flush=True)
sys.stdin.readline()
"""
UNTIL_NOTHING_IS_DUE = """
while sending.send_due(timezone.now()):
    pass
"""
STUCK_BEFORE_IT_IS_WRITTEN_DOWN = """
import time
def stick(message, answer, now):
    print("sent", flush=True)
    time.sleep(60)
sending.settle = stick
sending.send_due(timezone.now())
"""


def start(work):
    process = subprocess.Popen(
        [sys.executable, "-c", SEND + work, connection.settings_dict["NAME"]],
        cwd=settings.BASE_DIR, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout.readline() == "ready\n", process.stderr.read()
    return process


def go(process):
    process.stdin.write("\n")
    process.stdin.flush()


@pytest.fixture
def receiver(settings):
    settings.PRIVATE_ADDRESSES_ALLOWED = True
    with receiving() as receiver:
        WebhookEndpoint.objects.create(name="CRM", url=receiver.url, secret=SECRET, kinds=["asked"])
        yield receiver


def happen(people, each):
    customers = [make_customer(consent=False) for _number in range(people)]
    for number in range(each):
        record_many(
            Event(
                kind="asked", customer=one, occurred_at=timezone.now(), source="test", key=f"{one.pk}-{number:03}",
                properties={"n": number},
            )
            for one in customers
        )  # fmt: skip
    return customers


def test_two_workers_tell_everything_once_and_of_each_customer_in_order(receiver):
    customers = happen(PEOPLE, EACH)

    processes = [start(UNTIL_NOTHING_IS_DUE) for _turn in range(2)]
    for process in processes:
        go(process)
    for process in processes:
        _out, errors = process.communicate(timeout=120)
        assert process.returncode == 0, errors
    while sending.send_due(timezone.now()):
        pass

    assert set(WebhookMessage.objects.values_list("status", "attempts")) == {("taken", 1)}
    assert Counter(receiver.ids).most_common(1)[0][1] == 1
    assert len(receiver.ids) == PEOPLE * EACH
    for customer in customers:
        told = [body["data"] for body in receiver.bodies if body["data"]["customer"]["id"] == customer.pk]
        assert [data["properties"]["n"] for data in told] == list(range(EACH))


def test_what_a_killed_worker_sent_is_sent_again_under_the_same_id(receiver):
    happen(3, 1)
    process = start(STUCK_BEFORE_IT_IS_WRITTEN_DOWN)
    go(process)
    assert process.stdout.readline() == "sent\n", process.stderr.read()

    process.kill()
    process.communicate(timeout=60)

    assert sending.send_due(timezone.now()) == {}
    later = timezone.now() + sending.LEASE + dt.timedelta(seconds=1)
    assert sending.send_due(later) == {"taken": 3}
    # Whatever had arrived by then arrives a second time, and nothing a third.
    assert len(set(receiver.ids)) == 3
    assert set(Counter(receiver.ids).values()) <= {1, 2}
    assert 2 in Counter(receiver.ids).values()
    assert set(WebhookMessage.objects.values_list("status", "attempts")) == {("taken", 2)}
