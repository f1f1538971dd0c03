"""Two real processes at the same facts at once."""

import subprocess
import sys
import time
from decimal import Decimal

import pytest
from django.conf import settings
from django.db import connection, transaction

from crm.customers.find_or_create import find_or_create
from crm.customers.merge import merge
from crm.models import Customer, CustomerStats, Event, MergeProposal, Order, OrderStanding, Source
from tests.conftest import NOW, make_customer, make_order

pytestmark = pytest.mark.django_db(transaction=True)

PREPARE = """
import datetime as dt, sys
from decimal import Decimal
import django
django.setup()
from django.conf import settings
from django.db import connection
connection.settings_dict["NAME"] = sys.argv[1]
settings.ENCORE_RING = False
name, now = sys.argv[2], dt.datetime(2026, 3, 10, 12, tzinfo=dt.UTC)
from crm.customers import merge
from crm.customers.find_or_create import find_or_create
from crm.orders import orders
from crm.models import Customer, Order
connection.ensure_connection()
print("ready", flush=True)
sys.stdin.readline()
"""
PLACE = """
customer = Customer.objects.get()
for number in range(15):
    order = orders.place(f"{name}-{number}", customer=customer, placed_at=now, total=Decimal(10))
    if number % 3 == 0:
        orders.cancel(order, at=now)
"""
PLACE_SAME = """
for number in range(15):
    orders.place(f"A-{number}", customer=Customer.objects.get(external_id=name), placed_at=now, total=Decimal(10))
"""
MEET = """
find_or_create(email="ann@example.com", now=now)
"""
HALVES = """
for number in range(15):
    known = {"email": f"c{number}@example.com"} if name == "a" else {"phone": f"+7916123{4500 + number}"}
    find_or_create(**known, now=now)
    find_or_create(email=f"c{number}@example.com", phone=f"+7916123{4500 + number}", now=now)
"""
PAY = """
orders.pay(Order.objects.get(), at=now)
"""
TELL = """
from crm.intake.facts import CustomerFact, OrderFact
from crm.intake.recording import record_fact
from crm.models import Source
later = dt.timedelta(seconds=name == "b")
for number in range(15):
    fact = OrderFact(
        number=f"A-{number}", customer=CustomerFact(external_id=f"{name}-{number}"), placed_at=now,
        total=Decimal(10 + later.seconds), told_at=now + later,
    )
    record_fact(fact, Source.objects.get(), now)
"""
MERGE_INTO = """
keeper, duplicate = Customer.objects.order_by("pk")
if name == "merge":
    merge.merge(keeper, duplicate, at=now)
else:
    for number in range(15):
        order = orders.place(f"A-{number}", customer=duplicate, placed_at=now, total=Decimal(10))
        orders.pay(order, at=now)
"""


def start(work, *names):
    """One process for each name, all let loose at one moment."""
    database = connection.settings_dict["NAME"]
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", PREPARE + work, database, name],
            cwd=settings.BASE_DIR,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for name in names
    ]
    for process in processes:
        assert process.stdout.readline() == "ready\n", process.stderr.read()
    for process in processes:
        process.stdin.write("\n")
        process.stdin.flush()
    return processes


def finish(processes):
    for process in processes:
        _out, errors = process.communicate(timeout=60)
        assert process.returncode == 0, errors


def wait_until_it_waits(process):
    """Until the process asks for a lock that we hold, or is through without asking."""
    deadline = time.monotonic() + 30
    with connection.cursor() as cursor:
        while time.monotonic() < deadline and process.poll() is None:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0]:
                return
            time.sleep(0.02)


def test_orders_of_one_customer_recorded_by_two_are_all_counted():
    customer = make_customer(consent=False)

    finish(start(PLACE, "a", "b"))

    stats = CustomerStats.objects.get(customer=customer)
    assert (stats.orders_count, stats.revenue) == (20, Decimal(200))
    ordinals = OrderStanding.objects.order_by("ordinal").values_list("ordinal", flat=True)
    assert list(ordinals) == list(range(1, 21))


def test_one_number_placed_for_two_customers_is_one_order():
    for name in "ab":
        make_customer(external_id=name, consent=False)

    finish(start(PLACE_SAME, "a", "b"))

    assert Order.objects.count() == 15
    assert sum(CustomerStats.objects.values_list("orders_count", flat=True)) == 15


def test_one_customer_met_by_two_is_one_customer():
    with transaction.atomic():
        known = find_or_create(email="Ann@example.com", now=NOW)
        processes = start(MEET, "b")
        wait_until_it_waits(processes[0])
    finish(processes)

    assert Customer.objects.get() == known


def test_halves_met_by_two_become_one():
    finish(start(HALVES, "a", "b"))

    assert Customer.objects.current().count() == 15
    assert not MergeProposal.objects.filter(status=MergeProposal.Status.OPEN).exists()


def test_orders_placed_during_a_merge_end_with_who_was_kept():
    keeper, duplicate = make_customer(consent=False), make_customer(consent=False)

    finish(start(MERGE_INTO, "merge", "place"))

    assert set(Order.objects.values_list("customer", flat=True)) == {keeper.pk}
    assert CustomerStats.objects.get(customer=keeper).revenue == Decimal(150)
    assert not OrderStanding.objects.filter(customer=duplicate).exists()


def test_an_order_paid_while_its_customer_is_merged_neither_deadlocks_nor_loses_the_event():
    keeper, duplicate = make_customer(consent=False), make_customer(consent=False)
    order = make_order(customer=duplicate, total=Decimal(10))

    with transaction.atomic():
        merge(keeper, duplicate, at=NOW)
        processes = start(PAY, "b")
        wait_until_it_waits(processes[0])
    finish(processes)

    paid = Event.objects.get(kind="order.paid")
    assert (paid.customer, paid.order) == (keeper, order)


def test_a_newer_word_about_an_order_that_another_process_places_meanwhile_is_heard():
    Source.objects.create(kind="webhook", name="Till")

    finish(start(TELL, "a", "b"))

    assert list(Order.objects.values_list("total", flat=True)) == [11] * 15
