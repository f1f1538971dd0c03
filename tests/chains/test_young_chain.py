"""A chain that many entered since the planner's figures were taken."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from chains.engine.enrol.control_group import control_entries
from chains.engine.enrol.eligibility import EntryRequest, eligible
from chains.program import program
from tests.chains.factories import fill_due, live_chain, marketing, message
from tests.conftest import NOW

pytestmark = pytest.mark.django_db


def plan_of(query):
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {query}")
        return "\n".join(line for (line,) in cursor.fetchall())


def test_who_is_in_it_already_is_looked_up_by_customer(shop):
    """Known to the planner it looked like one row, whatever the customer, and all who are in it were read each time."""
    for name in ("Old", "Older", "Oldest"):
        fill_due(live_chain(message(), name=name), customers=5_000)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE chains_enrolment")
    young = live_chain(
        message(),
        marketing(),
        event="order.delivered",
        name="Young",
        re_entry="after_days",
        re_entry_days=1,
        control_share=10,
    )
    people = fill_due(young, customers=5_000)
    held = program.load([young.version_id])[young.version_id]
    entries = [EntryRequest(held, one.pk, NOW + dt.timedelta(days=2)) for one in people[:20]]

    with CaptureQueriesContext(connection) as asked:
        eligible(entries, NOW)
        control_entries(entries)

    plans = [plan_of(query["sql"]) for query in asked if 'FROM "chains_enrolment"' in query["sql"]]
    assert len(plans) == 3
    for plan in plans:
        assert "enrolment_entered_once" in plan, plan
