"""A colleague's answer goes where the question came from, or says why not; one that did not arrive is no answer."""

import datetime as dt

import pytest
from anymail.signals import AnymailTrackingEvent, EventType, RejectReason
from django.contrib.auth.models import Group
from django.urls import reverse

from chains.channels.email import record_mail as taking
from chains.channels.email.received_mail import read
from chains.channels.email.webhooks import on_receipt
from chains.channels.registry import senders
from chains.contributions.answers import letter_of
from chains.engine.run import tick
from chains.incoming import receipts
from chains.incoming.receipts import Receipt
from chains.models import Touch
from crm import consent
from crm.models import Case, CaseMessage, Contact
from crm.privacy.erase import erase
from crm.service import answer_ways, cases, conversations, sending
from crm.service.failed_answers import answer_failed
from crm.story.story import story
from tests.chains.channels.email.letters import reply, sent_touch, to
from tests.chains.channels.provider import closed_address, running_provider
from tests.chains.channels.setups import set_up
from tests.chains.channels.telegram.updates import connected, tell, written
from tests.conftest import NOW, make_case, make_customer, make_order

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shop")]

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
TAKEN = (200, {"ok": True, "result": {"message_id": 7}})
BLOCKED = (403, {"ok": False, "description": "Forbidden: bot was blocked by the user"})


@pytest.fixture
def provider():
    with running_provider() as found:
        yield found


@pytest.fixture
def telegram(provider, settings, client):
    """A question that came by Telegram, from somebody whose email address is known too."""
    set_up("telegram", provider.url, settings)
    connected(client)
    tell(client, written(text="Where is my kettle?"))
    return Case.objects.get()


@pytest.fixture
def letter(now):
    """A question that came by mail."""
    taking.record_mail(read(reply("It leaks", to=to(sent_touch(now)))), now)
    return Case.objects.get()


def answer(case, text="On Friday", at=NOW + HOUR, *, by, **how):
    return sending.send_reply(case, text=text, at=at, by=by, **how)


def test_a_question_by_telegram_is_answered_in_its_chat(telegram, provider, admin_user, mailoutbox):
    provider.says(*TAKEN)

    sent = answer(telegram, "On <Friday> & not before", by=admin_user)

    (request,) = provider.requests
    assert request.path.endswith("/sendMessage")
    assert (request.json["chat_id"], request.json["text"]) == ("42", "On &lt;Friday&gt; &amp; not before")
    assert (sent.channel, sent.address, sent.key, sent.where) == ("telegram", "42", "telegram:42:7", "Telegram 42")
    telegram.refresh_from_db()
    assert (telegram.unanswered_at, telegram.acknowledged_at) == (None, NOW + HOUR)
    assert mailoutbox == []


def test_what_answers_an_answer_in_the_chat_comes_back_to_its_case(telegram, provider, client, admin_user):
    provider.says(*TAKEN)
    answer(telegram, by=admin_user)
    cases.resolve(telegram, at=NOW + 2 * HOUR)

    tell(client, written(text="It has not come", reply_to_message={"message_id": 7}))

    telegram.refresh_from_db()
    assert (telegram.resolved_at, telegram.messages.count()) == (None, 3)


def test_who_blocked_the_bot_is_offered_an_email_and_nothing_is_written(telegram, provider, admin_user, mailoutbox):
    provider.says(*BLOCKED)

    with pytest.raises(ValueError, match=r"blocked by the user.*another way: Email, ann@example.com\.$"):
        answer(telegram, by=admin_user)

    telegram.refresh_from_db()
    assert (telegram.unanswered_at, telegram.acknowledged_at, telegram.messages.count()) == (NOW, None, 1)
    assert Contact.objects.get(channel="telegram").state == "stale"
    assert [(way.channel, bool(way.problem)) for way in answer_ways.ways(telegram)] == [
        ("email", False),
        ("telegram", True),
    ]
    assert mailoutbox == []


def test_by_email_instead_is_a_choice(telegram, provider, admin_user, mailoutbox):
    sent = answer(telegram, by=admin_user, channel="email")

    (letter,) = mailoutbox
    assert (letter.to, letter.body, letter.subject) == (["ann@example.com"], "On Friday", "Re: Where is my kettle?")
    assert "In-Reply-To" not in letter.extra_headers
    assert (sent.channel, provider.requests) == ("email", [])


def test_a_bot_that_was_disconnected_is_said_and_an_email_offered(telegram, settings, admin_user, mailoutbox):
    settings.TELEGRAM_TOKEN = ""
    senders.cache_clear()

    with pytest.raises(ValueError, match=r"Telegram, 42 \(not connected here\).*Email, ann@example.com"):
        answer(telegram, by=admin_user)

    assert mailoutbox == []


@pytest.mark.parametrize(("text", "words"), [(" ", "at most 20000"), ("x" * 20_001, "20000 characters")])
def test_no_words_and_too_many_are_not_sent(telegram, provider, admin_user, text, words):
    with pytest.raises(ValueError, match=words):
        answer(telegram, text, by=admin_user)

    assert provider.requests == []


@pytest.mark.parametrize(("status", "is_away"), [(500, False), (429, False), (0, True)])
def test_a_telegram_that_does_not_take_it_now_leaves_the_case_unanswered(
    telegram, provider, settings, admin_user, status, is_away
):
    provider.says(status or 200)
    settings.TELEGRAM_API_URL = closed_address() if is_away else provider.url

    with pytest.raises(ValueError, match="could not be sent by Telegram"):
        answer(telegram, by=admin_user)

    telegram.refresh_from_db()
    assert (telegram.unanswered_at, telegram.messages.count()) == (NOW, 1)
    assert Contact.objects.get(channel="telegram").state == "active"


def test_an_answer_that_perhaps_left_stands_in_the_case_which_waits_on(telegram, provider, admin_user):
    provider.mode = "drops"

    sent = answer(telegram, by=admin_user)

    telegram.refresh_from_db()
    assert (telegram.unanswered_at, sent.failed_at) == (NOW, NOW + HOUR)
    assert sent.failure.startswith("It is not known whether it arrived")


def test_a_question_by_sms_is_answered_by_sms(provider, settings, admin_user):
    set_up("gateway", provider.url, settings)
    provider.says(200, {"id": "m-1"})
    case = make_case(make_customer(phone="+79991234567"), at=NOW)
    question = conversations.CustomerLetter("sms:1", "+79991234567", "When?", "When?", NOW, channel="sms")
    conversations.receive_letter(case.customer, question, case=case)

    sent = answer(case, by=admin_user)

    assert (sent.channel, sent.address, len(provider.requests)) == ("sms", "+79991234567", 1)


def test_a_case_without_letters_is_answered_by_email_and_else_by_what_is_known(
    provider, settings, admin_user, mailoutbox
):
    set_up("gateway", provider.url, settings)
    provider.says(200, {"id": "m-1"})

    assert answer(make_case(make_customer(phone="+79991234567")), by=admin_user).channel == "email"
    assert answer(make_case(make_customer(email="", phone="+79991234568")), by=admin_user).channel == "sms"
    with pytest.raises(ValueError, match="no address"):
        answer(make_case(make_customer(email="")), by=admin_user)


def test_where_a_customer_asked_to_be_left_alone_is_not_offered(telegram, admin_user):
    contact = Contact.objects.get(channel="email")
    consent.withdraw(
        contact.customer, channel="email", address=contact.address, purpose="service", at=NOW, source="phone"
    )

    assert [way.channel for way in answer_ways.ways(telegram)] == ["telegram"]


def test_a_chat_that_somebody_stopped_is_a_way_only_by_choice(telegram, client, admin_user, mailoutbox):
    tell(client, written(text="/stop"))

    assert [(way.channel, way.problem) for way in answer_ways.ways(telegram)] == [
        ("email", ""),
        ("telegram", "asked to be left alone there"),
    ]
    with pytest.raises(ValueError, match="asked to be left alone there"):
        sending.send(telegram, sending.Draft("All well?"), at=NOW)
    assert mailoutbox == []


@pytest.fixture
def agent(client, shop, django_user_model):
    user = django_user_model.objects.create_user("ada", is_staff=True)
    user.groups.add(Group.objects.get(name="Support"))
    client.force_login(user)
    return user


def test_words_that_could_not_be_sent_are_kept_in_the_form_and_the_other_way_is_chosen(
    telegram, provider, client, agent, mailoutbox
):
    provider.says(*BLOCKED)
    write = reverse("admin:crm_case_do", args=[telegram.pk, "write"])

    page = client.post(write, {"text": "On Friday <after six>", "channel": "telegram"}, follow=True)

    assert "could not be sent by Telegram" in page.text
    assert "On Friday &lt;after six&gt;</textarea>" in page.text
    assert page.text.index('value="email"') < page.text.index('value="telegram"')
    again = client.post(write, {"text": "On Friday", "channel": "email"}, follow=True)
    assert "Sent to ann@example.com." in again.text
    assert "</textarea>" in again.text
    assert "after six" not in again.text
    assert [letter.to for letter in mailoutbox] == [["ann@example.com"]]


@pytest.mark.parametrize("channel", ["push", "owl", "sms"])
def test_a_way_that_is_none_is_refused(telegram, client, agent, mailoutbox, channel):
    write = reverse("admin:crm_case_do", args=[telegram.pk, "write"])

    page = client.post(write, {"text": "On Friday", "channel": channel}, follow=True)

    assert "There is no address to write to." in page.text
    assert mailoutbox == []


def report(message, kind=Receipt.Kind.BOUNCED, at=NOW + 2 * HOUR, detail="5.1.1 no such user here"):
    return receipts.record_receipt(Receipt(kind, message.token, at, detail), at)


def test_an_answer_that_came_back_waits_for_a_person_again(letter, admin_user):
    sent = answer(letter, by=admin_user)

    assert report(sent)
    assert not report(sent)

    letter.refresh_from_db()
    sent.refresh_from_db()
    assert (letter.unanswered_at, sent.failed_at) == (NOW, NOW + 2 * HOUR)
    assert sent.failure == "It came back: 5.1.1 no such user here"
    assert list(Case.objects.unanswered()) == [letter]
    assert Contact.objects.get(channel="email").state == "bounced"
    told = next(entry for entry in story(letter.customer) if entry.title.startswith("We wrote"))
    assert (told.tone, told.detail) == ("bad", "It came back: 5.1.1 no such user here\nOn Friday")


def test_of_an_erased_person_no_report_says_anything(letter, admin_user):
    sent = answer(letter, by=admin_user)
    report(sent)

    erase(letter.customer, at=NOW + DAY)

    sent.refresh_from_db()
    assert (sent.failure, sent.address) == ("", "")
    assert not report(sent)


def test_an_answer_that_came_back_opens_a_settled_case_again(letter, admin_user):
    sent = answer(letter, by=admin_user)
    cases.resolve(letter, at=NOW + HOUR)

    report(sent)

    letter.refresh_from_db()
    assert (letter.resolved_at, letter.unanswered_at) == (None, NOW)


def test_an_answer_for_a_passing_reason_undelivered_waits_too_but_the_address_stays(letter, admin_user):
    report(answer(letter, by=admin_user), Receipt.Kind.SOFT_BOUNCED, detail="4.2.2 mailbox full")

    letter.refresh_from_db()
    assert (letter.unanswered_at, Contact.objects.get(channel="email").state) == (NOW, "active")


def test_who_was_written_to_again_meanwhile_waits_no_more(letter, admin_user):
    first = answer(letter, by=admin_user)
    answer(letter, "By another way", NOW + HOUR + HOUR / 2, by=admin_user)

    assert report(first)

    letter.refresh_from_db()
    assert letter.unanswered_at is None


@pytest.mark.parametrize("kind", [Receipt.Kind.DELIVERED, Receipt.Kind.COMPLAINED])
def test_an_answer_that_arrived_stays_one(letter, admin_user, kind):
    sent = answer(letter, by=admin_user)

    assert report(sent, kind) == (kind == Receipt.Kind.DELIVERED)
    assert not report(sent, kind)

    letter.refresh_from_db()
    assert letter.unanswered_at is None
    contact = Contact.objects.get(channel="email")
    is_spam = kind == Receipt.Kind.COMPLAINED
    assert (contact.state, contact.marketing_consent) == (
        ("complained", "withdrawn") if is_spam else ("active", "granted")
    )


def test_a_letter_of_a_customer_is_no_answer_that_could_fail(letter):
    question = letter.messages.get()

    assert not report(question)
    assert not answer_failed(question, why="forged", at=NOW)


@pytest.mark.parametrize("told", ["metadata", "message_id"])
def test_a_providers_bounce_of_an_answer_is_noted(letter, admin_user, told):
    sent = answer(letter, by=admin_user)
    named = {"metadata": {"touch": sent.token}} if told == "metadata" else {"message_id": sent.key}
    event = AnymailTrackingEvent(
        event_type=EventType.BOUNCED, reject_reason=RejectReason.BOUNCED, description="550 no such user", **named
    )

    on_receipt(event=event, esp_name="Postmark", sender=None)

    letter.refresh_from_db()
    assert (letter.unanswered_at, Contact.objects.get(channel="email").state) == (NOW, "bounced")


def test_an_address_the_server_refuses_at_once_is_marked_and_the_words_are_not_written(letter, settings, admin_user):
    CaseMessage.objects.update(address="ann.ü@example.com")

    with pytest.raises(ValueError, match="could not be sent by Email: mail servers take no such address"):
        answer(letter, by=admin_user)

    assert letter.messages.count() == 1


NAMES = ['O\'Neil "The Kettle", Ltd.', "Чайник & Co", "Kettle, Tea; Co <x@y.example>", "back\\slash", "Kettle 🫖"]


@pytest.mark.parametrize("name", NAMES)
def test_letters_of_chains_and_of_colleagues_are_from_the_same_shop(shop, letter, admin_user, mailoutbox, name):
    from email import message_from_bytes
    from email.policy import default

    shop.name = name
    shop.save()
    mailoutbox.clear()
    make_order(customer=make_customer(email="bob@example.com"), placed_at=NOW + HOUR)
    tick(NOW + HOUR)

    sent = answer(letter, by=admin_user)

    parsed = [message_from_bytes(mail.message().as_bytes(), policy=default) for mail in mailoutbox]
    assert len(parsed) >= 2
    for mail in parsed:
        (sender,) = mail["From"].addresses
        assert (sender.display_name, sender.addr_spec) == (name, "shop@kettle.example.com")
    tokens = [*Touch.objects.sent().values_list("token", flat=True), sent.token]
    answers_to = {mail["Reply-To"].addresses[0].addr_spec for mail in parsed}
    assert answers_to <= {f"help+{token}@kettle.example.com" for token in tokens}
    assert parsed[-1]["Message-ID"] == sent.key


def test_the_subject_of_an_answer_is_one_line_and_a_strange_message_id_is_not_repeated(letter, shop, admin_user):
    question = letter.messages.get()
    question.subject, question.key = "It\nleaks\r\nBcc: x@example.com", "<ключ@example.com>"
    question.save()

    sent = answer(letter, by=admin_user)

    assert sent.subject == "Re: It leaks Bcc: x@example.com"
    assert "References" not in letter_of(sent, question, shop).extra_headers


def test_a_shop_whose_own_address_is_none_is_no_fault_of_the_customer(letter, shop, admin_user):
    shop.sender_address = "shop@"
    shop.save()

    with pytest.raises(ValueError, match="own address “shop@”"):
        answer(letter, by=admin_user)

    assert Contact.objects.get(channel="email").state == "active"


def test_an_answer_comes_back_to_the_bounce_address(letter, shop, settings, admin_user):
    settings.BOUNCE_ADDRESS = "bounces@kettle.example.com"
    sent = answer(letter, by=admin_user)

    assert letter_of(sent, None, shop).envelope_from == f"bounces+{sent.token}@kettle.example.com"


@pytest.fixture
def complaint(now, admin_user):
    """A complaint about an order that came as an answer to a letter, was answered and settled."""
    taking.record_mail(read(reply("Верните деньги!", to=to(sent_touch(now)))), now)
    case = Case.objects.get()
    answer(case, by=admin_user)
    cases.resolve(case, at=NOW + 2 * HOUR)
    return case


def opened_again(case, at):
    case.refresh_from_db()
    return (case.resolved_at, case.reopened_at, case.unanswered_at) == (None, at, at)


@pytest.mark.parametrize("way", ["reply address", "thread", "letter of the chain"])
def test_an_answer_to_a_settled_complaint_opens_it_again_with_its_order_and_its_pause(complaint, way):
    ours, at = complaint.messages.last(), NOW + 20 * DAY
    where = {
        "reply address": {"to": f"help+{ours.token}@kettle.example.com"},
        "thread": {"In_Reply_To": ours.key},
        "letter of the chain": {"to": to(Touch.objects.get())},
    }[way]

    taking.record_mail(read(reply("It leaks again", key="<2@example.com>", **where)), at)

    assert opened_again(complaint, at)
    assert (complaint.kind, complaint.order, complaint.messages.count()) == (
        "complaint",
        Touch.objects.get().order,
        3,
    )
    assert list(Case.objects.open().complaints()) == [complaint]


def test_later_a_new_case_names_the_settled_one(complaint):
    at, ours = NOW + 2 * HOUR + conversations.REOPENS_WITHIN, complaint.messages.last()

    taking.record_mail(read(reply("Hi", key="<2@example.com>", to=f"help+{ours.token}@kettle.example.com")), at)

    newer = Case.objects.open().get()
    assert (newer.follows, newer.kind) == (complaint, "question")
    complaint.refresh_from_db()
    assert complaint.resolved_at == NOW + 2 * HOUR
