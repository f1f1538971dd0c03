"""Anybody may subscribe a browser: a service that fails holds up those who have it, and nobody else."""

import pytest

from chains.channels.push.sender import PushSender
from chains.channels.sender import Result
from chains.models import ChannelState, Touch
from crm.models import Shop
from tests.chains.channels.provider import closed_address, running_provider
from tests.chains.channels.setups import outgoing, set_up, subscribed
from tests.chains.channels.test_providers import due
from tests.conftest import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def provider():
    with running_provider() as provider:
        yield provider


@pytest.fixture
def gone():
    """Where nobody listens."""
    return closed_address()


@pytest.fixture
def ours(provider, gone, settings):
    """A customer's browser, whose service works."""
    _sender, address = set_up("push", provider.url, settings)
    settings.PUSH_SERVICES = [provider.url, gone]
    provider.says(201, b"")
    return address


def test_a_strangers_service_that_does_not_answer_keeps_nothing_from_others(ours, gone, provider, shop):
    from chains.engine.run import tick

    strangers = [due("push", subscribed(f"{gone}/push/{number}").key) for number in range(8)]
    touch = due("push", ours)

    for _pass in range(2):
        tick(NOW)

    touch.refresh_from_db()
    assert touch.status == "sent"
    assert len(provider.requests) == 1
    assert not ChannelState.objects.down().exists()
    assert not ChannelState.objects.paused(NOW).exists()
    waiting = Touch.objects.filter(pk__in=[stranger.pk for stranger in strangers])
    assert set(waiting.values_list("status", "reason")) == {("scheduled", "temporary")}


@pytest.mark.parametrize("answer", [(500, b"oops"), (401, b"key mismatch"), (405, b""), (429, b"slow down")], ids=str)
def test_no_answer_of_one_service_is_the_channels_fault_while_there_are_others(ours, provider, gone, answer):
    subscribed(f"{gone}/push/1")
    provider.says(*answer)

    first, second = PushSender().deliver([outgoing(ours, 1), outgoing(ours, 2)], Shop())

    assert (first.is_providers_fault, first.pause) == (False, None)
    assert first.result is not Result.PERMANENT
    assert (second.result, second.detail) == (Result.TEMPORARY, first.detail)
    assert len(provider.requests) == 1


def test_a_gone_browser_says_nothing_of_its_service(ours, provider, gone):
    subscribed(f"{gone}/push/1")
    provider.says(410, b"gone")

    first, second = PushSender().deliver([outgoing(ours, 1), outgoing(ours, 2)], Shop())

    assert (first.result, second.result) == (Result.PERMANENT, Result.PERMANENT)
    assert len(provider.requests) == 2
