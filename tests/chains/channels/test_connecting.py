"""A customer connects Telegram or a browser, and lets go of it again."""

import json

import pytest
from django.utils import translation

from chains.channels import connecting
from chains.channels.push.subscribing import public_key
from chains.channels.telegram.webhook import webhook_secret
from chains.models import PushSubscription
from crm.models import Case, CaseMessage, ConsentRecord, Contact
from crm.privacy.erase import erase
from tests.chains.channels.setups import TOKEN, browser_keys
from tests.chains.written_messages import make_touch
from tests.conftest import NOW, make_customer

pytestmark = pytest.mark.django_db
DATE = int(NOW.timestamp())
ENDPOINT = "https://fcm.googleapis.com/fcm/send/abc"


@pytest.fixture
def bot(client, settings, shop):
    """Tells the webhook an update, as Telegram does."""
    settings.TELEGRAM_TOKEN, settings.TELEGRAM_BOT = TOKEN, "kettle_bot"

    def told(update, secret=None):
        return client.post(
            "/hooks/telegram/",
            json.dumps(update),
            content_type="application/json",
            headers={"X-Telegram-Bot-Api-Secret-Token": webhook_secret() if secret is None else secret},
        )

    return told


def said(text, number=1, chat=42, kind="private", code="en"):
    return {
        "update_id": number,
        "message": {
            "date": DATE + number,
            "text": text,
            "chat": {"id": chat, "type": kind},
            "from": {"id": chat, "language_code": code},
        },
    }


def membership(status, chat=42):
    return {"update_id": 9, "my_chat_member": {"chat": {"id": chat}, "new_chat_member": {"status": status}}}


def chat_of(touch):
    return Contact.objects.get(customer=touch.customer, channel="telegram")


def test_start_with_the_token_of_a_letter_connects_the_chat(bot):
    touch = make_touch()

    answer = bot(said(f"/start {touch.token}")).json()

    contact = chat_of(touch)
    assert answer == {
        "method": "sendMessage", "chat_id": 42,
        "text": "Welcome! Kettle & Co writes to you here from now on. /stop ends it.",
    }  # fmt: skip
    assert (contact.address, contact.marketing_consent, contact.service_consent) == ("42", "granted", "granted")
    line = ConsentRecord.objects.get(channel="telegram", purpose="marketing")
    assert (line.source, line.wording) == ("telegram", connecting.consent_wording())
    assert line.evidence == {"touch": touch.pk, "update": 1}


def test_an_update_told_twice_is_one_consent(bot):
    touch = make_touch()

    bot(said(f"/start {touch.token}"))
    bot(said(f"/start {touch.token}"))

    assert ConsentRecord.objects.filter(channel="telegram").count() == 2
    assert Contact.objects.filter(channel="telegram").count() == 1


@pytest.mark.parametrize("words", ["/stop", "Стоп!", "Please unsubscribe me"])
def test_stop_ends_everything_to_the_chat_and_start_brings_it_back(bot, words):
    touch = make_touch()
    bot(said(f"/start {touch.token}"))

    bot(said(words, 2))
    assert not Case.objects.exists()
    contact = chat_of(touch)
    assert (contact.marketing_consent, contact.service_consent) == ("withdrawn", "withdrawn")

    bot(said(f"/start {touch.token}", 3))
    contact.refresh_from_db()
    assert (contact.marketing_consent, contact.service_consent) == ("granted", "granted")


def test_a_blocked_bot_marks_the_chat_until_it_is_unblocked(bot):
    touch = make_touch()
    bot(said(f"/start {touch.token}"))

    assert bot(membership("kicked")).content == b""
    contact = chat_of(touch)
    assert (contact.state, contact.state_reason) == ("stale", "the bot was blocked")

    bot(membership("member"))
    contact.refresh_from_db()
    assert contact.state == "active"


def test_start_after_blocking_works_again(bot):
    touch = make_touch()
    bot(said(f"/start {touch.token}"))
    Contact.objects.filter(channel="telegram").update(state="stale")

    bot(said(f"/start {touch.token}", 2))

    assert chat_of(touch).state == "active"


def test_other_words_are_for_a_person_once(bot):
    touch = make_touch()
    bot(said(f"/start {touch.token}"))

    answer = bot(said("Where is my kettle?\nSince Monday!", 5)).json()
    bot(said("Where is my kettle?\nSince Monday!", 5))

    assert answer["text"] == "Thank you, a person reads this and answers you."
    message = CaseMessage.objects.get()
    assert (message.case.customer, message.text) == (touch.customer, "Where is my kettle?\nSince Monday!")


@pytest.mark.parametrize("text", ["/start", "/start wrong-token", "Hello"])
def test_a_stranger_learns_how_to_connect_and_nothing_is_kept(bot, text):
    answer = bot(said(text)).json()

    assert answer["text"].startswith("Please press the link in one of our letters")
    assert answer["text"].endswith("(This chat is 42.)")
    assert not Contact.objects.exists()
    assert not CaseMessage.objects.exists()


@pytest.mark.parametrize("update", [said("/start", kind="group"), {"update_id": 1}, {"update_id": 1, "message": {}}])
def test_what_is_no_private_message_is_ignored(bot, update):
    answer = bot(update)

    assert (answer.status_code, answer.content) == (200, b"")


def test_nobody_else_speaks_in_telegrams_name(bot, client, settings):
    touch = make_touch()
    assert bot(said(f"/start {touch.token}"), secret="wrong").status_code == 404
    assert client.get("/hooks/telegram/").status_code == 405

    settings.TELEGRAM_TOKEN = ""
    assert bot(said(f"/start {touch.token}")).status_code == 404
    assert not Contact.objects.filter(channel="telegram").exists()


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{", b'{"message": {"chat": {"type": "private"}, "text": "x"}}', b"\xff"]
)
def test_a_malformed_update_is_refused(bot, client, body):
    answer = client.post(
        "/hooks/telegram/",
        body,
        content_type="application/json",
        headers={"X-Telegram-Bot-Api-Secret-Token": webhook_secret()},
    )

    assert answer.status_code == 400


def test_the_page_leads_to_the_bot_with_the_token(client, settings, shop):
    settings.TELEGRAM_TOKEN, settings.TELEGRAM_BOT = TOKEN, "kettle_bot"
    touch = make_touch()

    page = client.get(f"/m/t/{touch.token}/").content.decode()

    assert f"https://t.me/kettle_bot?start={touch.token}" in page
    assert connecting.consent_wording() in page
    settings.TELEGRAM_TOKEN = ""
    assert client.get(f"/m/t/{touch.token}/").status_code == 404


@pytest.fixture
def browser(client, settings, shop):
    """Tells the page what a browser tells of itself."""
    settings.PUSH_CONTACT = "help@kettle.example.com"
    keys = browser_keys()

    def told(touch, endpoint=ENDPOINT, stop=False, **other):
        subscription = {"endpoint": endpoint, "keys": keys | other}
        body = json.dumps({"subscription": subscription, "stop": stop})
        return client.post(f"/m/n/{touch.token}/", body, content_type="application/json")

    return told


def test_a_browser_that_subscribes_becomes_a_contact_with_consent(browser):
    touch = make_touch()

    assert browser(touch).status_code == 204
    assert browser(touch).status_code == 204

    contact = Contact.objects.get(channel="push")
    subscription = PushSubscription.objects.get()
    assert (contact.customer, contact.address) == (touch.customer, subscription.key)
    assert (contact.marketing_consent, contact.service_consent) == ("granted", "granted")
    assert subscription.info["endpoint"] == ENDPOINT


def test_a_browser_that_turns_it_off_is_written_to_no_more(browser):
    touch = make_touch()
    browser(touch)

    assert browser(touch, stop=True).status_code == 204
    assert browser(touch, stop=True).status_code == 204

    contact = Contact.objects.get(channel="push")
    assert (contact.marketing_consent, contact.service_consent) == ("withdrawn", "withdrawn")


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://fcm.googleapis.com/x",
        "https://fcm.googleapis.com.evil.example/x",
        "https://evil.example/fcm.googleapis.com",
        "https://fcm.googleapis.com@evil.example/x",
        "https://fcm.googleapis.com:8443/x",
        "https://127.0.0.1/x",
        "file:///etc/passwd",
        "https://[::1",
        "https://fcm.googleapis.com/" + "x" * 3000,
        "https://fcm.googleapis.com/\n",
    ],
)
def test_a_browser_cannot_send_us_anywhere_else(browser, endpoint):
    assert browser(make_touch(), endpoint).status_code == 400
    assert not PushSubscription.objects.exists()
    assert not Contact.objects.filter(channel="push").exists()


def test_keys_that_are_none_are_refused(browser):
    assert browser(make_touch(), p256dh="AAAA").status_code == 400
    assert browser(make_touch(), auth="!").status_code == 400


@pytest.mark.parametrize("body", [b"", b"[]", b'{"subscription": null}', b"\xff"])
def test_a_malformed_subscription_is_refused(client, settings, shop, body):
    settings.PUSH_CONTACT = "help@kettle.example.com"

    assert client.post(f"/m/n/{make_touch().token}/", body, content_type="application/json").status_code == 400


def test_the_push_page_has_the_shops_key(client, settings, shop):
    settings.PUSH_CONTACT = "help@kettle.example.com"

    page = client.get(f"/m/n/{make_touch().token}/").content.decode()

    assert f'data-key="{public_key()}"' in page
    assert len(public_key()) == 87


def test_the_service_worker_stands_at_the_root(client):
    answer = client.get("/push-worker.js")

    assert answer["Content-Type"].startswith("text/javascript")
    assert "showNotification" in answer.content.decode()


def test_erasing_a_person_forgets_their_browser_unless_another_has_it(browser):
    touch, other = make_touch(), make_touch(make_customer())
    browser(touch)
    browser(other)

    erase(touch.customer, at=NOW)
    assert PushSubscription.objects.count() == 1
    erase(other.customer, at=NOW)
    assert not PushSubscription.objects.exists()


def test_the_preference_page_offers_what_is_set_up(client, settings, shop):
    settings.TELEGRAM_TOKEN, settings.TELEGRAM_BOT = TOKEN, "kettle_bot"
    touch = make_touch()

    with translation.override("en"):
        page = client.get(f"/m/p/{touch.token}/").content.decode()

    assert f"/m/t/{touch.token}/" in page
    assert f"/m/n/{touch.token}/" not in page
