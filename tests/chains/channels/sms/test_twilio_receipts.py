import pytest
from twilio.request_validator import RequestValidator

from chains.channels.sms.settings import sms
from chains.models import Touch
from crm.models import Contact, Event
from tests.chains.channels.email.letters import sent_touch
from tests.chains.channels.provider import running_provider

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shop")]

SECRET = "secret"


@pytest.fixture
def touch(now, settings):
    settings.SMS = sms("twilio://AC1:secret@+15005550006", {})
    return sent_touch(now)


def tell(client, touch, secret=SECRET, **told):
    path = f"/hooks/sms/twilio/{touch.token}/"
    told = {"MessageSid": "SM1", **told}
    signature = RequestValidator(secret).compute_signature(f"http://127.0.0.1:8000{path}", told)
    return client.post(path, told, headers={"X-Twilio-Signature": signature})


@pytest.mark.parametrize(
    ("told", "kinds", "state"),
    [
        ({"MessageStatus": "queued"}, [], "active"),
        ({"MessageStatus": "delivered"}, ["message.delivered"], "active"),
        ({"MessageStatus": "undelivered", "ErrorCode": "30003"}, ["message.bounced"], "active"),
        ({"MessageStatus": "failed", "ErrorCode": "30005"}, ["message.bounced"], "bounced"),
        ({}, [], "active"),
    ],
)
def test_takes_what_twilio_says_once(client, touch, told, kinds, state):
    for _time in range(2):
        assert tell(client, touch, **told).status_code == 204

    assert list(Event.objects.filter(kind__startswith="message.").values_list("kind", flat=True)) == kinds
    assert Contact.objects.get().state == state


@pytest.mark.parametrize("secret", ["another", ""])
def test_refuses_what_somebody_else_says(client, touch, secret):
    assert tell(client, touch, secret, MessageStatus="failed", ErrorCode="30005").status_code == 403
    assert client.post(f"/hooks/sms/twilio/{touch.token}/", {"MessageStatus": "failed"}).status_code == 403

    assert Contact.objects.get().state == "active"


def test_without_twilio_there_is_no_such_page(client, touch, settings):
    settings.SMS = {}

    assert tell(client, touch, MessageStatus="delivered").status_code == 404
    assert Touch.objects.get().delivered_at is None


@pytest.mark.parametrize(("is_https", "expected"), [(True, True), (False, False)])
def test_twilio_is_asked_to_tell_where_it_can_reach_us(touch, settings, is_https, expected):
    from chains.channels.sms.twilio import TwilioSender
    from tests.chains.channels.setups import outgoing

    settings.IS_HTTPS, settings.SITE_URL = is_https, "https://crm.example.com"
    with running_provider() as provider:
        settings.SMS = sms(f"twilio://AC1:secret@+15005550006?api={provider.url}", {})
        provider.says(201, {"sid": "SM1"})
        list(TwilioSender().deliver([outgoing("+15005550001")], None))

    body = provider.requests[0].body.decode()
    assert ("StatusCallback=https%3A%2F%2Fcrm.example.com%2Fhooks%2Fsms%2Ftwilio%2F" in body) is expected
