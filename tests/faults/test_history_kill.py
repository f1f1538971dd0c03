"""Two real processes fetch a shop's past, and one of them is killed: every object is kept once."""

import datetime as dt
import subprocess
import sys
import threading
import time
from collections import Counter

import pytest
from django.conf import settings
from django.db import connection

from crm.intake.history import history, runs
from crm.models import FetchRun, Source
from crm.models.fetch_run import CLAIM_LASTS
from crm.outbound_http import session
from tests.conftest import NOW
from tests.shop_server import SECRET, USER, ShopServer, serving

pytestmark = pytest.mark.django_db(transaction=True)

ORDERS, PAGE_SIZE = 60, 3
CREATED = "2024-05-01T10:00:00"
AFTER_THE_CLAIM = NOW + CLAIM_LASTS + dt.timedelta(seconds=1)
FETCH = """
import datetime as dt, sys, time
import django
django.setup()
from django.conf import settings
from django.db import connection
connection.settings_dict["NAME"] = sys.argv[1]
settings.ENCORE_RING = False
settings.PRIVATE_ADDRESSES_ALLOWED = True
now = dt.datetime(2026, 3, 10, 12, tzinfo=dt.UTC)
from crm.intake.history import history
from crm.models import FetchRun
from crm.outbound_http import session
connection.ensure_connection()
print("ready", flush=True)
sys.stdin.readline()
"""
UNTIL_ALL_IS_IN = """
with session() as http:
    while not FetchRun.objects.filter(status="done"):
        history.fetch_next(now, http) or time.sleep(0.01)
"""
STUCK_BEFORE_THE_COMMIT = """
keep_all = history.deliveries.keep_all
def stick(*kept, **how):
    if keep_all(*kept, **how):
        print("kept", flush=True)
        time.sleep(60)
history.deliveries.keep_all = stick
""" + UNTIL_ALL_IS_IN  # fmt: skip


def start(work):
    process = subprocess.Popen(
        [sys.executable, "-c", FETCH + work, connection.settings_dict["NAME"]],
        cwd=settings.BASE_DIR, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout.readline() == "ready\n", process.stderr.read()
    return process


def go(process):
    process.stdin.write("\n")
    process.stdin.flush()


def ends_well(process):
    _out, errors = process.communicate(timeout=60)
    assert process.returncode == 0, errors


def kill(process):
    process.kill()
    process.communicate(timeout=60)


@pytest.fixture
def server(settings):
    settings.PRIVATE_ADDRESSES_ALLOWED = True
    shop = ShopServer(PAGE_SIZE)
    shop.rows["orders"] = [
        {"id": number, "date_created_gmt": CREATED, "date_modified_gmt": CREATED} for number in range(1, ORDERS + 1)
    ]
    with serving(shop) as shop.address:
        yield shop


@pytest.fixture
def source(server):
    source = Source.objects.create(
        kind="woocommerce", name="Cups", site_address=server.address, api_user=USER, api_secret=SECRET
    )
    runs.bring_in_past(source, NOW)
    server.requests.clear()
    return source


def finish(now):
    """The server notices in its own time that a client is gone, and what it held."""
    end = time.monotonic() + 30
    with session() as http:
        while FetchRun.objects.get().is_open:
            assert time.monotonic() < end
            history.fetch_next(now, http) or time.sleep(0.05)


def kept(source):
    return Counter(source.deliveries.values_list("subject", flat=True))


def pages(server):
    return Counter(int(query["page"]) for query in server.asked("/orders"))


EVERY_ORDER_ONCE = Counter({f"order {number}": 1 for number in range(1, ORDERS + 1)})
EVERY_PAGE_ONCE = Counter(dict.fromkeys(range(1, ORDERS // PAGE_SIZE + 1), 1))


def test_two_workers_fetch_every_page_once(source, server):
    processes = [start(UNTIL_ALL_IS_IN) for _turn in range(2)]
    for process in processes:
        go(process)
    for process in processes:
        ends_well(process)

    assert kept(source) == EVERY_ORDER_ONCE
    assert pages(server) == EVERY_PAGE_ONCE
    run = FetchRun.objects.get()
    assert (run.status, run.fetched["orders"]) == ("done", ORDERS)


def test_a_worker_killed_while_the_shop_answers_costs_one_request(source, server):
    is_asked, may_answer = threading.Event(), threading.Event()

    def hold_page_seven(_path, query):
        if query["page"] == "7" and not is_asked.is_set():
            is_asked.set()
            may_answer.wait(60)

    server.before_answer = hold_page_seven
    victim, survivor = start(UNTIL_ALL_IS_IN), start(UNTIL_ALL_IS_IN)
    go(victim)
    assert is_asked.wait(60)
    go(survivor)
    with session() as http:
        assert not history.fetch_next(NOW, http)

    kill(victim)
    may_answer.set()
    assert sum(kept(source).values()) == 6 * PAGE_SIZE
    finish(AFTER_THE_CLAIM)
    ends_well(survivor)

    assert kept(source) == EVERY_ORDER_ONCE
    assert pages(server) == EVERY_PAGE_ONCE + Counter({7: 1})


def test_a_worker_killed_before_its_page_is_committed_leaves_nothing_of_it(source, server):
    victim = start(STUCK_BEFORE_THE_COMMIT)
    go(victim)
    assert victim.stdout.readline() == "kept\n", victim.stderr.read()
    assert kept(source) == Counter()

    kill(victim)
    finish(AFTER_THE_CLAIM)

    assert kept(source) == EVERY_ORDER_ONCE
    assert pages(server) == EVERY_PAGE_ONCE + Counter({1: 1})
