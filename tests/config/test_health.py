import datetime as dt

import pytest
from django.utils import timezone
from django_celery_beat.models import PeriodicTask

from chains.models import ChannelState, Enrolment, Touch
from config import health
from config.celery import app
from tests.chains.factories import live_chain, message
from tests.conftest import make_customer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shop")]


@pytest.fixture
def beating():
    """Beat did its rounds a moment ago."""
    PeriodicTask.objects.update(last_run_at=timezone.now())


def make_due_touch(due_at, **fields):
    chain = live_chain(message())
    customer = make_customer()
    enrolment = Enrolment.objects.create(
        chain=chain,
        version=chain.version,
        customer=customer,
        entry_key="1",
        triggered_at=due_at,
        arrived_at=due_at,
        due_at=due_at,
    )
    return Touch.objects.create(
        enrolment=enrolment,
        chain=chain,
        customer=customer,
        step_key="letter",
        channel=Touch.Channel.EMAIL,
        purpose="service",
        due_at=due_at,
        useful_until=due_at + dt.timedelta(days=2),
        **fields,
    )


def ask(client):
    answer = client.get("/healthz")
    return answer.status_code, answer.json()


def test_all_is_well_when_nothing_waits_and_beat_runs(client, beating):
    code, body = ask(client)

    assert code == 200
    assert body["status"] == "ok"
    assert body["touches"] == {"status": "ok", "overdue": 0, "oldest_due_at": None}


def test_is_never_kept_by_a_cache(client, beating):
    assert "no-store" in client.get("/healthz").headers["Cache-Control"]


def test_says_when_the_schedule_never_ran(client):
    code, body = ask(client)

    assert code == 503
    assert body["beat"]["status"] == "never"


def test_says_since_when_the_schedule_stands_still(client):
    stopped_at = timezone.now() - dt.timedelta(hours=1)
    PeriodicTask.objects.update(last_run_at=stopped_at)

    code, body = ask(client)

    assert code == 503
    assert body["beat"]["status"] == "late"
    assert dt.datetime.fromisoformat(body["beat"]["last_run_at"]) - stopped_at < dt.timedelta(seconds=1)


def test_gives_the_schedule_the_time_its_most_frequent_task_needs():
    PeriodicTask.objects.filter(interval__isnull=False).update(enabled=False)
    now = timezone.now()
    PeriodicTask.objects.update(last_run_at=now - dt.timedelta(hours=20))

    assert health.beat(now)["status"] == "ok"


def test_counts_what_is_a_moment_late_without_alarm(client, beating):
    due_at = timezone.now() - dt.timedelta(minutes=1)
    make_due_touch(due_at)

    code, body = ask(client)

    assert code == 200
    assert body["touches"]["overdue"] == 1
    assert dt.datetime.fromisoformat(body["touches"]["oldest_due_at"]) - due_at < dt.timedelta(seconds=1)


def test_raises_the_alarm_when_work_is_due_and_nobody_works(client, beating):
    make_due_touch(timezone.now() - dt.timedelta(minutes=6))

    code, body = ask(client)

    assert code == 503
    assert "nobody sends them" in body["touches"]["words"]


def test_does_not_count_what_is_done(client, beating):
    an_hour_ago = timezone.now() - dt.timedelta(hours=1)
    make_due_touch(an_hour_ago, status=Touch.Status.SENT, sent_at=an_hour_ago)

    code, body = ask(client)

    assert code == 200
    assert body["touches"]["overdue"] == 0


def test_says_when_the_broker_is_gone(client, beating):
    before = app.conf.broker_write_url
    app.conf.broker_write_url = "amqp://guest:guest@127.0.0.1:1//"
    try:
        code, body = ask(client)
    finally:
        app.conf.broker_write_url = before

    assert code == 503
    assert body["broker"]["status"] == "down"
    assert body["database"]["status"] == "ok"


def break_channel():
    now = timezone.now()
    ChannelState.objects.update_or_create(
        channel="email",
        defaults={
            "failures": 5,
            "openings": 1,
            "opened_at": now,
            "resumes_at": now,
            "last_error": "535 ann@example.com is suspended",
        },
    )


def test_tells_strangers_that_a_channel_is_down_without_the_providers_words(client, beating):
    break_channel()

    code, body = ask(client)

    assert code == 503
    assert body["channels"]["words"].startswith("email does not work since ")
    assert body["channels"]["words"].endswith("UTC: the page of channels says why.")


def test_tells_staff_what_the_provider_said(client, beating, django_user_model):
    break_channel()
    client.force_login(django_user_model.objects.create_user("ann", is_staff=True))

    _code, body = ask(client)

    assert body["channels"]["words"].endswith("UTC: 535 ann@example.com is suspended")
