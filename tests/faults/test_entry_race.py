"""Entering, publishing, moving and resuming with two real connections at work at once."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from chains.definition import pausing, publishing
from chains.engine.advance.advance import advance
from chains.engine.advance.version_move import move
from chains.engine.enrol.enrol import enrol
from chains.engine.guard.guard import guard
from chains.engine.pause_release import release
from chains.models import Chain, Enrolment, Entrant, Touch
from tests.chains.factories import draft_chain, live_chain, message, wait
from tests.conftest import NOW, make_customer, make_order

pytestmark = pytest.mark.django_db(transaction=True)

HOUR = dt.timedelta(hours=1)
DAY = dt.timedelta(days=1)
LATER = NOW + 2 * HOUR


@pytest.fixture(autouse=True)
def kettle_shop(shop):
    Chain.objects.all().delete()
    return shop


def together(*works):
    """Each work in a thread with a connection of its own, begun at one moment."""
    start = Barrier(len(works))

    def run(work):
        try:
            connection.ensure_connection()
            start.wait()
            return work()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as pool:
        return [future.result(timeout=120) for future in [pool.submit(run, work) for work in works]]


def until_nothing(verb, now, limit=3):
    def work():
        total = 0
        while done := verb(now, limit=limit).total():
            total += done
        return total

    return work


def test_two_workers_share_the_room_of_a_chain_with_a_limit():
    live_chain(message(), surge_limit=7)
    for number in range(30):
        make_order(placed_at=NOW + HOUR + number * dt.timedelta(seconds=1))

    together(until_nothing(enrol, LATER), until_nothing(enrol, LATER))

    assert Enrolment.objects.count() == 7
    assert Entrant.objects.kept_out().count() == 23


def test_two_workers_let_everybody_of_the_past_in_once():
    orders = [make_order(placed_at=NOW - day * DAY) for day in range(1, 29)]
    publishing.publish(draft_chain(message()), NOW, let_in=publishing.LetIn(NOW - 30 * DAY))

    together(until_nothing(enrol, NOW), until_nothing(enrol, NOW))
    until_nothing(enrol, NOW)()

    assert Enrolment.objects.count() == len(orders)
    assert not Entrant.objects.exists()


def test_two_workers_enrol_the_crowd_of_a_calendar_day_once():
    for _number in range(25):
        make_customer()
    live_chain(message(), trigger="moment", trigger_on=dt.date(2026, 3, 11), re_entry="per_order")

    together(until_nothing(enrol, NOW + DAY), until_nothing(enrol, NOW + DAY))
    until_nothing(enrol, NOW + DAY)()

    assert Enrolment.objects.count() == 25
    assert not Entrant.objects.exists()


def test_two_clicks_at_once_publish_one_version():
    chain = draft_chain(message())

    versions = together(*[lambda: publishing.publish(chain, NOW).pk] * 4)

    assert len(set(versions)) == 1
    assert chain.versions.count() == 1


def test_people_are_moved_while_others_walk_them():
    chain = live_chain(message(name="first"), wait(3), message(name="gone"), wait(5), message(name="last"))
    for number in range(30):
        make_order(placed_at=NOW + HOUR + number * dt.timedelta(minutes=1))
    until_nothing(enrol, LATER, 100)()
    until_nothing(advance, LATER, 100)()
    chain.steps.filter(name="gone").delete()
    publishing.publish(chain, NOW + 3 * DAY, moves_people=True)

    together(
        until_nothing(move, NOW + 4 * DAY), until_nothing(advance, NOW + 4 * DAY), until_nothing(move, NOW + 4 * DAY)
    )
    # Moving passes by whom a worker that walks them holds; the next pass finds them.
    until_nothing(move, NOW + 4 * DAY, 100)()
    until_nothing(advance, NOW + 20 * DAY, 100)()

    chain.refresh_from_db()
    assert set(Enrolment.objects.values_list("version", "status")) == {(chain.version_id, "finished")}
    assert Touch.objects.filter(step_name="first").count() == 30
    assert Touch.objects.filter(step_name="last").count() == 30


def test_a_chain_is_resumed_while_workers_go_over_it():
    chain = live_chain(message(name="first"), wait(1), message(name="second"))
    for number in range(20):
        make_order(placed_at=NOW + HOUR + number * dt.timedelta(minutes=1))
    until_nothing(enrol, LATER, 100)()
    until_nothing(advance, LATER, 100)()
    pausing.pause(chain, LATER)
    now = NOW + 3 * DAY

    together(
        until_nothing(advance, now),
        until_nothing(lambda now, limit: guard(now, limit=limit), now),
        lambda: pausing.resume(chain, now, "send"),
    )
    release(now)
    until_nothing(advance, now, 100)()
    until_nothing(lambda now, limit: guard(now, limit=limit), now, 100)()

    assert not Enrolment.objects.active().exists()
    assert Touch.objects.scheduled().filter(reason="chain_paused").count() == 0
    assert Touch.objects.filter(step_name="second").count() == 20
    assert not Touch.objects.filter(status="missed").exists()
