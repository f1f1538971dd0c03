"""What programs and strangers send to doors and public pages never makes them fall over, signed or not."""

import pytest
from django.urls import reverse

from chains.channels.telegram.webhook import webhook_secret
from crm.intake.api.keys import key_of
from crm.intake.shops.shopify import signature as shopify
from crm.intake.shops.woocommerce import signature as woocommerce
from crm.models import Source
from tests.config.pages.addresses import addresses, values_of
from tests.config.pages.asking import Asking
from tests.config.pages.shop_rows import TOKEN, open_shop

pytestmark = pytest.mark.django_db
DEEP = 100_000
BODIES = [
    b"",
    b"no json",
    b"[]",
    b"[[1]]",
    b"null",
    b'"text"',
    b"1e999",
    b"NaN",
    b"\xff\xfe\x00",
    b"[" * DEEP,
    b'{"a":' * DEEP,
    b'{"a":' * 900 + b"1" + b"}" * 900,
    b'{"id": ' + b"9" * 100_000 + b"}",
    b'{"number": 1e999, "customer": NaN}',
    b'{"number": "\\u0000", "customer": {"id": "\\ud800"}, "placed_at": "0000-01-01"}',
    b'{"number": "1", "customer": {"id": "1"}, "placed_at": "9999-12-31T23:59:59-12:00", "total": "1e999"}',
    b'{"type": "order.paid", "timestamp": "0001-01-01T00:00:00+14:00", "data": {"number": "\\ud800"}}',
    b'{"type": "customer.updated", "data": {"id": 99999999999999999999, "email": ["a"], "born_on": "10000-01-01"}}',
    b'{"userId": {"a": 1}, "event": ["x"], "timestamp": "9999-12-31T23:59:59-12:00", "type": 7, "batch": {"a": 1}}',
    b'{"batch": [{"type": "track", "event": "\\u0000%s", "userId": "1", "timestamp": 1e300}, null, 7]}',
    b'{"update_id": 1e999, "message": {"chat": {"id": 1e999, "type": "private"}, "date": 1e999, "text": "/stop"}}',
    b'{"update_id": 7, "message": {"chat": {"id": 7, "type": "private"}, "date": -99999999999999, "text": "\\ud800"}}',
    b'{"my_chat_member": {"chat": {"id": 1e999}, "new_chat_member": {"status": []}}}',
    b'{"subscription": {"endpoint": "https://[", "keys": {"p256dh": "\\u0000", "auth": 7}}}',
    b'{"RecordType": "Bounce", "MessageID": "\\u0000", "Metadata": {"touch": "\\ud800"}, "BouncedAt": "year 10000"}',
    b"name=%00&email=%ff&a[b][c][d]=1&" + b"a" * 2_000 + b"=%s",
]
TYPES = [
    "application/json",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "text/plain; charset=rot13",
    "application/json; charset=no-such-one",
]


@pytest.fixture
def asking(shop, settings):
    settings.TELEGRAM_TOKEN, settings.TELEGRAM_BOT = "1:token", "kettle_bot"
    settings.PUSH_CONTACT, settings.PUSH_SERVICES = "help@kettle.example.com", ["push.example.com"]
    settings.SMS = {"kind": "twilio", "secret": "secret"}
    settings.ANYMAIL = {"WEBHOOK_SECRET": "user:secret"}
    settings.WEBHOOK_PROVIDERS = {"postmark"}
    open_shop()
    return Asking()


def signed(kind, body):
    """The headers by which a source of this kind is believed."""
    source = Source.objects.get(kind=kind)
    if kind == Source.Kind.WOOCOMMERCE:
        return {"X-WC-Webhook-Signature": woocommerce.sign(body, source.secret), "X-WC-Webhook-Topic": "order.updated"}
    if kind == Source.Kind.SHOPIFY:
        return {"X-Shopify-Hmac-SHA256": shopify.sign(body, source.secret), "X-Shopify-Topic": "orders/paid"}
    key = key_of(source) if kind in {Source.Kind.API, Source.Kind.TRACKING} else source.secret
    return {"Authorization": f"Bearer {key}"}


@pytest.mark.parametrize(
    "kind", [Source.Kind.WEBHOOK, Source.Kind.WOOCOMMERCE, Source.Kind.SHOPIFY, Source.Kind.FORM, Source.Kind.SITE]
)
def test_webhooks_before_and_after_their_secret(asking, kind):
    address = reverse("webhook", args=[Source.objects.get(kind=kind).key])

    for content_type in TYPES:
        for body in BODIES:
            asking.send(address, body, content_type, {})
            asking.send(address, body, content_type, signed(kind, body))

    assert asking.faults == []


def test_the_api_and_the_tracking_api(asking):
    doors = [one for one in addresses() if one.template.startswith(("api/v1/", "v1/"))]

    for one in doors:
        kind = Source.Kind.API if one.template.startswith("api") else Source.Kind.TRACKING
        address = one.filled(values_of(one))
        for body in BODIES:
            asking.send(address, body, "application/json", signed(kind, body))

    assert asking.faults == []
    assert len(doors) > 20


@pytest.mark.parametrize(
    ("address", "headers"),
    [
        (reverse("channels:telegram_webhook"), "telegram"),
        (f"/m/n/{TOKEN}/", ""),
        (reverse("channels:mail_provider_part", args=["postmark", "tracking"]), "mail"),
        (reverse("channels:mail_provider_part", args=["postmark", "inbound"]), "mail"),
        (reverse("channels:twilio", args=[TOKEN]), ""),
        ("/v1/track", ""),
    ],
)
def test_what_channels_are_told(asking, address, headers):
    known = {
        "telegram": {"X-Telegram-Bot-Api-Secret-Token": webhook_secret()},
        "mail": {"Authorization": "Basic dXNlcjpzZWNyZXQ="},
    }

    for content_type in TYPES[:3]:
        for body in BODIES:
            asking.send(address, body, content_type, known.get(headers, {}))

    assert asking.faults == []


def test_lists_of_the_api_asked_for_strange_pages(asking):
    headers = signed(Source.Kind.API, b"")

    for one in addresses():
        if one.name.startswith("list_"):
            for name in ("limit", "after", "since", "updated_since", "cursor", "page", "customer", "kind"):
                for value in ("9" * 20, "-1", "no", "9999-12-31T23:59:59-12:00", "10000-01-01", "%s", "9" * 5_000):
                    asking.client.defaults |= {"HTTP_AUTHORIZATION": headers["Authorization"]}
                    asking.get(one.filled({}), {name: value})

    assert asking.faults == []
    assert asking.asked > 200
