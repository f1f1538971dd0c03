"""Somebody pulls the plug on an import, or sells something while it runs."""

import os
import signal
import subprocess
import sys
import threading
import time

import pytest
from django.conf import settings
from django.db import connection, connections

from crm.customers.find_or_create import find_or_create
from crm.intake.files.import_file import import_file
from crm.models import Customer, CustomerStats, Event, Order, OrderLine, OrderStanding, Product
from crm.orders import orders
from tests.conftest import NOW

HEAD = "order_number,customer_id,placed_at,sku,quantity,price\n"
IMPORT = """
import sys
from pathlib import Path
import django; django.setup()
from django.db import connection
from django.utils import timezone
connection.settings_dict["NAME"] = sys.argv[2]
from crm.intake.files.import_file import import_file
print("started", flush=True)
import_file("orders", Path(sys.argv[1]), now=timezone.now())
"""
WRITTEN = (Customer, Product, Order, OrderLine, Event, CustomerStats, OrderStanding)


@pytest.fixture
def big_file(tmp_path):
    path = tmp_path / "orders.csv"
    with path.open("w") as file:
        file.write(HEAD)
        file.writelines(f"A-{n // 3},C-{n // 9},2026-01-05,SKU-{n % 500},1,{n}\n" for n in range(45_000))
    return path


def start_import(path):
    return subprocess.Popen(
        [sys.executable, "-c", IMPORT, str(path), str(connection.settings_dict["NAME"])],
        cwd=settings.BASE_DIR,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings"},
        stdout=subprocess.PIPE,
        text=True,
    )


def wait_for(process, sql):
    """Until a connection of the test database other than ours runs such a statement."""
    while process.poll() is None:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                " AND pid <> pg_backend_pid() AND state = 'active' AND query LIKE %s",
                [sql],
            )
            if cursor.fetchone()[0]:
                return
        time.sleep(0.002)
    raise AssertionError(f"the import ended before it came to {sql}")


def others_are_gone():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )
        return cursor.fetchone()[0] == 0


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "moment",
    ["COPY import_line%", "%INSERT INTO crm_orderline %", "%INSERT INTO crm_event %"],
    ids=["while reading", "while writing lines", "while writing events"],
)
def test_killed_import_leaves_nothing_and_can_be_repeated(big_file, moment):
    process = start_import(big_file)
    wait_for(process, moment)

    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    process.stdout.close()
    deadline = time.monotonic() + 30
    while not others_are_gone() and time.monotonic() < deadline:
        time.sleep(0.02)

    assert [model.objects.count() for model in WRITTEN] == [0] * len(WRITTEN)

    report = import_file("orders", big_file, now=NOW)
    assert report.counts["orders"].new == 15_000
    assert OrderLine.objects.count() == 45_000


@pytest.mark.django_db(transaction=True)
def test_shop_goes_on_selling_during_an_import(big_file):
    """Orders of customers whom the file tells, recorded live while it is imported: none lost, none counted twice."""
    sold = []
    stop = threading.Event()

    def sell():
        try:
            number = 0
            while not stop.is_set():
                customer = find_or_create(external_id=f"C-{number % 50}", now=NOW)
                line = orders.LineData(f"SKU-{number % 500}", 1, 10)
                sold.append(orders.place(f"L-{number}", customer=customer, placed_at=NOW, lines=[line]))
                number += 1
        finally:
            connections.close_all()

    seller = threading.Thread(target=sell)
    seller.start()
    try:
        report = import_file("orders", big_file, now=NOW)
    finally:
        stop.set()
        seller.join()

    assert report.is_applied
    assert sold
    assert Order.objects.count() == 15_000 + len(sold)
    assert Customer.objects.filter(external_id="C-0").count() == 1
    for stats in CustomerStats.objects.filter(customer__external_id__in=["C-0", "C-49", "C-4999"]):
        assert stats.orders_count == Order.objects.filter(customer=stats.customer_id).count()
    assert OrderStanding.objects.count() == Order.objects.count()
