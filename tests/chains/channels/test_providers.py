"""Every channel with a provider: what each of its answers, and none, says about a message."""

import datetime as dt
from email.utils import format_datetime

import pytest
from django.utils import timezone

from chains.channels import http
from chains.channels.registry import senders
from chains.channels.sender import Result
from chains.channels.sms import twilio
from chains.models import ChannelState, Touch
from crm.models import Contact, Shop
from tests.chains.channels.provider import closed_address, running_provider
from tests.chains.channels.setups import SETUPS, outgoing, set_up
from tests.chains.factories import live_chain, make_template, message
from tests.conftest import NOW, make_customer

pytestmark = pytest.mark.django_db

SECOND = dt.timedelta(seconds=1)


@pytest.fixture(autouse=True)
def _fresh_registry():
    yield
    senders.cache_clear()


@pytest.fixture
def provider():
    with running_provider() as found:
        yield found


@pytest.fixture(params=SETUPS)
def named(request):
    return request.param


@pytest.fixture
def ready(named, provider, settings):
    """A channel, an address it reaches, and its setup."""
    provider.says(*SETUPS[named].taken)
    return *set_up(named, provider.url, settings), SETUPS[named]


def sent(channel, *batch):
    return list(channel.deliver(batch, Shop()))


def test_takes_a_message(ready, provider):
    channel, address, _setup = ready

    outcomes = sent(channel, outgoing(address, 1), outgoing(address, 2))

    assert [outcome.result for outcome in outcomes] == [Result.SENT, Result.SENT]
    assert [outcome.touch_id for outcome in outcomes] == [1, 2]
    assert len(provider.requests) == 2


def test_nothing_is_attempted_before_it_is_asked_for(ready, provider):
    channel, address, _setup = ready

    attempts = channel.deliver([outgoing(address, 1), outgoing(address, 2)], Shop())
    next(attempts)
    attempts.close()

    assert len(provider.requests) == 1


def test_one_rejected_recipient_is_marked_and_holds_nobody_up(ready, provider):
    channel, address, setup = ready

    attempts = channel.deliver([outgoing(address, 1), outgoing(address, 2)], Shop())
    provider.says(*setup.rejected)
    first = next(attempts)
    provider.says(*setup.taken)
    second = next(attempts)

    assert (first.result, first.contact_state, first.is_providers_fault) == (Result.PERMANENT, setup.state, False)
    assert second.result is Result.SENT


def test_a_pause_asked_for_is_kept_and_is_no_failure(ready, provider):
    channel, address, _setup = ready
    provider.says(429, {"message": "slow down"}, Retry_After="17")

    (outcome,) = sent(channel, outgoing(address))

    assert (outcome.result, outcome.pause, outcome.is_providers_fault) == (Result.TEMPORARY, 17 * SECOND, False)


def test_a_broken_provider_is_at_fault(ready, provider):
    channel, address, _setup = ready
    provider.says(500, {"message": "oops"})

    (outcome,) = sent(channel, outgoing(address))

    assert (outcome.result, outcome.is_providers_fault) == (Result.TEMPORARY, True)
    assert outcome.detail.startswith("500")


def test_a_wrong_key_is_nobodys_address(named, ready, provider):
    channel, address, _setup = ready
    provider.says(401, {"message": "unauthorized", "ok": False})

    (outcome,) = sent(channel, outgoing(address))

    assert (outcome.result, outcome.is_providers_fault, outcome.contact_state) == (Result.TEMPORARY, True, "")


def test_a_message_taken_without_an_answer_is_uncertain(ready, provider):
    channel, address, _setup = ready
    provider.mode = "drops"

    (outcome,) = sent(channel, outgoing(address))

    assert (outcome.result, outcome.is_providers_fault) == (Result.UNKNOWN, True)
    assert len(provider.requests) == 1


def test_a_provider_that_hangs_is_left_after_a_time(ready, provider, monkeypatch):
    channel, address, _setup = ready
    for module in (http, twilio, *(__import__(f"chains.channels.{name}", fromlist=["x"]) for name in LIMITED)):
        monkeypatch.setattr(module, "TIMEOUT", (0.5, 0.5))
    provider.mode = "hangs"

    (outcome,) = sent(channel, outgoing(address))

    assert (outcome.result, outcome.is_providers_fault) == (Result.UNKNOWN, True)


LIMITED = ("sms.gateway", "telegram.sender", "push.sender")


def test_nobody_listening_means_nothing_was_sent(named, settings):
    channel, address = set_up(named, closed_address(), settings)

    (outcome,) = sent(channel, outgoing(address))

    assert (outcome.result, outcome.is_providers_fault) == (Result.TEMPORARY, True)
    assert "TEST-token" not in outcome.detail
    assert "secret" not in outcome.detail


def test_an_answer_that_leads_elsewhere_is_not_followed(ready, provider):
    channel, address, _setup = ready
    provider.says(302, Location=f"{provider.url}/elsewhere")

    (outcome,) = sent(channel, outgoing(address))

    assert outcome.result is not Result.SENT
    assert [request.path for request in provider.requests if request.path == "/elsewhere"] == []


def test_a_date_to_come_back_at_is_understood():
    pause = http.asked_pause(format_datetime(timezone.now() + 90 * SECOND))

    assert 85 * SECOND < pause <= 90 * SECOND


@pytest.mark.parametrize("written", ["", "soon", "-5", "9" * 400])
def test_a_pause_that_cannot_be_read_is_short_and_never_endless(written):
    assert dt.timedelta(0) < http.asked_pause(written) <= dt.timedelta(hours=1)


def due(channel, address):
    template = make_template(channel=channel, words="Hello")
    chain = live_chain(message(template=template), event="asked")
    customer = make_customer(email="")
    Contact.objects.create(customer=customer, channel=channel, address=address, marketing_consent="granted")
    from chains.models import Enrolment

    enrolment = Enrolment.objects.create(
        chain=chain, version=chain.version, customer=customer, triggered_at=NOW, arrived_at=NOW,
        status="finished", ending="last_step", ended_at=NOW,
    )  # fmt: skip
    step = chain.version.program["steps"][0]
    return Touch.objects.create(
        enrolment=enrolment, chain=chain, customer=customer, step_key=step["key"], channel=channel, purpose="service",
        due_at=NOW, useful_until=NOW + dt.timedelta(days=3),
    )  # fmt: skip


def test_a_touch_goes_the_whole_way(ready, provider, shop):
    from chains.engine.run import tick

    _channel, address, setup = ready
    touch = due(setup.channel, address)

    assert tick(NOW)["sent"] == 1
    assert tick(NOW)["sent"] == 0

    touch.refresh_from_db()
    assert (touch.status, touch.channel, len(provider.requests)) == ("sent", setup.channel, 1)
    if setup.taken[1]:
        assert touch.facts["provider_id"] in ("m-1", "SM1", "7")


def test_a_rejected_address_is_not_tried_again(ready, provider, shop):
    from chains.engine.run import tick

    _channel, address, setup = ready
    touch = due(setup.channel, address)
    provider.says(*setup.rejected)

    tick(NOW)

    touch.refresh_from_db()
    assert (touch.status, touch.reason, touch.contact.state) == ("failed", "rejected", setup.state)
    assert not ChannelState.objects.exists()


def test_a_pause_holds_the_whole_channel(ready, provider, shop):
    from chains.engine.run import tick

    _channel, address, setup = ready
    touches = [due(setup.channel, address) for _number in range(3)]
    provider.says(429, Retry_After="60")

    tick(NOW)

    assert len(provider.requests) == 1
    for touch in touches:
        touch.refresh_from_db()
    assert sorted((touch.status, touch.reason) for touch in touches) == [
        ("scheduled", "rate_limit"), ("scheduled", "rate_limit"), ("scheduled", "temporary"),
    ]  # fmt: skip
    assert not ChannelState.objects.down().exists()
    provider.says(*setup.taken)
    tick(NOW + 60 * SECOND)
    tick(NOW + 10 * 60 * SECOND)
    assert Touch.objects.filter(status="sent").count() == 3
