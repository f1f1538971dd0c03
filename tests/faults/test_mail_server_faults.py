"""A mail server that hangs, hangs up or refuses at each point of the talk: nothing lost, no advertising twice."""

import datetime as dt
import logging

import pytest

from chains.channels.email.sending_settings import email
from chains.channels.email.smtp_timeouts import ANSWER_SECONDS, GOODBYE_SECONDS, LETTER_SECONDS
from chains.engine.deliver.breaker import OPENS_AFTER
from chains.engine.deliver.deliver import MARGIN
from chains.engine.guard.guard import LEASE
from chains.engine.run import tick
from chains.models import ChannelState, Touch
from tests.chains.factories import fill_due, live_chain, marketing, message
from tests.conftest import NOW
from tests.faults.mail_server import DRIP, DRIPS, DROP, HANG, MailServer

pytestmark = pytest.mark.django_db

MINUTE = dt.timedelta(minutes=1)
PATIENCE = 0.5

WAITS = ("scheduled", "temporary")
UNCERTAIN = ("scheduled", "interrupted")
LEFT_OPEN = ("unknown", "interrupted")
REFUSED = ("failed", "rejected")
BUSY, GONE = "451 4.3.0 Busy", "550 5.1.1 No such user"

# Point, what happens there, what becomes of a service letter and of a marketing letter, the state of the address.
TROUBLES = [
    ("greeting", HANG, WAITS, WAITS, "active"),
    ("greeting", DROP, WAITS, WAITS, "active"),
    ("greeting", "421 4.3.2 Too busy", WAITS, WAITS, "active"),
    ("greeting", "554 5.3.2 Nobody here", WAITS, WAITS, "active"),
    ("mail", HANG, WAITS, WAITS, "active"),
    ("mail", DROP, WAITS, WAITS, "active"),
    ("mail", BUSY, WAITS, WAITS, "active"),
    ("mail", "550 5.7.1 Sender unknown", WAITS, WAITS, "active"),
    ("rcpt", HANG, WAITS, WAITS, "active"),
    ("rcpt", DROP, WAITS, WAITS, "active"),
    ("rcpt", BUSY, WAITS, WAITS, "active"),
    ("rcpt", GONE, REFUSED, REFUSED, "bounced"),
    ("data", HANG, WAITS, WAITS, "active"),
    ("data", DROP, WAITS, WAITS, "active"),
    ("data", BUSY, WAITS, WAITS, "active"),
    ("data", "554 5.6.0 No letters", REFUSED, REFUSED, "active"),
    # Cut in the middle, or after the last line: whoever sent it cannot tell the one from the other.
    ("content", DROP, UNCERTAIN, LEFT_OPEN, "active"),
    ("dot", HANG, UNCERTAIN, LEFT_OPEN, "active"),
    ("dot", DROP, UNCERTAIN, LEFT_OPEN, "active"),
    ("dot", BUSY, WAITS, WAITS, "active"),
    ("dot", "554 5.7.1 Spam", REFUSED, REFUSED, "active"),
    ("dot", GONE, REFUSED, REFUSED, "bounced"),
]


@pytest.fixture(params=[False, True], ids=["one by one", "pipelining"])
def server(request, settings):
    with MailServer(pipelines=request.param) as server:
        settings.EMAIL_BACKEND = "chains.channels.email.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = server.server_address
        settings.EMAIL_TIMEOUT = 30
        yield server


@pytest.fixture
def due(shop):
    """So many due touches of a purpose, in the order they are sent."""

    def fill(step, count=1):
        people = fill_due(live_chain(step(), event="asked"), customers=count)
        return list(Touch.objects.filter(customer__in=people).order_by("id"))

    return fill


def state(touch):
    touch.refresh_from_db()
    return touch.status, touch.reason


@pytest.mark.parametrize(
    ("point", "trouble", "of_service", "of_marketing", "address"),
    TROUBLES,
    ids=[f"{point}: {trouble}" for point, trouble, *_after in TROUBLES],
)
def test_nothing_is_lost_and_no_advertising_doubled(
    server, due, settings, point, trouble, of_service, of_marketing, address
):
    [thanks], [offer] = due(message), due(marketing)
    server.troubles = {point: trouble}
    settings.EMAIL_TIMEOUT = PATIENCE if trouble == HANG else 30

    tick(NOW)

    assert (state(thanks), state(offer)) == (of_service, of_marketing)
    assert {thanks.contact.state, offer.contact.state} == {address}
    server.troubles, settings.EMAIL_TIMEOUT = {}, 30
    tick(NOW + 10 * MINUTE)
    tick(NOW + 20 * MINUTE)
    for touch, first in ((thanks, of_service), (offer, of_marketing)):
        assert state(touch)[0] == ("sent" if first[0] == "scheduled" else first[0])
    may_have_arrived = point == "dot" and trouble in (HANG, DROP)
    assert server.arrived[thanks.message_id] == (of_service != REFUSED) + may_have_arrived
    assert server.arrived[offer.message_id] == (may_have_arrived or of_marketing == WAITS)


def test_one_bad_address_of_a_slice_whose_refusal_ends_the_connection_holds_nobody_up(server, due):
    letters = due(message, 12)
    bad = letters[1::2]
    server.only = {touch.customer.contacts.get().address for touch in bad}
    server.troubles, server.hangs_up = {"rcpt": GONE}, {"rcpt"}

    counts = tick(NOW)

    assert (counts["sent"], counts["failed"], counts["retried"]) == (6, 6, 0)
    assert {state(touch) for touch in bad} == {REFUSED}
    assert {touch.contact.state for touch in bad} == {"bounced"}
    assert sum(server.arrived.values()) == 6
    assert not ChannelState.objects.down().exists()


@pytest.mark.parametrize("point", ["greeting", "rcpt", "dot"])
def test_a_server_that_drips_is_left_like_one_that_hangs(server, due, monkeypatch, point):
    monkeypatch.setattr("chains.channels.email.smtp_timeouts.LETTER_SECONDS", PATIENCE)
    offer = due(marketing)[0]
    server.troubles = {point: DRIP}

    tick(NOW)

    assert state(offer) == (LEFT_OPEN if point == "dot" else WAITS)
    assert offer.facts["error"] == "The mail server did not answer in time."
    assert 0 < server.drips < DRIPS


def test_a_server_that_hangs_in_the_middle_of_a_connection_is_not_asked_again_at_once(server, due, settings):
    settings.EMAIL_TIMEOUT = PATIENCE
    first, second = due(message, 2)
    server.only = {second.customer.contacts.get().address}
    server.troubles = {"rcpt": HANG}

    tick(NOW)

    assert (state(first), state(second)) == (("sent", ""), WAITS)
    assert server.connections == 1


def test_a_server_that_does_not_say_goodbye_keeps_no_outcome_back(server, due, monkeypatch):
    monkeypatch.setattr("chains.channels.email.smtp_timeouts.GOODBYE_SECONDS", PATIENCE)
    offer = due(marketing)[0]
    server.troubles = {"quit": DRIP}

    tick(NOW)

    assert state(offer) == ("sent", "")
    assert server.drips < DRIPS


def test_a_server_that_hangs_shuts_the_channel_and_the_log_says_so_until_it_works_again(
    server, due, settings, client, caplog
):
    settings.EMAIL_TIMEOUT = 0.1
    letters = due(message, 8)
    server.troubles = {"greeting": HANG}

    with caplog.at_level(logging.WARNING, "chains"):
        tick(NOW)
        tries, down = server.connections, client.get("/healthz")
        server.troubles, settings.EMAIL_TIMEOUT = {}, 30
        tick(NOW + 10 * MINUTE)

    assert tries == OPENS_AFTER
    assert down.status_code == 503
    assert "email does not work since" in down.json()["channels"]["words"]
    assert "The mail server did not answer in time." not in down.content.decode()
    shut, works = [record.getMessage() for record in caplog.records if record.name.startswith("chains")]
    assert shut.startswith("email does not work, it is left alone until 2026-03-10 12:01:00")
    assert shut.endswith("The mail server did not answer in time.")
    assert works == "email works again"
    assert {state(touch) for touch in letters} == {("sent", "")}


def test_a_hang_ends_before_a_lease_does():
    options = email("smtp://mail.example.com")

    assert options["EMAIL_TIMEOUT"] <= ANSWER_SECONDS < LETTER_SECONDS
    assert LETTER_SECONDS + GOODBYE_SECONDS < MARGIN.total_seconds() < LEASE.total_seconds()
