"""In what form each provider gets a message."""

import base64
import json
from urllib.parse import parse_qs

import http_ece
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from py_vapid import Vapid

from chains.channels.registry import senders
from chains.channels.sms.settings import sms
from chains.models import PushKey, PushSubscription
from crm.models import Shop
from tests.chains.channels.provider import running_provider
from tests.chains.channels.setups import outgoing, set_up, unpadded

pytestmark = pytest.mark.django_db
HOSTILE = 'Hi "Ann" & <co>\n{{ sender }}'


@pytest.fixture(autouse=True)
def _fresh_registry():
    yield
    senders.cache_clear()


@pytest.fixture
def provider():
    with running_provider() as found:
        yield found


def gateway(settings, url, **options):
    settings.SMS = sms(url, {f"SMS_{name.upper()}": value for name, value in options.items()})
    senders.cache_clear()
    return senders()["sms"]


def given(channel, provider, **content):
    list(channel.deliver([outgoing("+79991234567", text=HOSTILE, **content)], Shop()))
    return provider.requests[-1]


def test_a_gateway_gets_json_no_text_can_break_out_of(settings, provider):
    channel = gateway(settings, f"{provider.url}/send")

    request = given(channel, provider)

    assert request.json == {"to": "+79991234567", "text": HOSTILE}
    assert request.headers["Content-Type"] == "application/json"


def test_a_gateway_gets_a_form(settings, provider):
    channel = gateway(
        settings,
        f"{provider.url}/send",
        headers="Content-Type: application/x-www-form-urlencoded | Idempotency-Key: {{ key }}",
        body="phone={{ digits }}&text={{ text }}&from={{ sender }}",
        sender="Kettle & Co",
    )

    request = given(channel, provider)

    assert parse_qs(request.body.decode()) == {"phone": ["79991234567"], "text": [HOSTILE], "from": ["Kettle & Co"]}
    assert request.headers["Idempotency-Key"] == "token-1"


def test_a_gateway_gets_everything_in_its_address(settings, provider):
    channel = gateway(settings, provider.url + "/send?to={{ phone }}&text={{ text }}", method="GET")

    request = given(channel, provider)

    assert (request.method, request.body) == ("GET", b"")
    assert parse_qs(request.path.partition("?")[2]) == {"to": ["+79991234567"], "text": [HOSTILE]}


def test_a_gateway_that_says_no_with_200_is_understood(settings, provider):
    channel = gateway(settings, provider.url, success='"status": ?"ok"')
    provider.says(200, {"status": "error", "why": "no credit"})

    (outcome,) = channel.deliver([outgoing("+79991234567")], Shop())

    assert (outcome.result.value, outcome.detail) == ("permanent", '200 {"status": "error", "why": "no credit"}')


def test_twilio_gets_number_words_and_sender(settings, provider):
    provider.says(201, {"sid": "SM1"})
    channel, _address = set_up("twilio", provider.url, settings)

    request = given(channel, provider)

    assert request.path == "/2010-04-01/Accounts/AC1/Messages.json"
    assert parse_qs(request.body.decode()) == {"To": ["+79991234567"], "From": ["+15005550006"], "Body": [HOSTILE]}
    assert base64.b64decode(request.headers["Authorization"].split()[1]) == b"AC1:secret"


def test_twilio_may_send_by_a_service(settings, provider):
    provider.says(201, {"sid": "SM1"})
    settings.SMS = sms(f"twilio://AC1:secret@MG77?api={provider.url}", {})
    senders.cache_clear()

    request = given(senders()["sms"], provider)

    assert parse_qs(request.body.decode())["MessagingServiceSid"] == ["MG77"]


def test_telegram_gets_html_a_picture_and_buttons(settings, provider):
    provider.says(200, {"ok": True, "result": {"message_id": 7}})
    channel, _address = set_up("telegram", provider.url, settings)

    request = given(
        channel, provider, label="See", button="https://x.example/", picture="https://x.example/kettle.jpg",
        stop_label="No more offers", stop="https://x.example/u",
    )  # fmt: skip

    assert request.path == "/bot1234567:TEST-token/sendMessage"
    assert request.json["parse_mode"] == "HTML"
    assert request.json["link_preview_options"]["url"] == "https://x.example/kettle.jpg"
    assert request.json["reply_markup"]["inline_keyboard"] == [
        [{"text": "See", "url": "https://x.example/"}], [{"text": "No more offers", "url": "https://x.example/u"}],
    ]  # fmt: skip


def test_a_push_is_encrypted_for_its_browser_and_signed_with_the_shops_key(settings, provider):
    provider.says(201)
    channel, _address = set_up("push", provider.url, settings)
    browser, secret = ec.generate_private_key(ec.SECP256R1()), b"0123456789abcdef"
    public = browser.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    subscription = PushSubscription.objects.create(
        key="k" * 64, endpoint=f"{provider.url}/push/2", p256dh=unpadded(public), auth=unpadded(secret)
    )

    list(channel.deliver([outgoing(subscription.key, label="See", button="https://x.example/")], Shop()))

    (request,) = provider.requests
    told = json.loads(http_ece.decrypt(request.body, private_key=browser, auth_secret=secret))
    assert told == {
        "title": "Kettle", "body": "Your kettle is on its way", "url": "https://x.example/", "label": "See",
        "image": "", "tag": "token-1",
    }  # fmt: skip
    assert (request.headers["Topic"], request.headers["TTL"]) == ("token-1", "86400")
    assert Vapid.verify(request.headers["Authorization"])


def test_the_key_for_push_is_made_once():
    assert PushKey.load().private_key == PushKey.load().private_key
    assert "PRIVATE KEY" in PushKey.load().private_key


def test_a_browser_that_unsubscribed_is_marked_without_asking_anybody(settings, provider):
    channel, _address = set_up("push", provider.url, settings)

    (outcome,) = channel.deliver([outgoing("gone")], Shop())

    assert (outcome.result.value, outcome.contact_state) == ("permanent", "stale")
    assert provider.requests == []
