"""Clients of others' make, unchanged but for the address, and a server killed before it answered any of them."""

import socket
from collections import Counter

import pytest
import rudderstack.analytics.client as rudder
import segment.analytics.client as segment
from django.conf import settings
from django.utils import timezone

from config.database.cluster import free_port
from crm.intake import deliveries
from crm.intake.api.keys import key_of
from crm.intake.doors import read
from crm.intake.sources import new_secret
from crm.models import Customer, Delivery, Event, KnownVisitor, Source
from tests.clients import install
from tests.faults.celery_processes import Processes, address_of_database, wait_for

pytestmark = pytest.mark.django_db(transaction=True)

IN_PYTHON = {"segment-analytics-python": segment, "rudder-sdk-python": rudder}
IN_JAVASCRIPT = {"@segment/analytics-node": "segment", "@rudderstack/rudder-sdk-node": "rudder"}
EVENTS = 20
CALLS = EVENTS + 5


@pytest.fixture
def sources():
    """A key of its own for each client, so that each call is known to be its."""
    names = [*IN_PYTHON, *IN_JAVASCRIPT]
    made = (Source(kind="tracking", name=one, id_prefix=f"{one[:15]}:", secret=new_secret("tracking")) for one in names)
    return {source.name: source for source in Source.objects.bulk_create(made)}


@pytest.fixture
def processes(tmp_path, sources):
    install.installed()
    processes = Processes(tmp_path, address_of_database(), ("127.0.0.1", 1))
    # Of the same key: sources keep their secrets encrypted.
    own = {"SECRET_KEY": settings.SECRET_KEY, "ENCORE_RING": "false", "CLIENTS": str(len(sources))}
    processes.environment |= own
    processes.port = free_port()
    yield processes
    processes.kill()


def serve(processes):
    """As `make start` does it: what is killed is started again, while those who call wait at the door."""
    options = ["--blocking-threads", "8", "--respawn-failed-workers", "--respawn-interval", "0.1"]
    options += ["--interface", "wsgi", "--port", str(processes.port)]
    processes.start("web", "granian", *options, "tests.clients.deadly_wsgi:application")
    wait_for(lambda: is_listening(processes.port), told=processes.everything)
    return f"http://127.0.0.1:{processes.port}"


def is_listening(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture
def python(processes, sources):
    """Begins with the calls when it is called; a thread of the client's own sends."""
    clients = []

    def begin(address):
        clients.extend(call(module, address, key_of(sources[name])) for name, module in IN_PYTHON.items())
        return clients

    yield begin
    for client in clients:
        for consumer in client.consumers:
            consumer.pause()


def node(processes, sources, address):
    with (processes.folder / "node.log").open("ab") as log:
        started = [
            install.start(which, address, key_of(sources[name]), EVENTS, log) for name, which in IN_JAVASCRIPT.items()
        ]
    processes.running.extend(started)
    return started


def call(module, address, key):
    client = module.Client(key, host=address, upload_size=10, max_queue_size=1_000)
    person = {"user_id": "7", "anonymous_id": "device-7"}
    client.identify(**person, traits={"email": "ann@example.com", "firstName": "Ann"})
    client.page(**person, name="Home", properties={"url": "https://kettle.example.com/"})
    client.screen(**person, name="Basket")
    client.group(**person, group_id="g1", traits={"name": "Initech"})
    client.alias("device-8", "7")
    for number in range(EVENTS):
        client.track(**person, event=f"Step {number}", timestamp=timezone.now())
    return client


def test_every_call_arrives_once_though_the_server_is_killed_in_the_middle(processes, sources, python):
    address = serve(processes)
    in_javascript, in_python = node(processes, sources, address), python(address)
    wait_for((processes.folder / "died").exists, seconds=60, told=processes.everything)
    assert set(Delivery.objects.values_list("source__name", flat=True)) == set(sources)
    assert Delivery.objects.count() < CALLS * len(sources)

    for client in in_python:
        client.shutdown()
    assert [process.wait(60) for process in in_javascript] == [0, 0], processes.everything()

    arrived = Counter(Delivery.objects.values_list("source__name", flat=True))
    assert arrived == dict.fromkeys(sources, CALLS)
    now = timezone.now()
    while done := deliveries.apply_due(now, read):
        assert done.keys() == {"applied"}, Delivery.objects.unapplied().values_list("reason", flat=True)
    happened = ["group_joined", "page.viewed", "page.viewed", *(f"step_{number}" for number in range(EVENTS))]
    for name, source in sources.items():
        events = Event.objects.filter(source=f"source:{source.pk}")
        assert sorted(events.values_list("kind", flat=True)) == sorted(happened), name
        ann = Customer.objects.get(external_id=f"{source.id_prefix}7")
        devices = KnownVisitor.objects.filter(customer=ann).values_list("anonymous_id", flat=True).distinct()
        assert set(devices) == {f"{source.id_prefix}device-7", f"{source.id_prefix}device-8"}
