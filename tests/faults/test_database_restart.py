"""PostgreSQL stopped, killed and started again under a running worker, beat and web server.

The server is one of the test's own, filled from the test's database; whoever uses it knows it by its address only, as
in production, so that nobody but the test starts it again.
"""

import datetime as dt
import json
import signal
import subprocess
import urllib.error
import urllib.request
from collections import Counter

import psutil
import psycopg
import pytest
from django.db import connection
from django.utils import timezone

from config.database import dump, server
from config.database.cluster import Cluster, binaries, free_port
from tests.chains.factories import fill_due, live_chain, marketing, message
from tests.faults.celery_processes import Processes, address_of_database, ring_every_second, wait_for

pytestmark = pytest.mark.django_db(transaction=True)

LETTERS = 100


@pytest.fixture
def letters_falling_due(shop):
    """Service and marketing letters, some of them due at every moment of the next seconds."""
    shop.quiet_from = shop.quiet_until = dt.time(0)
    shop.save()
    ring_every_second()
    now = timezone.now()
    for step in (message(), marketing()):
        fill_due(live_chain(step, event="asked", at=now), customers=LETTERS, due_at=now)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE chains_touch SET due_at = due_at + id %% 12 * interval '1 second'", [])


class Database:
    """A PostgreSQL of its own with a copy of the test's database."""

    def __init__(self, folder):
        self.directory = folder / "postgres"
        address = server.ensure_running(self.directory)
        self.given = {"host": address.host, "port": address.port, "user": "encore", "password": address.password}
        self.given["dbname"] = "encore"
        self.url = address_of_database(**self.given)
        file = folder / "copy.dump"
        dump.save(file)
        command = [str(binaries() / "pg_restore"), "--exit-on-error", "--no-owner", f"--dbname={self.url}", str(file)]
        subprocess.run(command, check=True, capture_output=True)

    def start(self):
        address = server.ensure_running(self.directory)
        assert address.port == self.given["port"]

    def stop(self):
        server.stop(self.directory)

    def kill(self):
        postmaster = psutil.Process(Cluster(self.directory).postmaster().pid)
        for process in [postmaster, *postmaster.children(recursive=True)]:
            process.send_signal(signal.SIGKILL)
        wait_for(lambda: Cluster(self.directory).postmaster() is None)

    def ask(self, statement):
        with psycopg.connect(**self.given) as link:
            return link.execute(statement).fetchall()


@pytest.fixture
def database(letters_falling_due, tmp_path):
    database = Database(tmp_path)
    yield database
    server.stop(database.directory)


@pytest.fixture
def processes(database, sink, tmp_path):
    sink.handler.seconds_a_letter = 0.02
    processes = Processes(tmp_path, database.url, (sink.hostname, sink.port))
    processes.port = free_port()
    processes.worker()
    processes.beat()
    processes.start("web", "config.web", "--port", str(processes.port), "config.gateway.gateway:application")
    processes.wait_until_ready("worker", "beat")
    yield processes
    processes.kill()


def health(processes):
    """The status and the body of /healthz; nothing while no web server listens."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{processes.port}/healthz", timeout=30) as answer:  # noqa: S310
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as refusal:
        with refusal:
            return refusal.code, json.load(refusal)
    except OSError:
        return 0, {}


def test_everybody_goes_on_when_the_database_comes_back(database, processes, sink):
    arrived = sink.handler.message_ids
    wait_for(lambda: len(arrived) > 15 and health(processes)[0] == 200, told=processes.everything)

    for end in (database.stop, database.kill):
        before, failures = len(arrived), processes.said("worker").count("The database does not answer")
        end()
        wait_for(lambda: health(processes)[0] == 503, told=processes.everything)
        words = {"status": "down", "words": "The database does not answer."}
        assert health(processes)[1] == {"status": "trouble", "database": words}
        wait_for(
            lambda seen=failures: processes.said("worker").count("The database does not answer") > seen + 1,
            told=processes.everything,
        )
        database.start()
        wait_for(lambda: health(processes)[0] == 200, told=processes.everything)
        wait_for(lambda seen=before: len(arrived) > seen + 40, told=processes.everything)

    wait_for(lambda: not database.ask("SELECT 1 FROM chains_touch WHERE status = 'scheduled'"))
    # A claim whose commit was cut off is nobody's until its lease is over; five minutes pass for it here.
    database.ask("UPDATE chains_touch SET lease_until = now() WHERE status = 'claimed' RETURNING id")
    wait_for(
        lambda: not database.ask("SELECT 1 FROM chains_touch WHERE status IN ('scheduled', 'claimed', 'sending')"),
        told=processes.everything,
    )
    states = Counter(database.ask("SELECT purpose, status FROM chains_touch"))
    assert states == {("service", "sent"): LETTERS, ("marketing", "sent"): LETTERS}, processes.everything()
    assert set(Counter(arrived).values()) == {1}
    assert len(arrived) == 2 * LETTERS
    assert [process.poll() for process in processes.running] == [None] * 3
