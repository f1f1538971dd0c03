"""A broker that is down costs a beat interval, never a fact."""

import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.db import connection

from crm.models import CustomerStats, EventInbox, Order
from tests.conftest import make_customer

pytestmark = pytest.mark.django_db(transaction=True)

PLACE = """
import datetime as dt, sys, time
from decimal import Decimal
import django
django.setup()
from django.db import connection
connection.settings_dict["NAME"] = sys.argv[1]
from crm.orders import orders
from crm.models import Customer
now = dt.datetime(2026, 3, 10, 12, tzinfo=dt.UTC)
customer = Customer.objects.get()
began = time.monotonic()
orders.place("A-1", customer=customer, placed_at=now, total=Decimal(10))
print("seconds:", time.monotonic() - began)
"""


def test_an_order_is_recorded_while_the_broker_is_down():
    customer = make_customer(consent=False)
    nobody_listens = "amqp://guest:guest@127.0.0.1:9//"

    done = subprocess.run(
        [sys.executable, "-c", PLACE, connection.settings_dict["NAME"]],
        cwd=settings.BASE_DIR,
        env=os.environ | {"CELERY_BROKER_URL": nobody_listens, "ENCORE_RING": "true"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert float(done.stdout.rpartition("seconds:")[2]) < 3
    assert Order.objects.get().customer == customer
    assert CustomerStats.objects.get().orders_count == 1
    assert EventInbox.objects.get(consumer="chains").event.kind == "order.placed"
    assert "Connection refused" in done.stdout + done.stderr
