"""Asking for a rehearsal on its page: once, watched, stopped, and what remains of a worker that died."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from chains.models import Rehearsal
from chains.simulate.rehearsal import job
from chains.simulate.rehearsal.period import RehearsalPeriod
from tests.chains.factories import draft_chain, marketing, message, wait
from tests.conftest import make_customer, make_order

pytestmark = pytest.mark.django_db(transaction=True)

DAY = dt.timedelta(days=1)


@pytest.fixture
def asked(shop):
    """A chain with an order in its past, and a rehearsal of it that waits for a worker."""
    now = timezone.now()
    make_order(customer=make_customer(consent=False), placed_at=now - 5 * DAY, delivered_at=now - 4 * DAY)
    chain = draft_chain(message(name="Thanks"), wait(1, "hours", since="delivered"), marketing(name="Offer"))
    return job.start(chain, RehearsalPeriod.of((now - 8 * DAY).date(), (now - DAY).date(), now), now)


def test_a_worker_runs_it_once_and_the_page_shows_what_it_told(asked, admin_client):
    assert job.run(asked.pk) == "done"
    assert job.run(asked.pk) == ""

    asked.refresh_from_db()
    assert (asked.status, asked.share, asked.result["entered"]) == ("done", 1, 1)
    page = admin_client.get(address(asked)).content.decode()
    assert "Messages a day" in page
    assert "no consent 1" in page
    letter = admin_client.get(reverse("admin:chains_sample", args=[asked.chain_id, asked.pk, 0]))
    assert "sandbox" in letter["Content-Security-Policy"]
    assert b"Good day" in letter.content


def test_days_without_orders_are_told_from_a_chain_that_nobody_enters(asked, admin_client):
    job.stop(asked, timezone.now())
    now = timezone.now()

    def told(first, last):
        rehearsal = job.start(asked.chain, RehearsalPeriod.of((now - first).date(), (now - last).date(), now), now)
        assert job.run(rehearsal.pk) == "done"
        return admin_client.get(address(rehearsal)).content.decode()

    empty = told(40 * DAY, 30 * DAY)
    Rehearsal.objects.filter(status="done").delete()
    asked.chain.trigger_event = "order.paid"
    asked.chain.save()
    unentered = told(8 * DAY, DAY)

    assert "the shop has no orders from then" in empty
    assert "Nobody would have entered in these days." in unentered


def address(rehearsal):
    return reverse("admin:chains_chain_rehearsal", args=[rehearsal.chain_id])


def test_a_second_click_finds_the_first(asked):
    now = timezone.now()

    again = job.start(asked.chain, RehearsalPeriod.of((now - 3 * DAY).date(), (now - DAY).date(), now), now)

    assert again == asked
    assert Rehearsal.objects.count() == 1


def test_while_one_runs_the_next_waits_and_then_has_its_turn(asked, monkeypatch):
    now = timezone.now()
    other = job.start(draft_chain(message()), RehearsalPeriod.of((now - 3 * DAY).date(), (now - DAY).date(), now), now)
    Rehearsal.objects.filter(pk=other.pk).update(status="running", heard_at=now)
    sent = []
    monkeypatch.setattr(job, "_send", sent.append)

    assert job.run(asked.pk) == ""
    asked.refresh_from_db()
    assert asked.status == "waiting"
    Rehearsal.objects.filter(pk=other.pk).update(status="waiting", heard_at=now)
    assert job.run(other.pk) == "done"

    assert sent == [asked.pk]


def test_it_stops_when_somebody_says_so(asked, admin_client, monkeypatch):
    monkeypatch.setattr(job, "REPORT_EVERY_SECONDS", 0)
    heard = []

    def stop_meanwhile(chain, period, watch):
        def first_stop(share, live_session):
            if not heard:
                with live_session.active():
                    heard.append(admin_client.post(stop_address(asked)).status_code)
            watch(share, live_session)

        return rehearse(chain, period, first_stop)

    rehearse = job.rehearse
    monkeypatch.setattr(job, "rehearse", stop_meanwhile)

    assert job.run(asked.pk) == "stopped"

    asked.refresh_from_db()
    assert (asked.status, asked.result, heard) == ("stopped", None, [302])


def stop_address(rehearsal):
    return reverse("admin:chains_chain_rehearsal_stop", args=[rehearsal.chain_id, rehearsal.pk])


def test_a_worker_that_died_leaves_a_failure_in_words_and_room_for_the_next(asked, admin_client):
    Rehearsal.objects.update(status="running", heard_at=timezone.now() - dt.timedelta(minutes=3))

    page = admin_client.get(address(asked)).content.decode()

    asked.refresh_from_db()
    assert asked.status == "failed"
    assert "The worker stopped" in page
    assert 'name="first_on"' in page


def test_asking_on_the_page_needs_the_right_to_change_chains(asked, client, django_user_model):
    client.force_login(django_user_model.objects.create_user("bob", password="x", is_staff=True))

    assert client.post(address(asked), {"first_on": "2026-01-01", "last_on": "2026-01-02"}).status_code == 403
    assert client.post(stop_address(asked)).status_code == 403
    asked.refresh_from_db()
    assert asked.status == "waiting"


def test_the_page_says_which_days_cannot_be_rehearsed(asked, admin_client):
    job.stop(asked, timezone.now())

    page = admin_client.post(address(asked), {"first_on": "2026-02-02", "last_on": "2026-02-01"}).content.decode()

    assert "The last day lies before the first." in page
