"""Guard's claim and its delivery against a real mail server that misbehaves."""

import datetime as dt
import socket
from uuid import uuid4

import pytest
from aiosmtpd.controller import Controller
from django.core import mail

from chains.engine.deliver.deliver import deliver
from chains.engine.deliver.outcomes import MOST_ATTEMPTS
from chains.engine.deliver.recover import recover
from chains.engine.guard.guard import LEASE, guard
from chains.engine.run import tick
from chains.explain.reasons import sentence
from chains.models import Enrolment, Touch
from chains.stats.lateness import overdue
from tests.chains.factories import live_chain, make_template, marketing, message
from tests.conftest import NOW, make_customer

pytestmark = pytest.mark.django_db

MINUTE = dt.timedelta(minutes=1)
DAY = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def kettle_shop(shop):
    return shop


class Server:
    """Takes letters unless told how to answer an address; `drops` breaks the line after that many more letters."""

    def __init__(self):
        self.taken, self.answers, self.drops = [], {}, set()

    async def handle_RCPT(self, server, session, envelope, address, options):
        answer = self.answers.get(address, "250 OK")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server, session, envelope):
        self.taken += envelope.rcpt_tos
        if self.drops & set(envelope.rcpt_tos):
            server.transport.abort()
        return "250 OK"


@pytest.fixture
def server(settings):
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


@pytest.fixture
def chains():
    return {
        "service": live_chain(message(name="service"), event="asked"),
        "marketing": live_chain(marketing(name="marketing"), event="asked"),
    }


def due(chains, purpose="service", email=None, due_at=NOW):
    """A touch that is due, as advance writes it."""
    chain = chains[purpose]
    step = chain.version.program["steps"][0]
    customer = make_customer(email=email)
    enrolment = Enrolment.objects.create(
        chain=chain,
        version=chain.version,
        customer=customer,
        triggered_at=due_at,
        arrived_at=due_at,
        status="finished",
        ending="last_step",
        ended_at=due_at,
    )
    return Touch.objects.create(
        enrolment=enrolment,
        chain=chain,
        customer=customer,
        step_key=step["key"],
        step_name=step["name"],
        channel="email",
        purpose=purpose,
        due_at=due_at,
        useful_until=due_at + 3 * DAY,
    )


def state(touch):
    touch.refresh_from_db()
    return touch.status, touch.reason


def test_a_temporary_refusal_is_tried_again_later(server, chains):
    touch = due(chains, email="busy@example.com")
    server.answers["busy@example.com"] = "450 4.2.1 Mailbox busy"

    assert tick(NOW)["retried"] == 1
    assert state(touch) == ("scheduled", "temporary")
    assert sentence(touch) == "Waits: a temporary failure, tried 1 time (450 4.2.1 Mailbox busy)"
    assert set(tick(NOW + MINUTE).values()) == {0}

    server.answers.clear()
    tick(NOW + 2 * MINUTE)
    assert state(touch) == ("sent", "")
    assert server.taken == ["busy@example.com"]


def test_a_server_away_for_a_night_loses_no_letter(server, chains):
    touch = due(chains, email="busy@example.com")
    server.answers["busy@example.com"] = "421 4.3.2 Maintenance"
    while touch.due_at < NOW + dt.timedelta(hours=12):
        tick(touch.due_at)
        assert state(touch)[0] == "scheduled"
    server.answers.clear()

    while state(touch)[0] == "scheduled":
        tick(touch.due_at)

    assert state(touch) == ("sent", "")
    assert touch.attempts > MOST_ATTEMPTS


def test_a_refusal_without_end_is_tried_while_the_letter_is_of_use(server, chains):
    touch = due(chains, email="busy@example.com")
    server.answers["busy@example.com"] = "450 4.2.1 Mailbox busy"

    while state(touch)[0] == "scheduled":
        tick(touch.due_at)

    assert state(touch) == ("missed", "too_late")
    assert sentence(touch) == "Not sent: too late to be useful, after waiting: a temporary failure"
    assert touch.useful_until < touch.due_at


def test_a_letter_whose_fate_stays_uncertain_is_given_up(server, chains):
    touch = due(chains, email="cut@example.com")
    server.drops = {"cut@example.com"}

    while state(touch)[0] == "scheduled":
        tick(touch.due_at)

    assert state(touch) == ("failed", "gave_up")
    assert len(server.taken) == MOST_ATTEMPTS


def test_a_mailbox_that_does_not_exist_is_marked(server, chains):
    touch = due(chains, email="gone@example.com")
    server.answers["gone@example.com"] = "550 5.1.1 No such user"

    tick(NOW)

    assert state(touch) == ("failed", "rejected")
    assert touch.contact.state == "bounced"
    again = due(chains)
    again.customer = touch.customer
    again.save()
    tick(NOW + MINUTE)
    assert state(again) == ("skipped", "bad_address")


def test_one_refused_letter_holds_no_other_up(server, chains):
    touches = [due(chains, email=f"customer-{number}@example.com") for number in range(60)]
    server.answers["customer-7@example.com"] = "550 5.1.1 No such user"
    server.answers["customer-55@example.com"] = "450 4.2.1 Mailbox busy"

    counts = tick(NOW)

    assert (counts["sent"], counts["failed"], counts["retried"]) == (58, 1, 1)
    assert len(server.taken) == len(set(server.taken)) == 58
    assert Touch.objects.filter(pk__in=[touch.pk for touch in touches], status="sent").count() == 58


def test_a_line_cut_after_the_letter_leaves_marketing_uncertain_and_sends_service_again(server, chains):
    offer = due(chains, "marketing", "offer@example.com")
    thanks = due(chains, "service", "thanks@example.com")
    server.drops = {"offer@example.com", "thanks@example.com"}

    tick(NOW)
    assert state(offer) == ("unknown", "interrupted")
    assert state(thanks) == ("scheduled", "interrupted")
    server.drops = set()
    tick(NOW + 5 * MINUTE)

    assert state(thanks) == ("sent", "")
    assert sorted(server.taken) == ["offer@example.com", "thanks@example.com", "thanks@example.com"]


def test_a_server_that_is_down_keeps_everything_waiting(settings, chains):
    settings.EMAIL_BACKEND = "chains.channels.email.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", 9, 5
    touches = [due(chains, "marketing") for _number in range(3)]

    tick(NOW)

    assert {state(touch) for touch in touches} == {("scheduled", "temporary")}


def test_what_was_claimed_by_a_worker_that_died_is_released(chains):
    touch = due(chains, "marketing")
    guard(NOW, uuid4())
    assert state(touch) == ("claimed", "")

    assert recover(NOW + LEASE - MINUTE).total() == 0
    assert recover(NOW + LEASE)["retried"] == 1
    tick(NOW + LEASE)

    assert state(touch) == ("sent", "")
    assert len(mail.outbox) == 1


def test_what_was_being_sent_by_a_worker_that_died_is_settled_by_its_purpose(chains):
    offer, thanks = due(chains, "marketing"), due(chains, "service")
    guard(NOW, uuid4())
    Touch.objects.leased().update(status="sending")

    tick(NOW + LEASE)

    assert state(offer) == ("unknown", "interrupted")
    assert state(thanks) == ("sent", "")
    assert [letter.to for letter in mail.outbox] == [[thanks.contact.address]]
    assert mail.outbox[0].extra_headers["Message-ID"] == thanks.message_id


def test_a_worker_that_lost_its_lease_begins_nothing(chains):
    touch = due(chains)
    lease = uuid4()
    guard(NOW, lease)

    counts = deliver(NOW, lease, clock=lambda: NOW + LEASE + MINUTE)

    assert counts["sent"] == 0
    assert mail.outbox == []
    assert state(touch) == ("claimed", "")


def test_a_slice_stops_before_its_lease_does(chains):
    touches = [due(chains) for _number in range(3)]
    lease = uuid4()
    guard(NOW, lease)
    clock = iter([NOW] * 4 + [NOW + LEASE] * 20)

    deliver(NOW, lease, clock=lambda: next(clock))

    assert sorted(state(touch)[0] for touch in touches) == ["scheduled", "scheduled", "sent"]
    tick(NOW + LEASE)
    assert len(mail.outbox) == 3


def test_guard_run_twice_claims_once(chains):
    due(chains)

    assert guard(NOW, uuid4())["claimed"] == 1
    assert guard(NOW, uuid4()).total() == 0


def test_deliver_run_twice_sends_once(chains):
    due(chains)
    lease = uuid4()
    guard(NOW, lease)

    assert deliver(NOW, lease)["sent"] == 1
    assert deliver(NOW, lease).total() == 0
    assert len(mail.outbox) == 1


def test_a_channel_that_is_not_set_up_any_more_says_so(chains, channels_connected, settings):
    template = make_template()
    template.texts.update(channel="sms")
    touch = due({"service": live_chain(message(template=template), event="asked")})
    settings.SMS = {}
    touch.customer.contacts.create(channel="sms", address="+79991234567")

    tick(NOW)

    assert state(touch) == ("failed", "no_channel")


def test_lateness_shows_the_oldest_due_touch(chains):
    due(chains, due_at=NOW - DAY)
    due(chains, "marketing")
    due(chains, due_at=NOW + DAY)

    late = overdue(NOW)

    assert (late.count, late.oldest_due_at) == (2, NOW - DAY)


@pytest.mark.parametrize("step", ["claimed", "sending"])
def test_the_customers_week_counts_what_is_on_its_way(chains, shop, step):
    shop.weekly_cap = 1
    shop.save()
    first = due(chains, "marketing")
    guard(NOW, uuid4())
    Touch.objects.filter(pk=first.pk).update(status=step)
    second = due(chains, "marketing")
    Touch.objects.filter(pk=second.pk).update(customer=first.customer)

    guard(NOW, uuid4())

    assert state(second)[1] == "weekly_cap"


def test_a_paged_claim_takes_service_before_marketing(chains):
    offer = due(chains, "marketing", due_at=NOW - DAY)
    thanks = due(chains, "service")

    guard(NOW, uuid4(), limit=1)

    assert (state(offer)[0], state(thanks)[0]) == ("scheduled", "claimed")
