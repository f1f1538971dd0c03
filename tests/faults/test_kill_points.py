"""A worker killed at named points of the four verbs: another finishes the work, nothing is lost, no advertising twice.

The worker is a real process. At the point a real SIGKILL ends it, in the middle of whatever transaction is open.
"""

import os
import signal
import subprocess
import sys
from collections import Counter

import pytest
from django.conf import settings
from django.db import connection

from chains.engine.guard.guard import LEASE
from chains.engine.run import tick
from chains.models import Enrolment, Passage, Touch
from crm.events import record_many
from crm.models import Event, EventInbox, StaffTask
from tests.chains.factories import add_tag, live_chain, marketing, message, task
from tests.conftest import NOW, make_customer

pytestmark = pytest.mark.django_db(transaction=True)

PEOPLE = 60

# Argument: where the function to die at is looked up, its name, before or after its work, at which call.
WORKER = """
import datetime as dt, importlib, os, signal, sys
import django
django.setup()
from django.conf import settings
from django.db import connection
database, port, module, name, when, nth = sys.argv[1:]
connection.settings_dict["NAME"] = database
settings.EMAIL_BACKEND = "chains.channels.email.smtp.EmailBackend"
settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", int(port)
place = importlib.import_module(module)
*path, name = name.split(".")
for part in path:
    place = getattr(place, part)
work = getattr(place, name)
calls = 0

def die():
    os.kill(os.getpid(), signal.SIGKILL)

def deadly(*args, **kwargs):
    global calls
    calls += 1
    if calls == int(nth) and when == "before":
        die()
    done = work(*args, **kwargs)
    if calls == int(nth):
        die()
    return done

setattr(place, name, deadly)
from chains.engine.run import tick
tick(dt.datetime.fromisoformat("2026-03-10T12:00:00+00:00"))
print("survived", flush=True)
"""

POINTS = {
    "enrol: customers claimed": ("chains.engine.enrol.enrol", "claim_customers", "after", 1),
    "enrol: before anybody entered": ("chains.engine.enrol.enrol", "enter", "before", 1),
    "enrol: entered, inbox not emptied": ("chains.engine.enrol.enrol", "enter", "after", 1),
    "enrol: committed": ("chains.engine.advance.advance", "claim_customers", "before", 1),
    "advance: questions answered, nothing written": (
        "chains.engine.advance.advance",
        "schedule",
        "before",
        1,
    ),
    "advance: touches written, places not": ("chains.engine.advance.advance", "enrolment_writes.write", "before", 1),
    "advance: all written, not committed": ("chains.engine.advance.advance", "enrolment_writes.write", "after", 1),
    "advance: committed": ("chains.engine.guard.guard", "claim_customers", "before", 1),
    "guard: decided, nothing written": ("chains.engine.guard.guard", "write_decisions", "before", 1),
    "guard: claimed, not committed": ("chains.engine.guard.guard", "write_decisions", "after", 1),
    "deliver: leased, nothing begun": ("chains.engine.deliver.slices", "begin_slice", "before", 1),
    "deliver: the first slice begun": ("chains.engine.deliver.slices", "begin_slice", "after", 1),
    "deliver: in the middle of a slice": ("chains.channels.email.sender", "_handed_over", "after", 20),
    "deliver: a slice handed over, not recorded": ("chains.engine.deliver.slices", "begin_slice", "before", 2),
    "deliver: a slice recorded, the next begun": ("chains.engine.deliver.slices", "begin_slice", "after", 2),
    "deliver: staff tasks listed, not recorded": (
        "chains.channels.staff_task.sender",
        "StaffTaskSender.deliver",
        "after",
        1,
    ),
}


@pytest.fixture
def crowd(shop):
    """Sixty customers, each with an event that starts a letter, an advertisement, a change and a staff task."""
    live_chain(
        message(late_after_hours=24),
        add_tag("asked"),
        marketing(late_after_hours=24),
        task(late_after_hours=24),
        event="custom",
        custom_event="asked",
        at=NOW - LEASE,
    )
    people = [make_customer() for _number in range(PEOPLE)]
    record_many(
        Event(kind="asked", customer=person, occurred_at=NOW, source="test", key=str(person.pk)) for person in people
    )
    assert EventInbox.objects.filter(consumer="chains", event__kind="asked").count() == PEOPLE
    return people


@pytest.mark.parametrize("point", POINTS)
def test_what_a_killed_worker_left_is_finished_by_the_next(point, crowd, sink, settings):
    kill_at(POINTS[point], sink.port)

    settings.EMAIL_BACKEND = "chains.channels.email.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", sink.port
    tick(NOW)
    for turn in range(1, 4):
        tick(NOW + turn * LEASE)

    assert not EventInbox.objects.filter(consumer="chains").exists()
    assert Enrolment.objects.count() == PEOPLE
    assert set(Enrolment.objects.values_list("status", flat=True)) == {"finished"}
    assert Passage.objects.count() == Passage.objects.values("enrolment", "step_key").distinct().count()
    assert [person for person in crowd if tags_of(person) != ["asked"]] == []
    assert StaffTask.objects.count() == PEOPLE
    states = Counter(Touch.objects.values_list("purpose", "channel", "status"))
    assert states["service", "email", "sent"] == PEOPLE, states
    assert states["marketing", "email", "sent"] + states["marketing", "email", "unknown"] == PEOPLE, states
    assert states["service", "staff_task", "sent"] == PEOPLE, states
    arrived = Counter(sink.handler.message_ids)
    for touch in Touch.objects.filter(channel="email"):
        times = arrived[touch.message_id]
        assert times <= (2 if touch.purpose == "service" else 1), point
        assert times or touch.status == "unknown", point


def kill_at(point, port):
    module, name, when, nth = point
    worker = subprocess.run(
        [sys.executable, "-c", WORKER, connection.settings_dict["NAME"], str(port), module, name, when, str(nth)],
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env=os.environ | {"ENCORE_RING": "false"},
    )
    assert worker.returncode == -signal.SIGKILL, (worker.stdout, worker.stderr)


def tags_of(customer):
    customer.refresh_from_db()
    return customer.tags
