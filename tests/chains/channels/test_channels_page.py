"""The page of channels: what is set up, what is down, trying again and trying out."""

import datetime as dt
import json

import pytest
from django.contrib.auth.models import Group, User
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from chains.channels.registry import senders
from chains.engine.deliver.throttle import try_channel_again
from chains.models import ChannelState, Touch
from tests.chains.channels.provider import closed_address, running_provider
from tests.chains.channels.setups import SETUPS, browser_keys, set_up
from tests.chains.written_messages import make_touch
from tests.conftest import NOW

pytestmark = pytest.mark.django_db
PAGE = "/admin/chains/channelstate/"


@pytest.fixture(autouse=True)
def _fresh_registry():
    senders.cache_clear()
    yield
    senders.cache_clear()


@pytest.fixture
def provider():
    with running_provider() as found:
        yield found


def login(client, role):
    user = User.objects.create_user(role, "mia@example.com", "pw", is_staff=True)
    user.groups.add(Group.objects.get(name=role))
    client.force_login(user)
    return client


@pytest.fixture
def marketer(client, shop):
    return login(client, "Marketing")


def down(channel="email", **fields):
    given = {"failures": 5, "openings": 1, "opened_at": NOW, "last_error": "421 Maintenance", "failed_at": NOW}
    return ChannelState.objects.create(
        channel=channel, resumes_at=timezone.now() + dt.timedelta(minutes=5), **given | fields
    )


def said(answer):
    return [str(message) for message in answer.context["messages"]]


def test_says_how_to_set_up_what_is_not(marketer, client):
    page = marketer.get(PAGE).content.decode()
    client.force_login(User.objects.create_superuser("root"))
    to_whoever_runs_it = client.get(PAGE).content.decode()

    for name in ("EMAIL_URL", "SMS_URL", "TELEGRAM_TOKEN", "PUSH_CONTACT"):
        assert name not in page
        assert name in to_whoever_runs_it
    assert page.count("not set up") == 3
    assert page.count("Whoever runs Encore at your shop does that.") == 4


def test_says_what_is_down_there_and_on_the_chains_page(marketer):
    down()

    page = marketer.get(PAGE).content.decode()
    assert "421 Maintenance" in page
    assert "Try again now" in page
    chains = marketer.get(reverse("admin:chains_chain_changelist")).content.decode()
    assert "Email is down" in chains


def test_health_names_a_channel_that_is_down(client, shop):
    down("sms")

    answer = client.get("/healthz")

    assert answer.status_code == 503
    assert answer.json()["channels"]["words"] == (
        "sms does not work since 2026-03-10 12:00 UTC: the page of channels says why."
    )


def test_trying_again_makes_what_waits_due(marketer):
    down()
    waiting = make_touch(
        status="scheduled", reason="channel_down", sent_at=None, due_at=timezone.now() + dt.timedelta(1)
    )
    other = make_touch(status="scheduled", reason="quiet_hours", sent_at=None, due_at=timezone.now() + dt.timedelta(1))

    marketer.post(f"{PAGE}email/again/")

    assert ChannelState.objects.get().resumes_at <= timezone.now()
    assert list(Touch.objects.due(timezone.now())) == [waiting]
    assert other not in Touch.objects.due(timezone.now())


def test_trying_again_twice_changes_nothing_more():
    down()
    now = timezone.now()
    make_touch(status="scheduled", reason="channel_down", sent_at=None, due_at=now + dt.timedelta(1))

    assert try_channel_again("email", now) == 1
    assert try_channel_again("email", now) == 0
    assert try_channel_again("sms", now) == 0


@pytest.mark.parametrize("name", ["gateway", "twilio", "telegram"])
def test_a_test_goes_to_ones_own_address(marketer, settings, provider, name):
    provider.says(*SETUPS[name].taken)
    set_up(name, provider.url, settings)
    setup = SETUPS[name]

    answer = marketer.post(f"{PAGE}{setup.channel}/test-message/", {"address": setup.address}, follow=True)

    assert said(answer) == ["The provider took it: look whether it arrives."]
    assert len(provider.requests) == 1


def test_a_push_is_tried_in_ones_own_browser_and_nothing_is_kept(marketer, settings, provider):
    from chains.models import PushSubscription

    provider.says(201)
    set_up("push", provider.url, settings)
    before = PushSubscription.objects.count()
    told = {"endpoint": f"{provider.url}/push/me", "keys": browser_keys()}

    answer = marketer.post(f"{PAGE}push/test-message/", {"subscription": json.dumps(told)}, follow=True)

    assert said(answer) == ["The provider took it: look whether it arrives."]
    assert PushSubscription.objects.count() == before


def test_an_email_is_tried(marketer):
    answer = marketer.post(f"{PAGE}email/test-message/", {"address": "Mia@Example.com"}, follow=True)

    assert said(answer) == ["The provider took it: look whether it arrives."]
    assert [letter.to for letter in mail.outbox] == [["mia@example.com"]]


def test_a_test_that_fails_says_why(marketer, settings):
    set_up("gateway", closed_address(), settings)

    answer = marketer.post(f"{PAGE}sms/test-message/", {"address": "+79991234567"}, follow=True)
    assert said(answer)[0].startswith("It could not be sent: ConnectionError")

    answer = marketer.post(f"{PAGE}sms/test-message/", {"address": "12"}, follow=True)
    assert said(answer)[0].startswith("It could not be sent: “12”")


def test_the_bot_is_connected_by_a_button(marketer, settings, provider):
    set_up("telegram", provider.url, settings)
    provider.says(200, {"ok": True, "result": {"username": "Kettle_Bot"}})

    answer = marketer.post(f"{PAGE}telegram/register/", follow=True)

    assert said(answer) == ["The bot is connected: customers can press Start."]
    told = provider.requests[-1].json
    assert told["url"].endswith("/hooks/telegram/")
    assert len(told["secret_token"]) == 64


def test_a_token_of_another_bot_is_noticed(marketer, settings, provider):
    set_up("telegram", provider.url, settings)
    provider.says(200, {"ok": True, "result": {"username": "other_bot"}})

    answer = marketer.post(f"{PAGE}telegram/register/", follow=True)

    assert said(answer) == ["Telegram did not take it: the token belongs to the bot @other_bot, not to @kettle_bot"]


def test_support_and_strangers_stay_out(client, shop):
    assert client.post(f"{PAGE}email/again/").status_code == 302
    login(client, "Support")
    for address in (PAGE, f"{PAGE}email/again/", f"{PAGE}email/test-message/", f"{PAGE}telegram/register/"):
        answer = client.post(address) if address != PAGE else client.get(address)
        assert answer.status_code == 403
    assert mail.outbox == []


def test_a_manager_looks_and_does_nothing(client, shop):
    down()
    login(client, "Managers")

    assert "Try again now" not in client.get(PAGE).content.decode()
    assert client.post(f"{PAGE}email/again/").status_code == 403
    assert client.get(f"{PAGE}email/again/").status_code == 405


def test_a_channel_nobody_set_up_cannot_be_tried(marketer):
    assert marketer.post(f"{PAGE}sms/test-message/", {"address": "+79991234567"}).status_code == 404
    assert marketer.post(f"{PAGE}staff_task/test-message/", {"address": "x"}).status_code == 404
