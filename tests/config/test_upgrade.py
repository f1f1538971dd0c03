"""A shop of an older release is brought to today's schema with everything it had."""

import json
import subprocess
import sys

import pytest
from django.conf import settings
from django.db import connection

BEFORE = {
    "facts came in live": {
        "crm": "0002_sources_of_facts",
        "segments": "0002_watch_changes",
        "chains": "0003_order_corrections",
        "analytics": "0001_initial",
        "config": "0003_facts_in",
    },
    "it was proved on the inputs of strangers": {
        "crm": "0015_site_script",
        "segments": "0002_watch_changes",
        "chains": "0006_sign_up_forms",
        "analytics": "0001_initial",
        "config": "0012_sign_up_forms",
    },
}
UPGRADE = """
import json, sys
import django
django.setup()
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
connection.settings_dict["NAME"] = sys.argv[1]
before = json.loads(sys.argv[2])
executor = MigrationExecutor(connection)
everything = [key for key in executor.loader.graph.leaf_nodes() if key[0] not in before]
targets = [*everything, *before.items()]
executor.migrate(targets)
old = executor.loader.project_state(targets).apps
from django.utils import timezone
now = timezone.now()
ann = old.get_model("crm", "Customer").objects.create(external_id="7", first_name="Ann", city="Omsk")
old.get_model("crm", "Contact").objects.create(customer=ann, channel="email", address="ann@example.com")
kettle = old.get_model("crm", "Product").objects.create(sku="K-1", name="Kettle", price=50)
order = old.get_model("crm", "Order").objects.create(
    number="1001", customer=ann, placed_at=now, currency="EUR", total=50, discount=5
)
old.get_model("crm", "OrderLine").objects.create(order=order, product=kettle, quantity=1, price=55)
old.get_model("crm", "Coupon").objects.create(customer=ann, code="ABCD", kind="percent", value=10, key="c")
case = old.get_model("crm", "Case").objects.create(
    customer=ann, kind="question", subject="Where?", channel="email", opened_at=now
)
for direction in ("received", "sent"):
    old.get_model("crm", "CaseMessage").objects.create(
        case=case, direction=direction, address="telegram:42", text="Where?", occurred_at=now
    )
event = old.get_model("crm", "Event").objects.create(
    kind="order.placed", customer=ann, order=order, occurred_at=now, source="till", key="1001"
)
old.get_model("crm", "EventInbox").objects.create(consumer="chains", event=event, customer=ann)
old.get_model("crm", "Case").objects.create(customer=ann, kind="complaint", subject="The lid", opened_at=now)
old.get_model("crm", "ConsentRecord").objects.create(
    customer=ann, channel="email", address="ann@example.com", purpose="marketing", action="granted",
    occurred_at=now, source="till",
)
old.get_model("segments", "Segment").objects.create(name="All", rule={"all": []})
old.get_model("chains", "Chain").objects.create(name="Thanks", trigger_event="order.delivered")
template = old.get_model("chains", "MessageTemplate").objects.create(name="Thanks")
old.get_model("chains", "TemplateText").objects.create(
    template=template, language="en", subject="Thanks", body="Enjoy **it**.",
    cta_label="See", cta_url="https://shop.example/", picture_url="{{ product.picture_url }}",
)
till = old.get_model("crm", "Source").objects.create(kind="webhook", name="Till", secret="whsec_old")
old.get_model("crm", "Delivery").objects.create(
    source=till, key="m1", topic="order.updated", subject="order 1001",
    payload={"type": "order.updated", "data": {"number": "1001", "paid_at": now.isoformat()}},
)
call_command("migrate", verbosity=0)
from crm.figures.stats import rebuild
from crm.intake import deliveries
from crm.intake.doors import read
from chains.models import Chain, MessageBlock
from crm.models import (
    Case, CaseMessage, ConsentRecord, Coupon, Customer, CustomerStats, Event, EventInbox, Order, Source
)
from segments.models import Segment
rebuild()
applied = deliveries.apply_due(timezone.now(), read)
order = Order.objects.get()
print(json.dumps({
    "customer": [Customer.objects.get().first_name, Customer.objects.get().address],
    "order": [str(order.total), str(order.total_in_shop_currency), order.paid_at is not None],
    "revenue": str(CustomerStats.objects.get().revenue),
    "secret": Source.objects.get().secret,
    "coupon": Coupon.objects.get().code,
    "applied": applied,
    "letters": [
        [letter.channel, letter.address, letter.case.channel, letter.failed_at is not None]
        for letter in CaseMessage.objects.select_related("case")
    ],
    "kept": [str(Event.objects.filter(key="1001").get().order_id == order.pk),
             Case.objects.get(kind="complaint").subject, ConsentRecord.objects.get().action,
             Segment.objects.get(name="All").rule, Chain.objects.get().name],
    "blocks": [[block.kind, block.content] for block in MessageBlock.objects.order_by("position")],
    "waiting": EventInbox.objects.filter(event__key="1001", consumer="chains").count(),
}))
"""


@pytest.fixture
def empty_database(django_db_blocker):
    name = f"{connection.settings_dict['NAME']}_upgrade"
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}"')
        cursor.execute(f'CREATE DATABASE "{name}"')
        yield name
        cursor.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.mark.parametrize("before", BEFORE.values(), ids=BEFORE)
def test_a_database_with_data_is_upgraded(empty_database, before):
    command = [sys.executable, "-c", UPGRADE, empty_database, json.dumps(before)]

    done = subprocess.run(command, cwd=settings.BASE_DIR, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {
        "customer": ["Ann", ""],
        "order": ["50.00", "50.00", True],
        "revenue": "50.00",
        "secret": "whsec_old",
        "coupon": "ABCD",
        "applied": {"applied": 1},
        # What was "sent" to telegram:42 went to a mail server.
        "letters": [["telegram", "42", "messenger", False], ["telegram", "42", "messenger", True]],
        "kept": ["True", "The lid", "granted", {"all": []}, "Thanks"],
        "blocks": [
            ["picture", {"url": "{{ product.picture_url }}", "alt": "{{ product.name }}", "link": ""}],
            ["words", {"source": "Enjoy **it**."}],
            ["button", {"label": "See", "link": "https://shop.example/"}],
        ],
        "waiting": 1,
    }
