import datetime as dt
import json

import pytest

from chains.engine.run import tick
from chains.explain.reasons import sentence
from chains.models import Touch
from crm.models import StaffTask
from crm.privacy.erase import erase
from crm.privacy.export import export_person
from tests.chains.factories import live_chain, message, task
from tests.conftest import make_customer, make_order

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ann(now, shop):
    """Annabel, who got a letter and is to be called."""
    live_chain(message(), task("Call her"), at=now - dt.timedelta(days=1))
    order = make_order(customer=make_customer(first_name="Annabel"), total=10, placed_at=now)
    tick(now + dt.timedelta(minutes=1))
    StaffTask.objects.update(outcome="Annabel was glad", script="Ask Annabel")
    return order.customer


def test_the_export_tells_what_was_sent_and_done(ann):
    told = export_person(ann)

    assert [touch["subject"] for touch in told["touches"] if touch["subject"]] == ["Hello Annabel", "Call her"]
    assert told["staff_tasks"][0]["outcome"] == "Annabel was glad"
    assert told["chains"][0]["status"] == "finished"


def test_erasure_blanks_what_was_written_and_nothing_more_is_sent(ann, now):
    Touch.objects.update(reason="weekly_cap", facts={"days": ["2026-03-02"], "cap": 3})

    certificate = erase(ann, at=now + dt.timedelta(hours=1))

    assert "Annabel" not in json.dumps(export_person(ann))
    assert certificate["erased"]["touches"] == 2
    assert certificate["erased"]["staff_tasks"] == 1
    assert StaffTask.objects.get().status == StaffTask.Status.DROPPED
    assert all(sentence(touch) for touch in Touch.objects.all())
    assert tick(now + dt.timedelta(days=9))["sent"] == 0
