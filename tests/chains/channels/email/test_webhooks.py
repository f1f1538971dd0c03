import base64
import json

import pytest
from anymail.signals import AnymailTrackingEvent, EventType, RejectReason
from django.utils import timezone

from chains.channels.email.webhooks import receipt_of
from chains.models import IncomingMail
from crm.models import Case, Contact, Event
from tests.chains.channels.email.letters import reply, sent_touch, to

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shop")]

SECRET = "encore:f3Jx92mQk4vTz81p"


@pytest.fixture
def open_hooks(settings):
    settings.ANYMAIL = {"WEBHOOK_SECRET": SECRET, "MAILGUN_API_KEY": "key"}
    settings.WEBHOOK_PROVIDERS = ["postmark", "mailgun", "sparkpost"]


def post(client, path, content, secret=SECRET, content_type="application/json"):
    body = content if isinstance(content, bytes | dict) else json.dumps(content)
    headers = {"authorization": "Basic " + base64.b64encode(secret.encode()).decode()} if secret else {}
    return client.post(f"/hooks/mail/{path}/", body, content_type=content_type, headers=headers)


def delivered(touch):
    return {
        "RecordType": "Delivery",
        "MessageID": "883953f4-6105-42a2-a16a-77a8eac79483",
        "Recipient": "ann@example.com",
        "DeliveredAt": "2026-03-10T12:05:00Z",
        "Details": "250 2.0.0 OK",
        "Metadata": {"touch": touch.token},
    }


def test_a_providers_receipt_reaches_the_touch(client, open_hooks, now):
    touch = sent_touch(now)

    for _time in range(2):
        assert post(client, "postmark/tracking", delivered(touch)).status_code == 200

    touch.refresh_from_db()
    assert touch.delivered_at is not None
    assert Event.objects.filter(kind="message.delivered").count() == 1


def sparkpost(touch, kind, number, **more):
    told = {"type": kind, "event_id": str(number), "timestamp": "1773144300", "rcpt_meta": {"touch": touch}, **more}
    return {"msys": {"message_event": told}}


def test_another_providers_batch_is_taken_whole(client, open_hooks, now):
    touch = sent_touch(now)
    events = [
        sparkpost(touch.token, "delivery", 1),
        sparkpost(touch.token, "spam_complaint", 2),
        sparkpost("unknown", "delivery", 3),
        sparkpost(touch.token, "something new", 4),
        {"msys": {}},
    ]

    assert post(client, "sparkpost/tracking", events).status_code == 200

    touch.refresh_from_db()
    assert None not in (touch.delivered_at, touch.complained_at)
    assert Contact.objects.get().marketing_consent == "withdrawn"


@pytest.mark.parametrize("secret", ["", "encore:wrong", "f3Jx92mQk4vTz81p", "encore:f3Jx92mQk4vTz81p\0"])
def test_who_does_not_know_the_secret_tells_nothing(client, open_hooks, now, secret):
    touch = sent_touch(now)

    assert post(client, "postmark/tracking", delivered(touch), secret).status_code == 400

    touch.refresh_from_db()
    assert touch.delivered_at is None


def test_without_a_secret_there_are_no_hooks(client, settings, now):
    settings.ANYMAIL, settings.WEBHOOK_PROVIDERS = {}, ["postmark"]

    assert post(client, "postmark/tracking", delivered(sent_touch(now))).status_code == 404


@pytest.mark.parametrize(
    "path", ["mandrill", "mandrill/tracking", "brevo/tracking", "postmark/nothing", "nobody/inbound"]
)
def test_providers_the_shop_does_not_use_have_no_hooks(client, open_hooks, path):
    assert post(client, path, {}).status_code == 404


def test_a_forged_signature_is_refused(client, open_hooks, now):
    touch = sent_touch(now)
    forged = {
        "signature": {"timestamp": "1773144300", "token": "t", "signature": "0" * 64},
        "event-data": {"event": "failed", "severity": "permanent", "user-variables": {"touch": touch.token}},
    }

    assert post(client, "mailgun/tracking", forged).status_code == 400

    assert Contact.objects.get().state == "active"


def test_a_reply_through_a_provider_opens_a_case_once(client, open_hooks, now):
    touch = sent_touch(now)
    told = {
        "FromFull": {"Email": "ann@example.com", "Name": "Ann"},
        "To": to(touch),
        "OriginalRecipient": to(touch),
        "Subject": "Re: Your kettle",
        "TextBody": "It leaks",
        "HtmlBody": "<p>It leaks</p>",
        "Headers": [{"Name": "Message-ID", "Value": "<abc@mail.example.com>"}],
        "Attachments": [{"Name": "lid.png", "Content": "iVBORw0KGgo=", "ContentType": "image/png", "ContentLength": 8}],
    }

    for _time in range(2):
        assert post(client, "postmark/inbound", told).status_code == 200

    case = Case.objects.get()
    assert (case.customer, case.subject) == (touch.customer, "Your kettle")
    letter = case.messages.get()
    assert (letter.text, letter.key) == ("It leaks", "<abc@mail.example.com>")
    assert letter.attachments.get().name == "lid.png"


def test_a_reply_found_by_the_envelope_alone(client, open_hooks, now):
    touch = sent_touch(now)
    raw = reply("It leaks", sender="work@firm.example", to="undisclosed@lists.example.com").decode()
    relayed = {"protocol": "smtp", "rcpt_to": to(touch), "msg_from": "work@firm.example"}
    relayed |= {"content": {"email_rfc822": raw, "email_rfc822_is_base64": False}}

    assert post(client, "sparkpost/inbound", [{"msys": {"relay_message": relayed}}]).status_code == 200

    assert Case.objects.get().customer == touch.customer


@pytest.mark.parametrize("body", [b"", b"\xff\xfe", b"[" * 5000, b"null", b"[]", b"[1, null, {}]", b'{"a": "\\u0000"}'])
def test_rubbish_from_strangers_is_refused_unread(client, open_hooks, body):
    assert post(client, "sparkpost/tracking", body, secret="").status_code == 400


def event(kind, **told):
    return AnymailTrackingEvent(event_type=kind, timestamp=timezone.now(), metadata={"touch": "t"}, **told)


@pytest.mark.parametrize(
    ("told", "kind"),
    [
        (event(EventType.DELIVERED), "delivered"),
        (event(EventType.BOUNCED, reject_reason=RejectReason.BOUNCED), "bounced"),
        (event(EventType.BOUNCED, reject_reason=RejectReason.INVALID), "bounced"),
        (event(EventType.REJECTED, reject_reason=RejectReason.BOUNCED), "bounced"),
        (event(EventType.BOUNCED, reject_reason=RejectReason.SPAM), "refused"),
        (event(EventType.BOUNCED, reject_reason=RejectReason.BLOCKED), "refused"),
        (event(EventType.BOUNCED, reject_reason=RejectReason.BOUNCED, mta_response="452 4.2.2 full"), "soft_bounced"),
        (
            event(EventType.BOUNCED, reject_reason=RejectReason.BOUNCED, esp_event={"Type": "SoftBounce"}),
            "soft_bounced",
        ),
        (event(EventType.FAILED), "soft_bounced"),
        (event(EventType.REJECTED, reject_reason=RejectReason.UNSUBSCRIBED), "unsubscribed"),
        (event(EventType.COMPLAINED), "complained"),
        (event(EventType.UNSUBSCRIBED), "unsubscribed"),
        (event(EventType.DEFERRED), None),
        (event(EventType.OPENED), None),
        (event(EventType.AUTORESPONDED), None),
        (event(EventType.UNKNOWN), None),
    ],
)
def test_what_providers_tell_means_to_us(now, told, kind):
    receipt = receipt_of(told, "Postmark", now)

    assert (receipt.kind if receipt else None) == kind


def test_the_message_id_stands_in_for_what_a_provider_forgot(now, settings):
    told = AnymailTrackingEvent(
        event_type=EventType.DELIVERED, message_id=f"<abc@{settings.SITE_HOST}>", event_id="7", metadata={}
    )

    receipt = receipt_of(told, "Mailgun", now)

    assert (receipt.token, receipt.at, receipt.key) == ("abc", now, "Mailgun:7")
    told.message_id = "<abc@elsewhere.example.com>"
    assert receipt_of(told, "Mailgun", now) is None


def test_a_letter_from_nobody_known_is_kept_for_a_person(client, open_hooks):
    told = {"FromFull": {"Email": "nobody@example.com", "Name": ""}, "To": "help@kettle.example.com", "TextBody": "Hi"}

    assert post(client, "postmark/inbound", told).status_code == 200

    assert IncomingMail.objects.get().kind == "stranger"
