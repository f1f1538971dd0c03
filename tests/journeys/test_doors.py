"""The orders of a shop through every door, as roughly as it can come: what Encore knows is what a file would have told.

Each order is told in that shop's own messages, shuffled, each of them twice; one in ten fails the first time; two
processes take them, and one is killed in the middle. ENCORE_DOORS_ORDERS says how many orders of the real shop are
told, 0 being all of them: `make soak` does.
"""

import io
import json
import os
import random
import signal
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone

from chains.engine.run import tick
from chains.models import Enrolment
from crm.intake import deliveries
from crm.intake.doors import read
from crm.intake.files.import_file import import_file
from crm.intake.sources import new_secret
from crm.models import Delivery, Order, Source
from tests.chains.factories import live_chain, message
from tests.journeys.doors import recounted, shop_orders
from tests.journeys.doors.messages import DOORS
from tests.journeys.recount import DAY, HOUR

pytestmark = pytest.mark.django_db(transaction=True)

WORKER = Path(__file__).parent / "doors" / "worker.py"
OF_OLIST = int(os.environ.get("ENCORE_DOORS_ORDERS", "30"))
MADE_UP = 40
SHOPS = [
    pytest.param(lambda: shop_orders.made_up(MADE_UP), id="a shop made up"),
    pytest.param(lambda: shop_orders.of_olist(OF_OLIST), id="olist", marks=pytest.mark.real_data),
]


@pytest.fixture(scope="module")
def workers(django_db_setup):
    """Loaded once for all doors; they fork."""
    environment = os.environ | {"PYTHONPATH": str(settings.BASE_DIR), "DJANGO_SETTINGS_MODULE": "config.settings"}
    process = subprocess.Popen(
        [sys.executable, str(WORKER), connection.settings_dict["NAME"]],
        cwd=settings.BASE_DIR, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    with process:
        yield process
        process.stdin.close()


@pytest.fixture
def chain(shop):
    return live_chain(message(), event="order.delivered", re_entry="per_order", at=timezone.now() - 4_000 * DAY)


@pytest.mark.parametrize("orders_of", SHOPS)
@pytest.mark.parametrize("door", DOORS)
def test_orders_come_to_the_same_by_every_door(door, orders_of, chain, workers, tmp_path):
    purchases = orders_of()
    expected, report = told_by_file(purchases, tmp_path)
    assert expected == recounted.recounted(purchases)
    source = connected(door)

    tell(messages_of(door, purchases, source), tmp_path, workers)
    finish()

    assert recounted.known() == expected
    assert report_of_all() == report
    assert entered(chain) == recounted.delivered(purchases)


def connected(door):
    kind = DOORS[door][0]
    return Source.objects.create(kind=kind, name=door, secret=new_secret(kind), requests_a_minute=10**6)


def messages_of(door, purchases, source):
    told = [asdict(one) for one in DOORS[door][1](purchases, source)] * 2
    random.Random(11).shuffle(told)
    return told


def told_by_file(purchases, folder):
    """What the import makes of them, and the report; nothing of it stays."""
    path = folder / "orders.csv"
    shop_orders.write_file(purchases, path)
    with transaction.atomic():
        imported = import_file("orders", path, now=timezone.now())
        assert imported.is_applied, imported.problems
        result = recounted.known(), report_of_all()
        transaction.set_rollback(True)
    return result


def report_of_all():
    out = io.StringIO()
    call_command("report", "--json", stdout=out)
    return json.loads(out.getvalue())


def tell(messages, folder, workers):
    """Two processes with half of the messages each; one dies in the middle, and all of its half is sent again."""
    halves = [folder / "half", folder / "other-half"]
    for place, path in enumerate(halves):
        path.write_text(json.dumps(messages[place::2]))
    workers.stdin.write(f"{json.dumps([str(path) for path in halves])}\n")
    workers.stdin.flush()
    assert json.loads(workers.stdout.readline() or "[]") == [-signal.SIGKILL, 0, 0]


def finish():
    """What two were at in one moment, or what waits, is tried again within the hour."""
    while deliveries.apply_due(timezone.now() + HOUR, read):
        pass
    assert set(Delivery.objects.values_list("status", "reason")) <= {("applied", "")}


def entered(chain):
    while any(tick(timezone.now()).values()):
        pass
    entries = Enrolment.objects.filter(chain=chain).values_list("customer__contacts__address", "order__number")
    assert Order.objects.exists()
    return sorted(entries)
