"""How the engine is set going: by hand, by beat, by a bell."""

import json
import logging

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.utils import timezone
from django_celery_beat.models import PeriodicTask

from chains.models import Enrolment
from chains.tasks import run_engine
from crm.events import BELL
from segments.models import Segment
from tests.chains.factories import live_chain, message
from tests.conftest import NOW, make_order

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def kettle_shop(shop):
    return shop


def test_tick_makes_one_whole_pass_and_prints_its_counts(capsys):
    live_chain(message())
    make_order(placed_at=NOW.replace(hour=13))

    call_command("tick", "--at=2026-03-10T16:00:00+03:00")

    counts = json.loads(capsys.readouterr().out)
    assert (counts["entered"], counts["advanced"], counts["claimed"], counts["sent"]) == (1, 1, 1, 1)
    assert len(mail.outbox) == 1


def test_tick_without_a_moment_acts_now(capsys):
    call_command("tick")

    counts = json.loads(capsys.readouterr().out)
    assert counts.pop("segments") == Segment.objects.active().count()
    assert set(counts.values()) == {0}


def test_a_replay_lets_in_who_entered_a_segment_meanwhile(capsys):
    repeat = Segment.objects.get(key="repeat")
    live_chain(message(), event="segment.entered", trigger_segment=repeat, re_entry="once")
    customer = make_order(placed_at=NOW.replace(hour=13)).customer
    call_command("tick", "--at=2026-03-10T16:00:00+03:00")
    make_order(customer=customer, placed_at=NOW.replace(hour=14))

    call_command("tick", "--at=2026-03-10T17:00:00+03:00")

    before, after = map(json.loads, capsys.readouterr().out.splitlines())
    assert before["entered"] == 0
    assert after["entered"] > 0
    assert Enrolment.objects.get().customer == customer


@pytest.mark.parametrize("at", ["yesterday", "2026-13-01", ""])
def test_tick_refuses_what_is_no_moment(at):
    with pytest.raises(CommandError, match="is not a moment"):
        call_command("tick", f"--at={at}")


def test_the_task_sends_what_is_due_now_and_says_so_in_the_log(caplog, shop):
    now = timezone.now()
    shop.quiet_from = shop.quiet_until
    shop.save()
    live_chain(message(), at=now)
    make_order(placed_at=timezone.now())

    with caplog.at_level(logging.INFO, logger="chains.tasks"):
        run_engine()

    assert len(mail.outbox) == 1
    assert "Chains: entered 1, advanced 1, scheduled 1, claimed 1, sent 1, events" in caplog.text


def test_beat_rings_the_task_that_facts_ring_too():
    row = PeriodicTask.objects.get(name="Run chains")

    assert row.task == run_engine.name == BELL
    assert row.interval.every == row.expire_seconds == 5
