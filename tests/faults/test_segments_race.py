"""Refreshes of one segment in two real processes, beside orders coming in, and killed in the middle."""

import datetime as dt
import random
import signal
import subprocess
import sys
import time

import pytest
from django.conf import settings
from django.db import connection, transaction

from chains.models import Chain
from crm.models import Customer, Event, EventInbox, Order
from segments.models import Membership, Segment
from segments.refresh import refresh
from tests.conftest import NOW, make_customer, make_order
from tests.segments.conftest import condition, make_segment

pytestmark = pytest.mark.django_db(transaction=True)

BUYERS = condition("orders_count", "at_least", 1)
SECOND = dt.timedelta(seconds=1)

PREPARE = """
import datetime as dt, sys
import django
django.setup()
from django.conf import settings
from django.db import connection, transaction
connection.settings_dict["NAME"] = sys.argv[1]
settings.ENCORE_RING = False
now = dt.datetime(2026, 3, 10, 13, tzinfo=dt.UTC)
from crm.orders import orders
from crm.models import Customer
from segments.models import Segment
from segments.refresh import refresh
connection.ensure_connection()
print("ready", flush=True)
sys.stdin.readline()
"""
REFRESH = """
for round in range(25):
    refresh(Segment.objects.get(name="Buyers"), now + dt.timedelta(seconds=round))
"""
ORDERS = """
for customer in Customer.objects.order_by("pk"):
    order = orders.place(f"A-{customer.pk}", customer=customer, placed_at=now, total=10)
    if customer.pk % 4 == 0:
        orders.cancel(order, at=now)
"""
IMPORTS = """
from pathlib import Path
from crm.intake.files.import_file import import_file
for path in sorted(Path(sys.argv[2]).glob("*.csv")):
    assert import_file("orders", path, now=now).is_applied
"""
HALF_DONE = """
with transaction.atomic():
    print(refresh(Segment.objects.get(name="Buyers"), now), flush=True)
    sys.stdin.readline()
"""


@pytest.fixture
def buyers(db):
    Chain.objects.exclude(trigger_segment=None).delete()
    Segment.objects.all().delete()
    segment = make_segment(BUYERS, name="Buyers")
    refresh(segment, NOW)
    return segment


def start(work, *arguments):
    process = subprocess.Popen(
        [sys.executable, "-c", PREPARE + work, connection.settings_dict["NAME"], *arguments],
        cwd=settings.BASE_DIR,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout.readline() == "ready\n", process.stderr.read()
    return process


def let_loose(processes):
    for process in processes:
        process.stdin.write("\n")
        process.stdin.flush()


def finish(processes):
    for process in processes:
        _out, errors = process.communicate(timeout=60)
        assert process.returncode == 0, errors


def told(kind):
    return list(Event.objects.filter(kind=kind).values_list("customer", flat=True))


def test_two_refreshes_and_orders_coming_in_tell_every_entry_once(buyers):
    for _ in range(40):
        make_customer(email="")
    processes = [start(REFRESH), start(REFRESH), start(ORDERS)]

    let_loose(processes)
    finish(processes)
    refresh(buyers, NOW + 7200 * SECOND)

    expected = {pk for pk in Customer.objects.values_list("pk", flat=True) if pk % 4}
    assert members() == expected
    assert_every_stay_was_told()
    assert expected <= set(told("segment.entered"))


def members():
    return set(Membership.objects.open().values_list("customer", flat=True))


def assert_every_stay_was_told():
    entered, left = told("segment.entered"), told("segment.left")
    assert len(entered) == Membership.objects.count()
    assert len(left) == Membership.objects.exclude(left_at=None).count()
    assert EventInbox.objects.filter(event__kind__startswith="segment.").count() == len(entered) + len(left)


def test_imports_and_orders_that_come_in_during_refreshes_are_all_found(buyers, tmp_path):
    live = [make_customer(email="") for _ in range(20)]
    for number in range(6):
        write_orders(tmp_path / f"{number}.csv", [f"{number}-{line}" for line in range(10)])
    processes = [start(REFRESH), start(REFRESH), start(ORDERS), start(IMPORTS, str(tmp_path))]

    let_loose(processes)
    finish(processes)
    refresh(buyers, NOW + 7200 * SECOND)

    still = Customer.objects.filter(orders__cancelled_at=None, orders__isnull=False)
    assert members() == set(still.values_list("pk", flat=True))
    assert Order.objects.filter(number__startswith="I-").count() == 60
    assert {one.pk for one in live if one.pk % 4} <= set(told("segment.entered"))
    refresh(buyers, NOW + dt.timedelta(hours=30))
    assert (buyers.proved_at, buyers.drifted_count) == (NOW + dt.timedelta(hours=30), 0)


def write_orders(path, names):
    """An order for each of these customers; every third one was cancelled."""
    lines = ["order_number,customer_id,placed_at,cancelled_at,total"]
    for line, name in enumerate(names, start=1):
        lines.append(f"I-{name},i-{name},2026-03-01 10:00,{'' if line % 3 else '2026-03-02 10:00'},10")
    path.write_text("\n".join(lines) + "\n")


def test_refreshes_killed_at_any_moment_lose_and_double_nothing(buyers):
    for _ in range(40):
        make_customer(email="")
    rng = random.Random(7)
    incoming = start(ORDERS)
    refreshing = [start(REFRESH) for _ in range(5)]

    let_loose([incoming])
    for process in refreshing:
        let_loose([process])
        time.sleep(rng.uniform(0.01, 0.3))
        process.send_signal(signal.SIGKILL)
        process.communicate()
    finish([incoming])
    wait_until_free(buyers)
    refresh(buyers, NOW + 7200 * SECOND)

    assert members() == {pk for pk in Customer.objects.values_list("pk", flat=True) if pk % 4}
    assert_every_stay_was_told()


def test_a_refresh_killed_in_the_middle_loses_and_doubles_nothing(buyers):
    customer = make_order(placed_at=NOW).customer
    half_done = start(HALF_DONE)
    let_loose([half_done])
    assert "entered=1" in half_done.stdout.readline()

    half_done.send_signal(signal.SIGKILL)
    half_done.communicate()
    wait_until_free(buyers)
    assert told("segment.entered") == []
    refresh(buyers, NOW + SECOND)
    refresh(buyers, NOW + 2 * SECOND)

    assert told("segment.entered") == [customer.pk]
    assert Membership.objects.count() == 1


def wait_until_free(segment):
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        with transaction.atomic():
            if Segment.objects.free(segment.pk).exists():
                return
        time.sleep(0.05)
    pytest.fail("the killed process still holds the segment")


def test_a_refresh_neither_waits_for_another_nor_blocks_orders(buyers):
    customer = make_order(placed_at=NOW).customer
    busy = start(HALF_DONE)
    let_loose([busy])
    assert "entered=1" in busy.stdout.readline()

    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '2s'")
    try:
        assert refresh(buyers, NOW + SECOND) is None
        make_order(customer=customer, placed_at=NOW)
        Customer.objects.filter(pk=customer.pk).update(city="Perm")
    finally:
        with connection.cursor() as cursor:
            cursor.execute("RESET lock_timeout")
        let_loose([busy])
        finish([busy])

    assert told("segment.entered") == [customer.pk]
