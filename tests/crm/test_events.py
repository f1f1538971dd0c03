import pytest
from django.db import transaction

from config.celery import app
from crm.events import record, record_many
from crm.models import Event, EventInbox
from tests.conftest import make_customer

pytestmark = pytest.mark.django_db


@pytest.fixture
def bell(settings):
    """Messages that reached the broker, by the name of their task."""
    settings.ENCORE_RING = True
    with app.connection_for_write() as connection:
        queue = connection.SimpleQueue("encore")
        queue.clear()

        def heard():
            names = []
            while True:
                try:
                    message = queue.get(block=False)
                except queue.Empty:
                    return names
                message.ack()
                names.append((message.headers["task"], message.headers["expires"] is not None))

        yield heard
        queue.clear()
        queue.close()


def test_a_fact_is_logged_and_waits_for_the_chains(now):
    customer = make_customer(consent=False)

    event = record("page.viewed", customer=customer, occurred_at=now, source="site", key="1", properties={"url": "/k"})

    stored = Event.objects.get()
    assert (stored.pk, stored.kind, stored.customer, stored.properties) == (
        event.pk,
        "page.viewed",
        customer,
        {"url": "/k"},
    )
    assert EventInbox.objects.filter(consumer="chains", event=stored, customer=customer).count() == 1


def test_a_key_counts_once_within_its_source(now):
    customer = make_customer(consent=False)
    told = {"customer": customer, "occurred_at": now, "key": "1"}

    assert record("page.viewed", source="site", **told)
    assert record("page.viewed", source="site", **told) is None
    assert record("page.viewed", source="till", **told)

    assert (Event.objects.count(), EventInbox.objects.count()) == (2, 2)


def test_history_waits_for_nobody_and_rings_nothing(now, bell, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True) as callbacks:
        record("x", customer=make_customer(consent=False), occurred_at=now, source="s", key="1", is_historic=True)

    assert not EventInbox.objects.exists()
    assert (callbacks, bell()) == ([], [])


def test_a_batch_takes_one_query_and_returns_what_was_new(now, django_assert_num_queries):
    customer = make_customer(consent=False)
    record("x", customer=customer, occurred_at=now, source="s", key="2")
    drafts = [Event(kind="x", customer=customer, occurred_at=now, source="s", key=str(key)) for key in (3, 2, 1, 3)]

    with django_assert_num_queries(1):
        fresh = record_many(drafts)

    assert [event.key for event in fresh] == ["1", "3"]
    assert set(Event.objects.values_list("pk", "key")) >= {(event.pk, event.key) for event in fresh}
    assert record_many([]) == []


def test_the_bell_rings_once_a_transaction_and_only_after_it(now, bell, django_capture_on_commit_callbacks):
    customer = make_customer(consent=False)

    with django_capture_on_commit_callbacks(execute=True):
        for key in "123":
            record("x", customer=customer, occurred_at=now, source="s", key=key)
        assert bell() == []

    assert bell() == [("chains.tasks.run_engine", True)]


def test_a_fact_taken_back_rings_nothing(now, bell, django_capture_on_commit_callbacks):
    customer = make_customer(consent=False)

    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
        record("x", customer=customer, occurred_at=now, source="s", key="1")
        transaction.set_rollback(True)
    assert bell() == []

    with django_capture_on_commit_callbacks(execute=True):
        with transaction.atomic():
            record("x", customer=customer, occurred_at=now, source="s", key="1")
            transaction.set_rollback(True)
        record("x", customer=customer, occurred_at=now, source="s", key="2")
    assert len(bell()) == 1


def test_properties_come_back_as_they_were(now):
    told = {"text": "“ё” \\ ' \" {}", "list": [1, None, 2.5], "deep": {"a": {"b": True}}}

    record("x", customer=make_customer(consent=False), occurred_at=now, source="s", key="1", properties=told)

    assert Event.objects.get().properties == told
