"""What may pass to a channel: its rate over all workers, and its provider's health, against a real mail server."""

import datetime as dt
import socket
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from aiosmtpd.controller import Controller
from django.db import connection

from chains.engine.deliver.deliver import deliver
from chains.engine.deliver.throttle import take
from chains.engine.guard.guard import guard
from chains.engine.run import run, tick
from chains.explain.reasons import sentence
from chains.models import ChannelState, Touch
from tests.chains.factories import fill_due, live_chain, marketing, message
from tests.conftest import NOW

pytestmark = pytest.mark.django_db

MINUTE = dt.timedelta(minutes=1)
SECOND = dt.timedelta(seconds=1)


class Server:
    """Takes letters, or answers everybody as a test says."""

    def __init__(self):
        self.taken, self.asked, self.answer, self.refused = [], 0, "", ""

    async def handle_MAIL(self, server, session, envelope, address, options):
        self.asked += 1
        envelope.mail_from = address
        return self.answer or "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):
        if not self.refused:
            envelope.rcpt_tos.append(address)
        return self.refused or "250 OK"

    async def handle_DATA(self, server, session, envelope):
        self.taken += envelope.rcpt_tos
        return "250 OK"


@pytest.fixture
def server(settings, shop):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    handler = Server()
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    settings.EMAIL_BACKEND = "chains.channels.email.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", port, 5
    yield handler
    controller.stop()


def waiting(reason):
    return Touch.objects.filter(status="scheduled", reason=reason)


def test_a_server_that_is_down_is_left_alone_after_a_few_letters(server):
    fill_due(live_chain(message(), event="asked"), customers=120)
    server.answer = "421 4.3.2 Maintenance"

    tick(NOW)

    state = ChannelState.objects.get(pk="email")
    assert server.asked == 5
    assert (state.opened_at, state.resumes_at) == (NOW, NOW + MINUTE)
    assert state.last_error == "421 4.3.2 Maintenance"
    assert waiting("temporary").count() == 5
    assert set(waiting("channel_down").values_list("due_at", "attempts")) == {(NOW + MINUTE, 0)}
    assert sentence(waiting("channel_down").first()) == "Waits: the channel is down (421 4.3.2 Maintenance)"


def test_one_letter_tries_whether_the_server_is_back(server):
    fill_due(live_chain(message(), event="asked"), customers=20)
    server.answer = "421 4.3.2 Maintenance"
    tick(NOW)

    tick(NOW + MINUTE)
    assert server.asked == 6
    assert ChannelState.objects.get().resumes_at == NOW + 3 * MINUTE

    server.answer = ""
    tick(NOW + 3 * MINUTE)
    tick(NOW + 10 * MINUTE)
    assert len(server.taken) == len(set(server.taken)) == 20
    assert not ChannelState.objects.down().exists()
    assert ChannelState.objects.get().failures == 0


def test_one_worker_of_many_tries(server):
    fill_due(live_chain(message(), event="asked"), customers=20)
    ChannelState.objects.create(channel="email", failures=5, openings=1, opened_at=NOW, resumes_at=NOW)
    leases = [uuid4(), uuid4()]
    for lease in leases:
        guard(NOW, lease, limit=10)
    server.answer = "421 4.3.2 Maintenance"

    for lease in leases:
        deliver(NOW, lease)

    assert server.asked == 1


def test_a_refused_recipient_says_nothing_about_the_server(server):
    fill_due(live_chain(message(), event="asked"), customers=20)
    server.refused = "550 5.1.1 No such user"

    tick(NOW)

    assert Touch.objects.filter(status="failed").count() == 20
    assert not ChannelState.objects.exists()


def test_an_untroubled_channel_writes_no_state(server):
    fill_due(live_chain(message(), event="asked"), customers=3)
    lease = uuid4()
    guard(NOW, lease)

    deliver(NOW, lease)

    assert len(server.taken) == 3
    assert not ChannelState.objects.exists()


def test_a_rate_lets_so_many_go_and_service_first(server, settings):
    settings.CHANNEL_RATES = {"email": 10}
    fill_due(live_chain(marketing(), event="asked"), customers=15)
    service = fill_due(live_chain(message(), event="asked"), customers=5)

    tick(NOW)

    assert len(server.taken) == 10
    assert {f"customer{person.pk}@example.com" for person in service} <= set(server.taken)
    late = waiting("rate_limit")
    assert sorted(late.values_list("due_at", flat=True)) == [NOW + SECOND / 10 * n for n in range(1, 11)]
    assert set(late.values_list("attempts", flat=True)) == {0}

    tick(NOW + SECOND)
    assert len(server.taken) == 20


def test_a_rate_holds_in_any_second_however_often_it_is_asked():
    granted = [take("sms", 10, 500, NOW + SECOND * step / 20) for step in range(101)]

    assert sum(granted) == 10 + 50
    assert granted[0] == 10


def test_a_slow_rate_lets_one_go_at_a_time():
    granted = [take("sms", 0.5, 5, NOW + SECOND * step) for step in range(7)]

    assert granted == [1, 0, 1, 0, 1, 0, 1]


def test_a_clock_that_jumps_back_grants_nothing_twice():
    assert take("sms", 10, 10, NOW) == 10
    assert take("sms", 10, 10, NOW - MINUTE) == 0
    assert take("sms", 10, 10, NOW) == 0


@pytest.mark.django_db(transaction=True)
def test_many_workers_together_take_no_more_than_the_rate():
    def worker(_number):
        try:
            return sum(take("sms", 20, 7, NOW) for _turn in range(5))
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(worker, range(6))) == 20


def test_a_running_worker_waits_for_what_the_rate_lets_go(server, settings):
    settings.CHANNEL_RATES = {"email": 20}
    fill_due(live_chain(message(), event="asked"), customers=50)
    start = dt.datetime.now(dt.UTC)

    run(lambda: NOW + (dt.datetime.now(dt.UTC) - start), 30)

    assert len(server.taken) == 50
    assert dt.datetime.now(dt.UTC) - start > SECOND
