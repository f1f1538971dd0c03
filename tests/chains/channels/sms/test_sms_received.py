import json

import pytest
from twilio.request_validator import RequestValidator

from chains.channels.email.record_mail import assign
from chains.channels.sms.receiver import incoming_secret
from chains.channels.sms.settings import sms
from chains.models import IncomingMail
from crm.models import Case, CaseMessage, Contact
from crm.service import sending
from tests.chains.channels.provider import running_provider
from tests.chains.channels.setups import set_up
from tests.conftest import make_customer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shop")]

PHONE, SECRET = "+79991234567", "secret"


@pytest.fixture
def gateway(settings):
    with running_provider() as provider:
        set_up("gateway", provider.url, settings)
        provider.says(200, {"id": "m-1"})
        yield provider


@pytest.fixture
def ann():
    return make_customer(email="", phone=PHONE)


def tell(client, secret=None, **told):
    address = f"/hooks/sms/in/{secret or incoming_secret()}/"
    told = {"from": PHONE, "text": "Where is my kettle?", "id": "in-1"} | told
    return client.post(address, json.dumps(told), content_type="application/json")


def test_what_a_customer_writes_becomes_a_case_once_and_is_answered_by_sms(client, gateway, ann, admin_user, now):
    for _time in range(2):
        assert tell(client).status_code == 200

    case, question = Case.objects.get(), CaseMessage.objects.get()
    assert (case.customer, case.kind, case.channel) == (ann, "question", "phone")
    assert (question.channel, question.address, question.text) == ("sms", PHONE, "Where is my kettle?")
    sent = sending.send_reply(case, text="On Friday", at=now, by=admin_user)
    assert (sent.channel, gateway.requests[-1].json) == ("sms", {"to": PHONE, "text": "On Friday"})
    tell(client, text="Thank you", id="in-2")
    assert (Case.objects.count(), case.messages.count()) == (1, 3)


@pytest.mark.parametrize("number", ["79991234567", "+7 999 123-45-67", 79991234567])
def test_numbers_are_read_as_gateways_write_them(client, gateway, ann, number):
    assert tell(client, **{"from": number}).status_code == 200
    assert CaseMessage.objects.get().address == PHONE


def test_a_form_is_read_too_and_a_message_without_an_id_is_told_twice_in_vain(client, gateway, ann):
    address = f"/hooks/sms/in/{incoming_secret()}/"

    for _time in range(2):
        assert client.post(address, {"from": PHONE, "text": "Hello"}).status_code == 200

    assert CaseMessage.objects.count() == 1


def test_words_that_are_a_complaint_are_one(client, gateway, ann):
    tell(client, text="I want my money back")

    assert Case.objects.get().kind == "complaint"


def test_a_stop_ends_messages_there(client, gateway, ann):
    tell(client, text="STOP")

    contact = Contact.objects.get()
    assert (contact.marketing_consent, contact.service_consent) == ("withdrawn", "withdrawn")
    assert not Case.objects.exists()


def test_a_number_nobody_knows_waits_for_support_to_say_whose_it_is(client, gateway, ann, now):
    for _time in range(2):
        tell(client, **{"from": "+79990000000"})
    (stranger,) = IncomingMail.objects.unplaced()
    assert (stranger.sender, stranger.text) == ("+79990000000", "Where is my kettle?")

    assign(stranger, ann, now)

    assert (CaseMessage.objects.get().channel, CaseMessage.objects.get().address) == ("sms", "+79990000000")


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'"x"', b'{"from": [], "text": {}}', b'{"from": "x", "text": "y"}'])
def test_what_is_no_message_is_refused(client, gateway, body):
    address = f"/hooks/sms/in/{incoming_secret()}/"

    assert client.post(address, body, content_type="application/json").status_code == 400
    assert not IncomingMail.objects.exists()


def test_who_does_not_know_the_address_is_not_heard(client, gateway, ann, settings):
    assert tell(client, "wrong").status_code == 404
    assert client.get(f"/hooks/sms/in/{incoming_secret()}/").status_code == 405
    secret = incoming_secret()
    settings.SMS = {}
    assert tell(client, secret).status_code == 404


def twilio(client, secret=SECRET, **told):
    told = {"MessageSid": "SM1", "From": PHONE, "Body": "Where is my kettle?", "NumMedia": "0"} | told
    signature = RequestValidator(secret).compute_signature("http://127.0.0.1:8000/hooks/sms/twilio/", told)
    return client.post("/hooks/sms/twilio/", told, headers={"X-Twilio-Signature": signature})


def test_twilio_brings_messages_signed_and_is_answered_with_nothing_to_send(client, settings, ann):
    settings.SMS = sms("twilio://AC1:secret@+15005550006", {})

    for _time in range(2):
        answer = twilio(client)

    assert (answer.status_code, answer["Content-Type"]) == (200, "text/xml")
    assert answer.content.endswith(b"<Response></Response>")
    assert CaseMessage.objects.get().text == "Where is my kettle?"
    assert twilio(client, "another").status_code == 403


def test_pictures_that_stay_with_twilio_are_said(client, settings, ann):
    settings.SMS = sms("twilio://AC1:secret@+15005550006", {})

    twilio(client, Body="", NumMedia="2", MediaContentType0="image/jpeg", MediaContentType1="image/jpeg")

    message = CaseMessage.objects.get()
    assert (message.text, message.attachments.count()) == ("(sent a picture)", 2)
